//! How hard a model is to think, in the words of its generation (rule C8).

use super::arrange::{Content, Turn};
use super::family::{Family, Off, Thinks};
use crate::notes::Notes;
use crate::types::{Part, Reasoning, Role};
use crate::{effort, json};

/// Fewest tokens of a budget.
const LEAST: u32 = 1024;

/// Tokens of a budget where the client names neither budget nor effort.
const USUAL: u32 = 12_288;

/// What is written about thinking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// `thinking`.
    pub thinking: Option<Thinking>,
    /// `output_config.effort`.
    pub effort: Option<&'static str>,
}

/// The member `thinking`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thinking {
    /// `disabled`
    Disabled,
    /// `between_tools`
    BetweenTools,
    /// `adaptive`
    Adaptive {
        /// `display`
        display: Option<&'static str>,
    },
    /// `enabled`
    Budget {
        /// `budget_tokens`
        tokens: u32,
        /// `display`
        display: Option<&'static str>,
    },
}

/// What the plan depends on.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The model's name, for notes.
    pub model: &'a str,
    /// What the client asks for.
    pub reasoning: Option<&'a Reasoning>,
    /// A tool call is forced.
    pub forced: bool,
    /// Results are given to calls that no thinking came before.
    pub unthought: bool,
    /// Most tokens of the answer.
    pub output_limit: u32,
}

impl Plan {
    /// Decides on thinking.
    pub fn new(family: &Family, asked: &Asked<'_>, notes: &mut Notes) -> Self {
        let Some(reasoning) = asked.reasoning else { return Self::default() };
        if effort::is_off(reasoning) {
            return Self { thinking: off(family, asked.model, notes), effort: None };
        }
        let by_budget = match family.thinks {
            Thinks::Not => {
                notes.dropped("reasoning", format!("{} does not think", asked.model));
                return Self::default();
            }
            Thinks::Budget => true,
            Thinks::Either => reasoning.budget_tokens.is_some(),
            Thinks::Adaptive => false,
        };
        let effort = effort_of(family, reasoning, by_budget, notes);
        if asked.forced {
            let why = "the model does not think when it is made to call a tool";
            notes.dropped("reasoning", why);
            return Self { thinking: None, effort };
        }
        let display = match reasoning.visible {
            true => family.hides_thinking.then_some("summarized"),
            false => Some("omitted"),
        };
        let thinking = if by_budget {
            budget(asked, reasoning, notes).map(|tokens| Thinking::Budget { tokens, display })
        } else {
            Some(Thinking::Adaptive { display })
        };
        Self { thinking, effort }
    }

    /// Whether the model is told to think.
    pub fn is_on(&self) -> bool {
        matches!(self.thinking, Some(Thinking::Adaptive { .. } | Thinking::Budget { .. }))
    }

    /// Writes the member `thinking`, if there is something to say.
    pub fn write_thinking(&self, writer: &mut json::Writer) {
        let (kind, tokens, display) = match self.thinking {
            None => return,
            Some(Thinking::Disabled) => ("disabled", None, None),
            Some(Thinking::BetweenTools) => ("between_tools", None, None),
            Some(Thinking::Adaptive { display }) => ("adaptive", None, display),
            Some(Thinking::Budget { tokens, display }) => ("enabled", Some(tokens), display),
        };
        writer.key("thinking");
        writer.open_object();
        writer.string_member("type", kind);
        if let Some(tokens) = tokens {
            writer.key("budget_tokens");
            writer.integer(u64::from(tokens));
        }
        if let Some(display) = display {
            writer.string_member("display", display);
        }
        writer.close_object();
    }
}

fn effort_of(
    family: &Family,
    reasoning: &Reasoning,
    by_budget: bool,
    notes: &mut Notes,
) -> Option<&'static str> {
    let word = if by_budget { reasoning.effort.as_deref() } else { effort::asked(reasoning) };
    let taken = effort::nearest(word?, family.efforts)?;
    match reasoning.effort.as_deref() {
        Some(asked) if asked != taken => {
            notes.clamped("reasoning.effort", format!("{taken} is the nearest to {asked}"));
        }
        None => {
            let why = format!("the model takes no budget, effort {taken} stands for it");
            notes.clamped("reasoning.budget_tokens", why);
        }
        Some(_) => {}
    }
    Some(taken)
}

fn off(family: &Family, model: &str, notes: &mut Notes) -> Option<Thinking> {
    match family.off {
        Off::Silence => None,
        Off::Disabled => Some(Thinking::Disabled),
        Off::BetweenTools => {
            notes.clamped("reasoning", format!("{model} still thinks between tool calls"));
            Some(Thinking::BetweenTools)
        }
        Off::Never => {
            notes.dropped("reasoning", format!("{model} always thinks"));
            None
        }
    }
}

/// The budget, inside its limits; none where the model would refuse to think.
fn budget(asked: &Asked<'_>, reasoning: &Reasoning, notes: &mut Notes) -> Option<u32> {
    let limit = asked.output_limit;
    if limit <= LEAST {
        let why = format!("{limit} tokens of output leave no room for thinking");
        notes.dropped("reasoning", why);
        return None;
    }
    if asked.unthought {
        let why = "the calls that are answered here were made without thinking";
        notes.dropped("reasoning", why);
        return None;
    }
    let Some(wanted) = reasoning.budget_tokens else {
        // Some output is left for the answer itself.
        let most = (limit - limit / 8).clamp(LEAST, limit - 1);
        return Some(effort::budget(reasoning).unwrap_or(USUAL).clamp(LEAST, most));
    };
    let taken = wanted.clamp(LEAST, limit - 1);
    if taken != wanted {
        notes.clamped("reasoning.budget_tokens", format!("{taken} is the nearest that is taken"));
    }
    Some(taken)
}

/// Whether results are given to calls that no thinking came before: a budget is refused then.
pub(super) fn is_unthought(turns: &[Turn<'_>]) -> bool {
    let Some(turn) = turns.iter().rev().find(|turn| turn.role == Role::Assistant) else {
        return false;
    };
    let calls = turn.blocks.iter().any(|block| matches!(block.content, Content::Call { .. }));
    let thought = turn
        .blocks
        .first()
        .is_some_and(|block| matches!(block.content, Content::Part(Part::Thinking(_))));
    calls && !thought
}
