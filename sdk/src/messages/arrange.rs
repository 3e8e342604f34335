//! The conversation in the order that Claude asks for (rules C1, C16): each call's results first in
//! the user message after it, one per call, ids that are taken and unique, system messages where
//! the model takes them. What stands right already stays as it is.

use std::borrow::Cow;
use std::collections::HashSet;

use super::family::Family;
use crate::media;
use crate::names::{Alphabet, NameRule};
use crate::notes::Notes;
use crate::types::{
    Dialect, Field, Message, Part, Request, ResultPart, Role, Text, ToolCall, ToolResult,
};

/// Ids of tool calls that Claude takes.
const CALL_IDS: NameRule = NameRule { alphabet: Alphabet::Word, min: 1, max: 128 };

/// A message to write.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    pub role: Role,
    pub blocks: Vec<Block<'a>>,
    /// Members that the message came with, and its place in the request.
    pub extra: &'a [Field],
    pub index: usize,
    /// What comes from the next user message may join it.
    open: bool,
}

/// A block to write, with its place in the request.
#[derive(Debug)]
pub(super) struct Block<'a> {
    pub content: Content<'a>,
    pub path: String,
}

#[derive(Debug)]
pub(super) enum Content<'a> {
    /// Anything but calls and results.
    Part(&'a Part),
    /// A call, under the id that it is written with.
    Call { id: String, call: &'a ToolCall },
    /// The result of such a call.
    Result { id: String, result: &'a ToolResult },
    /// The result of a call that has none.
    Missing { id: String },
    /// A text of ours.
    Text(Cow<'a, str>),
    /// Instructions that the user asks.
    Instructions(&'a Text),
    /// A piece of a result that answers no call.
    Stray(&'a ResultPart),
}

/// The conversation, and instructions that stood before its first turn.
#[derive(Debug, Default)]
pub(super) struct Arranged<'a> {
    pub system: Vec<&'a Text>,
    pub turns: Vec<Turn<'a>>,
}

struct Arranger<'a, 'n> {
    family: &'n Family,
    /// The client speaks this dialect itself.
    native: bool,
    notes: &'n mut Notes,
    out: Arranged<'a>,
    ids: HashSet<String>,
}

/// A call of the turn at hand.
struct Open<'a> {
    call: &'a ToolCall,
    id: String,
    path: String,
    answered: bool,
}

/// Arranges the conversation of a request.
pub(super) fn arrange<'a>(
    family: &Family,
    request: &'a Request,
    notes: &mut Notes,
) -> Arranged<'a> {
    let out = Arranged { system: request.system.iter().collect(), turns: Vec::new() };
    let native = request.dialect == Dialect::AnthropicMessages;
    let mut arranger = Arranger { family, native, notes, out, ids: HashSet::new() };
    arranger.conversation(&request.messages);
    arranger.out.turns.retain(|turn| !turn.blocks.is_empty());
    if arranger.out.turns.is_empty() {
        arranger.ask_instructions();
    }
    arranger.out
}

impl<'a> Arranger<'a, '_> {
    fn conversation(&mut self, messages: &'a [Message]) {
        let mut next = 0;
        while let Some(message) = messages.get(next) {
            if message.role != Role::Assistant {
                self.plain(next, message, &[]);
                next += 1;
                continue;
            }
            let mut turn = Turn::new(Role::Assistant, next, message);
            let mut calls = Vec::new();
            loop {
                if let Some(message) = messages.get(next) {
                    if turn.index != next {
                        self.lose_extra(next, message);
                    }
                    self.said(next, message, &mut turn, &mut calls);
                }
                next += 1;
                // Calls of one turn may be spread over several messages.
                let more = messages.get(next).is_some_and(|next| next.role == Role::Assistant);
                if calls.is_empty() || !more {
                    break;
                }
            }
            self.out.turns.push(turn);
            let after = messages.get(next..).unwrap_or_default();
            let until = after.iter().position(|message| message.role == Role::Assistant);
            let until = until.unwrap_or(after.len());
            self.answered(next, after.get(..until).unwrap_or_default(), calls);
            next += until;
        }
    }

    fn said(
        &mut self,
        index: usize,
        message: &'a Message,
        turn: &mut Turn<'a>,
        calls: &mut Vec<Open<'a>>,
    ) {
        for (part_index, part) in message.parts.iter().enumerate() {
            let path = format!("messages[{index}].parts[{part_index}]");
            let content = match part {
                Part::ToolCall(call) => {
                    let id = self.unique_id(&call.id);
                    if id != call.id {
                        self.notes.renamed(&path, format!("the call's id is written as {id}"));
                    }
                    let open = Open { call, id: id.clone(), path: path.clone(), answered: false };
                    calls.push(open);
                    Content::Call { id, call }
                }
                Part::Text(text) if self.is_blank(&text.text, &path) => continue,
                Part::Text(_) => Content::Part(part),
                Part::Other(_) if self.native => Content::Part(part),
                Part::Thinking(thinking) => {
                    // Thinking goes back only as it was signed.
                    if thinking.state.as_deref().is_none_or(str::is_empty) {
                        self.notes.dropped(path, "the thinking has no signature of Claude's");
                        continue;
                    }
                    Content::Part(part)
                }
                Part::Media(_) | Part::ToolResult(_) | Part::Other(_) => {
                    self.notes.dropped(path, "Claude takes no such part of an assistant");
                    continue;
                }
            };
            turn.blocks.push(Block { content, path });
        }
    }

    /// Writes the results of calls, and what else came before the model's next message.
    fn answered(&mut self, first: usize, after: &'a [Message], mut calls: Vec<Open<'a>>) {
        let mut used = Vec::new();
        let mut results = Vec::new();
        let mut something_before = false;
        for (offset, message) in after.iter().enumerate() {
            for (part_index, part) in message.parts.iter().enumerate() {
                let Part::ToolResult(result) = part else {
                    something_before |= message.role == Role::User;
                    continue;
                };
                let open = |call: &&mut Open<'_>| !call.answered && call.call.id == result.call_id;
                let Some(call) = calls.iter_mut().find(open) else {
                    something_before = true;
                    continue;
                };
                call.answered = true;
                let path = format!("messages[{}].parts[{part_index}]", first + offset);
                if something_before {
                    self.notes.moved(&path, "the result was put directly after its call");
                }
                let content = Content::Result { id: call.id.clone(), result };
                results.push(Block { content, path });
                used.push((offset, part_index));
            }
        }
        for call in calls.into_iter().filter(|call| !call.answered) {
            let why = "the call had no result, an error result was added";
            self.notes.repaired(&call.path, why);
            results.push(Block { content: Content::Missing { id: call.id }, path: call.path });
        }
        if !results.is_empty() {
            let from = used.first().map_or(0, |(offset, _)| *offset);
            let extra = after.get(from).map_or(&[][..], |message| &message.extra);
            let index = first + from;
            let role = Role::User;
            self.out.turns.push(Turn { role, blocks: results, extra, index, open: false });
        }
        for (offset, message) in after.iter().enumerate() {
            let here: Vec<usize> =
                used.iter().filter(|(at, _)| *at == offset).map(|(_, part)| *part).collect();
            self.plain(first + offset, message, &here);
        }
    }

    /// A message of the user or of the system, without the parts that stand elsewhere already.
    fn plain(&mut self, index: usize, message: &'a Message, used: &[usize]) {
        if message.role == Role::System {
            return self.instruct(index, message);
        }
        let mut blocks = Vec::new();
        for (part_index, part) in message.parts.iter().enumerate() {
            if used.contains(&part_index) {
                continue;
            }
            let path = format!("messages[{index}].parts[{part_index}]");
            match part {
                Part::Text(text) if self.is_blank(&text.text, &path) => {}
                Part::Other(json) if !self.native => match media::other(json) {
                    Some(text) => blocks.push(Block { content: Content::Text(text.into()), path }),
                    None => self.notes.dropped(path, "Claude knows no such block"),
                },
                Part::Text(_) | Part::Media(_) | Part::Other(_) => {
                    blocks.push(Block { content: Content::Part(part), path });
                }
                Part::ToolResult(result) => {
                    let why = "the result answers no open call, it was turned into text";
                    self.notes.repaired(&path, why);
                    let error = if result.is_error { "Error: " } else { "" };
                    let text = format!("{error}[result of tool call {}]", result.call_id);
                    blocks.push(Block { content: Content::Text(text.into()), path: path.clone() });
                    for (index, part) in result.content.iter().enumerate() {
                        let path = format!("{path}.content[{index}]");
                        blocks.push(Block { content: Content::Stray(part), path });
                    }
                }
                Part::Thinking(_) | Part::ToolCall(_) => {
                    self.notes.dropped(path, "Claude takes no such part of a user");
                }
            }
        }
        let joins =
            |last: &&mut Turn<'_>| last.role == Role::User && (last.open || !used.is_empty());
        match self.out.turns.last_mut().filter(joins) {
            Some(last) => {
                last.blocks.append(&mut blocks);
                last.open = false;
                if last.index != index {
                    self.lose_extra(index, message);
                }
            }
            None => {
                let turn = Turn::new(Role::User, index, message);
                self.out.turns.push(Turn { blocks, ..turn });
            }
        }
    }

    /// Places a system message: in front of the conversation, where it stands, or folded into a
    /// user message.
    fn instruct(&mut self, index: usize, message: &'a Message) {
        let mut texts = Vec::new();
        for (part_index, part) in message.parts.iter().enumerate() {
            match part {
                Part::Text(text) if text.text.trim().is_empty() => {}
                Part::Text(text) => texts.push((text, part, part_index)),
                _ => {
                    let path = format!("messages[{index}].parts[{part_index}]");
                    self.notes.dropped(path, "Claude takes only text of the system");
                }
            }
        }
        if texts.is_empty() {
            return;
        }
        if self.out.turns.is_empty() {
            self.lose_extra(index, message);
            return self.out.system.extend(texts.into_iter().map(|(text, ..)| text));
        }
        let after_user = self.out.turns.last().is_some_and(|last| last.role != Role::Assistant);
        if self.family.mid_system && after_user {
            let blocks = texts.into_iter().map(|(_, part, part_index)| Block {
                content: Content::Part(part),
                path: format!("messages[{index}].parts[{part_index}]"),
            });
            let turn = Turn::new(Role::System, index, message);
            return self.out.turns.push(Turn { blocks: blocks.collect(), ..turn });
        }
        self.lose_extra(index, message);
        let path = format!("messages[{index}]");
        self.notes.moved(&path, "the system message was folded into a user message");
        let texts = texts.iter().map(|(text, ..)| text.text.as_str()).collect::<Vec<_>>();
        let text = format!("<system>\n{}\n</system>", texts.join("\n\n"));
        let block = Block { content: Content::Text(text.into()), path };
        match self.out.turns.last_mut() {
            Some(last) if last.role == Role::User => last.blocks.push(block),
            _ => {
                let turn = Turn::new(Role::User, index, message);
                self.out.turns.push(Turn { blocks: vec![block], extra: &[], open: true, ..turn });
            }
        }
    }

    /// Instructions alone are a question of the user's: Claude answers none without one.
    fn ask_instructions(&mut self) {
        let system = &mut self.out.system;
        let said = |text: &&Text| !text.text.trim().is_empty();
        let Some(last) = system.iter().rposition(said) else { return };
        let asked = system
            .drain(last..)
            .take(1)
            .map(|text| Block { content: Content::Instructions(text), path: "system".to_owned() });
        let blocks = asked.collect();
        self.notes.moved("system", "there is no user message, the last instructions are one");
        self.out.turns.push(Turn { role: Role::User, blocks, extra: &[], index: 0, open: false });
    }

    /// Members of a message that is no message of its own any more.
    fn lose_extra(&mut self, index: usize, message: &Message) {
        for field in message.extra.iter().filter(|field| field.value != "null") {
            let path = format!("messages[{index}].{}", field.name);
            self.notes.dropped(path, "the message was joined with another");
        }
    }

    /// Claude takes no blank text. An empty one says nothing, so that nothing is said of it.
    fn is_blank(&mut self, text: &str, path: &str) -> bool {
        let blank = text.trim().is_empty();
        if blank && !text.is_empty() {
            self.notes.dropped(path, "Claude takes no text of blanks alone");
        }
        blank
    }

    /// An id that is taken and that no other call of the conversation has.
    fn unique_id(&mut self, id: &str) -> String {
        let mut written = CALL_IDS.apply(id).into_owned();
        let mut count = 1;
        while !self.ids.insert(written.clone()) {
            count += 1;
            written = CALL_IDS.apply(&format!("{id}_{count}")).into_owned();
        }
        written
    }
}

impl<'a> Turn<'a> {
    fn new(role: Role, index: usize, message: &'a Message) -> Self {
        Self { role, blocks: Vec::new(), extra: &message.extra, index, open: false }
    }
}
