//! Puts a conversation into the order that Chat Completions asks for (rules C1, C2, C16): each
//! call's results directly after it, one per call; payloads of results in the user message after
//! them; system messages where the provider takes them.

use std::borrow::Cow;

use super::media;
use super::notes::Notes;
use super::profile::{MidSystem, Profile};
use crate::types::{
    CacheHint, Failure, Media, Message, Part, Request, ResultPart, Role, Source, Target, ToolCall,
    ToolResult,
};

/// A message to write.
#[derive(Debug)]
pub(crate) enum Turn<'a> {
    System(Vec<Piece<'a>>),
    User(Vec<Piece<'a>>),
    Assistant(Assistant<'a>),
    Result { id: String, content: Vec<Piece<'a>> },
}

/// A piece of a message.
#[derive(Debug)]
pub(crate) enum Piece<'a> {
    Text(Cow<'a, str>, Option<CacheHint>),
    Media(&'a Media),
}

/// What the model said.
#[derive(Debug, Default)]
pub(crate) struct Assistant<'a> {
    pub(crate) texts: Vec<Piece<'a>>,
    pub(crate) thinking: Vec<&'a str>,
    pub(crate) calls: Vec<Call<'a>>,
}

/// A call, under the id that it is written with.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) id: String,
    pub(crate) call: &'a ToolCall,
    path: String,
    answered: bool,
}

struct Arranger<'a, 'n> {
    profile: &'a Profile,
    target: &'a Target,
    notes: &'n mut Notes,
    turns: Vec<Turn<'a>>,
    /// The last turn is a user's, and what comes from another user message may join it.
    open: bool,
}

/// Arranges the conversation, or refuses what the provider cannot take.
pub(crate) fn arrange<'a>(
    profile: &'a Profile,
    target: &'a Target,
    request: &'a Request,
    notes: &mut Notes,
) -> Result<Vec<Turn<'a>>, Failure> {
    let mut arranger = Arranger { profile, target, notes, turns: Vec::new(), open: false };
    arranger.system(request);
    arranger.conversation(&request.messages)?;
    Ok(arranger.turns)
}

