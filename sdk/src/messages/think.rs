//! How hard a model is to think, in the words of its generation (rule C8).

use super::arrange::{Content, Turn};
use super::body::Body;
use super::family::{Off, Thinks};
use crate::effort;
use crate::types::{Part, Reasoning, Role};

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

impl Plan {
    /// Whether the model is told to think.
    pub(super) fn is_on(&self) -> bool {
        matches!(self.thinking, Some(Thinking::Adaptive { .. } | Thinking::Budget { .. }))
    }
}

impl Body<'_> {
    /// Decides on thinking, for an answer of at most `output_limit` tokens.
    pub(super) fn plan(&mut self, turns: &[Turn<'_>], output_limit: u32) -> Plan {
        let request = self.request;
        let Some(reasoning) = &request.reasoning else { return Plan::default() };
        if effort::is_off(reasoning) {
            return Plan { thinking: self.off(), effort: None };
        }
        let family = self.family;
        let asked = reasoning.effort.as_deref();
        let by_budget = match family.thinks {
            Thinks::Not => {
                let why = format!("{} does not think", self.target.model);
                self.notes.dropped("reasoning", why);
                return Plan::default();
            }
            Thinks::Budget => true,
            Thinks::Either => reasoning.budget_tokens.is_some(),
            Thinks::Adaptive => false,
        };
        let word = if by_budget { asked } else { effort::asked(reasoning) };
        let effort = word.and_then(|word| effort::nearest(word, family.efforts));
        match (asked, effort) {
            (Some(asked), Some(taken)) if asked != taken => {
                let why = format!("{taken} is the nearest to {asked}");
                self.notes.clamped("reasoning.effort", why);
            }
            (None, Some(taken)) if !by_budget => {
                let why = format!("the model takes no budget, effort {taken} stands for it");
                self.notes.clamped("reasoning.budget_tokens", why);
            }
            _ => {}
        }
        if self.forces_tools() {
            let why = "the model does not think when it is made to call a tool";
            self.notes.dropped("reasoning", why);
            return Plan { thinking: None, effort };
        }
        let display = match reasoning.visible {
            true => family.hides_thinking.then_some("summarized"),
            false => Some("omitted"),
        };
        if !by_budget {
            return Plan { thinking: Some(Thinking::Adaptive { display }), effort };
        }
        let tokens = self.budget(reasoning, turns, output_limit);
        Plan { thinking: tokens.map(|tokens| Thinking::Budget { tokens, display }), effort }
    }

    fn off(&mut self) -> Option<Thinking> {
        match self.family.off {
            Off::Silence => None,
            Off::Disabled => Some(Thinking::Disabled),
            Off::BetweenTools => {
                let why = format!("{} still thinks between tool calls", self.target.model);
                self.notes.clamped("reasoning", why);
                Some(Thinking::BetweenTools)
            }
            Off::Never => {
                let why = format!("{} always thinks", self.target.model);
                self.notes.dropped("reasoning", why);
                None
            }
        }
    }

    /// The budget, inside its limits; none where the model would refuse to think.
    fn budget(
        &mut self,
        reasoning: &Reasoning,
        turns: &[Turn<'_>],
        output_limit: u32,
    ) -> Option<u32> {
        if output_limit <= LEAST {
            let why = format!("{output_limit} tokens of output leave no room for thinking");
            self.notes.dropped("reasoning", why);
            return None;
        }
        if is_unthought_loop(turns) {
            let why = "the calls that are answered here were made without thinking";
            self.notes.dropped("reasoning", why);
            return None;
        }
        let asked = effort::budget(reasoning).unwrap_or(USUAL);
        // Some output is left for the answer itself.
        let most = (output_limit - 1).min(output_limit.saturating_sub(output_limit / 8).max(LEAST));
        let most = if reasoning.budget_tokens.is_some() { output_limit - 1 } else { most };
        let taken = asked.clamp(LEAST, most);
        if reasoning.budget_tokens.is_some_and(|asked| asked != taken) {
            self.notes.clamped("reasoning.budget_tokens", format!("{taken} is the nearest taken"));
        }
        Some(taken)
    }

    /// Writes `thinking`.
    pub(super) fn thinking_member(&mut self, plan: &Plan) {
        let Some(thinking) = plan.thinking else { return };
        self.writer.key("thinking");
        self.writer.open_object();
        let (kind, tokens, display) = match thinking {
            Thinking::Disabled => ("disabled", None, None),
            Thinking::BetweenTools => ("between_tools", None, None),
            Thinking::Adaptive { display } => ("adaptive", None, display),
            Thinking::Budget { tokens, display } => ("enabled", Some(tokens), display),
        };
        self.writer.string_member("type", kind);
        if let Some(tokens) = tokens {
            self.writer.key("budget_tokens");
            self.writer.integer(u64::from(tokens));
        }
        if let Some(display) = display {
            self.writer.string_member("display", display);
        }
        self.writer.close_object();
    }
}

/// Whether results are given to calls that no thinking came before: a budget is refused then.
fn is_unthought_loop(turns: &[Turn<'_>]) -> bool {
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
