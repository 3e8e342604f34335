//! Puts a conversation into the order that providers ask for (rules C1, C2, C16): each call's
//! results directly after it, one per call; payloads that a result cannot hold in the user message
//! after them; system messages where the provider takes them.

mod place;
mod turn;

use serde::Deserialize;

pub use self::turn::{Answered, Call, Extra, Piece, Said, Turn};

use crate::media::{self, Takes};
use crate::names::NameRule;
use crate::notes::Notes;
use crate::types::{
    Failure, MediaKind, Message, Part, Request, ResultPart, Role, Target, ToolResult,
};

/// What becomes of system messages after the first turn (rule C16).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MidSystem {
    /// They stay where they are, also where there is nothing else.
    InPlace,
    /// They are folded into the neighbouring user message, with a marker.
    Folded,
}

/// What becomes of earlier thinking (rule C9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earlier {
    /// The provider takes none back; noted.
    Dropped,
    /// What has a text goes back.
    Texts,
    /// All of it goes back, also what is only state.
    All,
}

/// A provider's ways with a conversation.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'r> {
    /// Where the request goes.
    pub target: &'r Target,
    /// The payloads that are taken.
    pub media: Takes,
    /// The kinds of payload that a tool result may hold itself.
    pub in_results: &'static [MediaKind],
    /// The rule for ids of tool calls.
    pub call_ids: NameRule,
    /// What becomes of system messages after the first turn.
    pub mid_system: MidSystem,
    /// What becomes of earlier thinking.
    pub thinking: Earlier,
    /// A result has a field that says that it is an error; else its text says so (rule C3).
    pub error_field: bool,
    /// Members of messages that clients of the OpenAI dialects may pass through; what else there is
    /// is noted as left out.
    pub message_extra: &'r [&'r str],
}

struct Arranger<'a, 'n> {
    rules: &'n Rules<'n>,
    request: &'a Request,
    notes: &'n mut Notes,
    turns: Vec<Turn<'a>>,
    /// The last turn is a user's, and what comes from another user message may join it.
    open: bool,
}

/// Arranges the conversation.
///
/// # Errors
/// What the provider cannot take, by its path; or that there is nothing to answer.
pub fn arrange<'a>(
    rules: &Rules<'_>,
    request: &'a Request,
    notes: &mut Notes,
) -> Result<Vec<Turn<'a>>, Failure> {
    let mut arranger = Arranger { rules, request, notes, turns: Vec::new(), open: false };
    arranger.system();
    arranger.conversation(&request.messages)?;
    arranger.ask_instructions()?;
    Ok(arranger.turns)
}