impl<'a> Arranger<'a, '_> {
    fn system(&mut self, request: &'a Request) {
        let texts = request.system.iter().filter(|text| !text.text.is_empty());
        let pieces: Vec<_> =
            texts.map(|text| Piece::Text(Cow::Borrowed(&text.text), text.cache)).collect();
        if !pieces.is_empty() {
            self.turns.push(Turn::System(pieces));
        }
    }

    fn conversation(&mut self, messages: &'a [Message]) -> Result<(), Failure> {
        let mut next = 0;
        while let Some(message) = messages.get(next) {
            if message.role != Role::Assistant {
                self.plain(next, message, &[])?;
                next += 1;
                continue;
            }
            let mut assistant = Assistant::default();
            loop {
                if let Some(message) = messages.get(next) {
                    self.said(next, message, &mut assistant);
                }
                next += 1;
                // Calls of one turn may be spread over several messages.
                let more = messages.get(next).is_some_and(|next| next.role == Role::Assistant);
                if assistant.calls.is_empty() || !more {
                    break;
                }
            }
            let after = messages.get(next..).unwrap_or_default();
            let turn = after.iter().position(|message| message.role == Role::Assistant);
            let turn = turn.unwrap_or(after.len());
            let after = after.get(..turn).unwrap_or_default();
            self.answered(next, after, assistant)?;
            next += turn;
        }
        Ok(())
    }

    /// Reads what the model said.
    fn said(&mut self, index: usize, message: &'a Message, into: &mut Assistant<'a>) {
        for (part_index, part) in message.parts.iter().enumerate() {
            let path = || format!("messages[{index}].parts[{part_index}]");
            match part {
                Part::Text(text) if text.text.is_empty() => {}
                Part::Text(text) => {
                    into.texts.push(Piece::Text(Cow::Borrowed(&text.text), text.cache));
                }
                Part::Thinking(thinking) if self.profile.reasoning_back.is_some() => {
                    if !thinking.text.is_empty() {
                        into.thinking.push(&thinking.text);
                    }
                }
                Part::Thinking(_) => {
                    self.notes.dropped(path(), "the provider takes no earlier thinking back");
                }
                Part::ToolCall(call) => {
                    let id = self.unique_id(&call.id, &into.calls);
                    if id != call.id {
                        self.notes.renamed(path(), format!("the call's id is written as {id}"));
                    }
                    into.calls.push(Call { id, call, path: path(), answered: false });
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
        mut assistant: Assistant<'a>,
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
                let Some(call) = assistant.calls.iter_mut().find(open) else {
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
                results.push(Turn::Result { id, content });
                used.push((offset, part_index));
            }
        }
        for call in assistant.calls.iter().filter(|call| !call.answered) {
            self.notes.repaired(&call.path, "the call had no result, an error result was added");
            let text = "Error: the tool call was interrupted, there is no result.";
            let content = vec![Piece::Text(Cow::Borrowed(text), None)];
            results.push(Turn::Result { id: call.id.clone(), content });
        }
        let silent = assistant.texts.is_empty() && assistant.calls.is_empty();
        if !silent || !assistant.thinking.is_empty() {
            self.turns.push(Turn::Assistant(assistant));
            self.open = false;
        }
        self.turns.append(&mut results);
        if !moved.is_empty() {
            self.turns.push(Turn::User(moved));
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
                Part::Text(text) => {
                    pieces.push(Piece::Text(Cow::Borrowed(&text.text), text.cache));
                }
                Part::Media(media) if message.role == Role::User => {
                    pieces.push(media::piece(self.profile, self.target, &path, media)?);
                }
                Part::ToolResult(result) => {
                    let why = "the result answers no open call, it was turned into text";
                    self.notes.repaired(&path, why);
                    let text = format!("[result of tool call {}]", result.call_id);
                    pieces.push(Piece::Text(Cow::Owned(text), None));
                    let mut moved = Vec::new();
                    pieces.extend(self.result(&path, &result.call_id, result, &mut moved)?);
                    pieces.append(&mut moved);
                }
                Part::Other(json) => match media::other(json) {
                    Some(text) => pieces.push(Piece::Text(Cow::Owned(text), None)),
                    None => self.notes.dropped(path, "the provider knows no such block"),
                },
                Part::Media(_) | Part::Thinking(_) | Part::ToolCall(_) => {
                    self.notes.dropped(path, "the provider takes no such part in this role");
                }
            }
        }
        if pieces.is_empty() && empty && used.is_empty() {
            pieces.push(Piece::Text(Cow::Borrowed(""), None));
        }
        if pieces.is_empty() {
            return Ok(());
        }
        if message.role == Role::System {
            self.instruct(index, pieces);
        } else {
            self.ask(pieces, false);
        }
        Ok(())
    }

    /// Places a system message.
    fn instruct(&mut self, index: usize, mut pieces: Vec<Piece<'a>>) {
        if self.profile.mid_system == MidSystem::InPlace {
            self.turns.push(Turn::System(pieces));
            self.open = false;
            return;
        }
        match self.turns.as_mut_slice() {
            [] => self.turns.push(Turn::System(pieces)),
            [Turn::System(first)] => first.append(&mut pieces),
            _ => {
                let path = format!("messages[{index}]");
                self.notes.moved(path, "the system message was folded into a user message");
                let text = |piece: &Piece<'a>| match piece {
                    Piece::Text(text, _) => text.to_string(),
                    Piece::Media(_) => String::new(),
                };
                let text = pieces.iter().map(text).collect::<Vec<_>>().join("\n\n");
                let text = format!("<system>\n{text}\n</system>");
                self.ask(vec![Piece::Text(Cow::Owned(text), None)], true);
            }
        }
    }

    /// Adds a user message; `folded` ones join the message before, or the one after.
    fn ask(&mut self, mut pieces: Vec<Piece<'a>>, folded: bool) {
        match self.turns.last_mut() {
            Some(Turn::User(last)) if self.open || folded => {
                last.append(&mut pieces);
                self.open &= folded;
            }
            _ => {
                self.turns.push(Turn::User(pieces));
                self.open = folded;
            }
        }
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
        if result.is_error {
            content.push(Piece::Text(Cow::Borrowed("Error:"), None));
        }
        for (index, part) in result.content.iter().enumerate() {
            match part {
                ResultPart::Text(text) if text.is_empty() => {}
                ResultPart::Text(text) => content.push(Piece::Text(Cow::Borrowed(text), None)),
                ResultPart::Other(json) => {
                    let text = media::other(json).unwrap_or_else(|| json.clone());
                    content.push(Piece::Text(Cow::Owned(text), None));
                }
                ResultPart::Media(media) => {
                    let path = format!("{path}.content[{index}]");
                    let piece = media::piece(self.profile, self.target, &path, media)?;
                    let text_only = matches!(piece, Piece::Text(..));
                    if text_only || (self.profile.tool_images && media::is_image(media)) {
                        content.push(piece);
                        continue;
                    }
                    let what = media::kind(media);
                    self.notes.moved(path, format!("the {what} was put into a user message"));
                    let there = format!("[{what}: see the user message after this result]");
                    content.push(Piece::Text(Cow::Owned(there), None));
                    let here =
                        format!("[{what} in the result of tool call {id} ({})]", result.name);
                    moved.push(Piece::Text(Cow::Owned(here), None));
                    moved.push(piece);
                }
            }
        }
        Ok(content)
    }

    /// An id that the provider takes and that no other call of the turn has.
    fn unique_id(&self, id: &str, calls: &[Call<'_>]) -> String {
        let rule = self.profile.call_ids;
        let mut written = rule.apply(id).into_owned();
        let mut count = 1;
        while calls.iter().any(|call| call.id == written) {
            count += 1;
            written = rule.apply(&format!("{id}_{count}")).into_owned();
        }
        written
    }
}

impl Piece<'_> {
    /// Whether it is text without a cache hint that is to be written.
    pub(crate) fn is_plain(&self, hints: bool) -> bool {
        matches!(self, Piece::Text(_, cache) if !hints || cache.is_none())
    }
}

/// Whether a source holds its payload, and which.
pub(crate) fn blob(source: &Source) -> Option<&crate::types::Blob> {
    match source {
        Source::Blob(blob) => Some(blob),
        Source::Url(_) | Source::File(_) | Source::Text(_) => None,
    }
}