impl<'a> Arranger<'a, '_> {
    fn conversation(&mut self, messages: &'a [Message]) -> Result<(), Failure> {
        let mut next = 0;
        while let Some(message) = messages.get(next) {
            if message.role != Role::Assistant {
                self.plain(next, message, &[])?;
                next += 1;
                continue;
            }
            let mut assistant = Vec::new();
            let path = format!("messages[{next}]");
            let members = self.extra(&path, &message.extra);
            self.said(next, message, &mut assistant);
            loop {
                next += 1;
                // Calls of one turn may be spread over several messages.
                let more = messages.get(next).filter(|next| next.role == Role::Assistant);
                let Some(more) = more.filter(|_| assistant.iter().any(Said::is_call)) else {
                    break;
                };
                let path = format!("messages[{next}]");
                let lost = self.extra(&path, &more.extra);
                self.lose(&path, lost);
                self.said(next, more, &mut assistant);
            }
            let after = messages.get(next..).unwrap_or_default();
            let turn = after.iter().position(|message| message.role == Role::Assistant);
            let turn = turn.unwrap_or(after.len());
            let after = after.get(..turn).unwrap_or_default();
            self.answered(next, after, assistant, members)?;
            next += turn;
        }
        Ok(())
    }

    /// Reads what the model said.
    fn said(&mut self, index: usize, message: &'a Message, into: &mut Vec<Said<'a>>) {
        for (part_index, part) in message.parts.iter().enumerate() {
            let path = || format!("messages[{index}].parts[{part_index}]");
            match part {
                Part::Text(text) if text.text.is_empty() && text.state.is_none() => {}
                Part::Text(text) => into.push(Said::Text(text)),
                Part::Thinking(thinking) => match self.rules.thinking {
                    Earlier::Dropped => {
                        self.notes.dropped(path(), "the provider takes no earlier thinking back");
                    }
                    Earlier::Texts if thinking.text.is_empty() => {}
                    Earlier::All if thinking.text.is_empty() && thinking.state.is_none() => {}
                    Earlier::Texts | Earlier::All => into.push(Said::Thinking(thinking)),
                },
                Part::ToolCall(call) => {
                    let id = self.unique_id(&call.id, into);
                    if id != call.id {
                        self.notes.renamed(path(), format!("the call's id is written as {id}"));
                    }
                    into.push(Said::Call(Call { id, call, path: path(), answered: false }));
                }
                Part::Media(_) | Part::ToolResult(_) | Part::Other(_) => {
                    self.notes.dropped(path(), "the provider takes no such part of an assistant");
                }
            }
        }
    }

    /// Writes an assistant message, the results of its calls, and what else came before the
    /// model's next message.
    fn answered(
        &mut self,
        first: usize,
        after: &'a [Message],
        mut assistant: Vec<Said<'a>>,
        members: Extra<'a>,
    ) -> Result<(), Failure> {
        let mut results = Vec::new();
        let mut used = Vec::new();
        let mut moved = Vec::new();
        let mut something_before = false;
        for (offset, message) in after.iter().enumerate() {
            for (part_index, part) in message.parts.iter().enumerate() {
                let Part::ToolResult(result) = part else {
                    something_before = true;
                    continue;
                };
                let open = |call: &&mut Call<'_>| !call.answered && call.call.id == result.call_id;
                let Some(call) = assistant.iter_mut().filter_map(Said::call_mut).find(open) else {
                    something_before = true;
                    continue;
                };
                call.answered = true;
                let path = format!("messages[{}].parts[{part_index}]", first + offset);
                if something_before {
                    self.notes.moved(&path, "the result was put directly after its call");
                }
                let id = call.id.clone();
                let content = self.result(&path, &id, result, &mut moved)?;
                results.push(Turn::Result(Answered {
                    id,
                    name: &call.call.name,
                    is_error: result.is_error,
                    content,
                    cache: result.cache,
                }));
                used.push((offset, part_index));
            }
        }
        for call in assistant.iter().filter_map(Said::call).filter(|call| !call.answered) {
            self.notes.repaired(&call.path, "the call had no result, an error result was added");
            let text = "Error: the tool call was interrupted, there is no result.";
            results.push(Turn::Result(Answered {
                id: call.id.clone(),
                name: &call.call.name,
                is_error: true,
                content: vec![Piece::new(text, None)],
                cache: None,
            }));
        }
        // Sound that the model made stands for its words.
        let sound = members.iter().any(|field| field.name == "audio");
        if !assistant.is_empty() || sound {
            self.turns.push(Turn::Assistant(assistant, members));
            self.open = false;
        }
        self.turns.append(&mut results);
        if !moved.is_empty() {
            self.turns.push(Turn::user(moved));
            self.open = true;
        }
        for (offset, message) in after.iter().enumerate() {
            let here: Vec<usize> =
                used.iter().filter(|(at, _)| *at == offset).map(|(_, part)| *part).collect();
            self.plain(first + offset, message, &here)?;
        }
        Ok(())
    }

    /// A message of the user or of the system, without the parts that stand elsewhere already.
    fn plain(&mut self, index: usize, message: &'a Message, used: &[usize]) -> Result<(), Failure> {
        let mut pieces = Vec::new();
        let mut empty = false;
        for (part_index, part) in message.parts.iter().enumerate() {
            if used.contains(&part_index) {
                continue;
            }
            let path = format!("messages[{index}].parts[{part_index}]");
            match part {
                Part::Text(text) if text.text.is_empty() => empty = true,
                Part::Text(text) => pieces.push(Piece::of(text)),
                Part::Media(media) if message.role == Role::User => {
                    let Rules { media: takes, target, .. } = self.rules;
                    pieces.push(media::piece(takes, target, &path, media)?);
                }
                Part::ToolResult(result) => {
                    let why = "the result answers no open call, it was turned into text";
                    self.notes.repaired(&path, why);
                    let text = format!("[result of tool call {}]", result.call_id);
                    pieces.push(Piece::new(text, None));
                    let mut moved = Vec::new();
                    pieces.extend(self.result(&path, &result.call_id, result, &mut moved)?);
                    pieces.append(&mut moved);
                }
                Part::Other(json) => match media::other(json) {
                    Some(text) => pieces.push(Piece::new(text, None)),
                    None => self.notes.dropped(path, "the provider knows no such block"),
                },
                Part::Media(_) | Part::Thinking(_) | Part::ToolCall(_) => {
                    self.notes.dropped(path, "the provider takes no such part in this role");
                }
            }
        }
        if pieces.is_empty() && empty && used.is_empty() {
            pieces.push(Piece::new("", None));
        }
        let path = format!("messages[{index}]");
        let members = self.extra(&path, &message.extra);
        if pieces.is_empty() {
            self.lose(&path, members);
        } else if message.role == Role::System {
            self.instruct(&path, pieces, members);
        } else {
            self.ask(&path, pieces, members, false);
        }
        Ok(())
    }

    /// The content of a result. Payloads that it cannot hold go to `moved`, with a marker naming
    /// the call on both sides.
    fn result(
        &mut self,
        path: &str,
        id: &str,
        result: &'a ToolResult,
        moved: &mut Vec<Piece<'a>>,
    ) -> Result<Vec<Piece<'a>>, Failure> {
        let mut content = Vec::new();
        if result.is_error && !self.rules.error_field {
            content.push(Piece::new("Error:", None));
        }
        for (index, part) in result.content.iter().enumerate() {
            match part {
                ResultPart::Text(text) if text.is_empty() => {}
                ResultPart::Text(text) => content.push(Piece::new(text, None)),
                ResultPart::Other(json) => {
                    let text = media::other(json).unwrap_or_else(|| json.clone());
                    content.push(Piece::new(text, None));
                }
                ResultPart::Media(media) => {
                    let path = format!("{path}.content[{index}]");
                    let piece = media::piece(&self.rules.media, self.rules.target, &path, media)?;
                    let text_only = matches!(piece, Piece::Text { .. });
                    if text_only || self.rules.in_results.contains(&media.kind) {
                        content.push(piece);
                        continue;
                    }
                    let what = media::kind(media.kind);
                    self.notes.moved(path, format!("the {what} was put into a user message"));
                    let there = format!("[{what}: see the user message after this result]");
                    content.push(Piece::new(there, None));
                    let here =
                        format!("[{what} in the result of tool call {id} ({})]", result.name);
                    moved.push(Piece::new(here, None));
                    moved.push(piece);
                }
            }
        }
        Ok(content)
    }

    /// An id that the provider takes and that no other call of the turn has.
    fn unique_id(&self, id: &str, said: &[Said<'_>]) -> String {
        let rule = self.rules.call_ids;
        let mut written = rule.apply(id).into_owned();
        let mut count = 1;
        while said.iter().filter_map(Said::call).any(|call| call.id == written) {
            count += 1;
            written = rule.apply(&format!("{id}_{count}")).into_owned();
        }
        written
    }
}
