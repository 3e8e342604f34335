//! Events into content blocks, one open at a time, for any dialect.
//!
//! Rules: pieces of several tool calls that interleave are sorted, the first open call streams and
//! what comes after it waits (A3); a call waits for its name, and gets an id if it has none by then
//! (A4); nothing empty comes out (A5); nothing is reordered or lost, opaque state neither (C9).

mod call;
mod mint;
mod op;
#[cfg(test)]
mod tests;
mod whole;

use std::collections::{HashMap, HashSet, VecDeque};

use clasp_model::{Event, Failure, FailureKind, FinishReason, Json, Source, ToolCallDelta, Usage};

pub(crate) use self::call::Arguments;
use self::call::Call;
use self::mint::Mint;
pub(crate) use self::op::{Op, Open, Owner};
use self::whole::Whole;
use crate::counts::Counts;
use crate::logprobs;

/// How many bytes may wait, in all, for an open call to end.
const MAX_HELD: usize = 16 * 1024 * 1024;

/// What a block costs that waits, besides its content.
const BLOCK_COST: usize = 128;

/// Sorts the events of one answer, and keeps what is said once for all of it.
#[derive(Debug)]
pub(crate) struct Sorter {
    /// Blocks that have not been closed, oldest first. Only the first one is given out; the others
    /// wait.
    queue: VecDeque<Block>,
    /// How many blocks have left the queue.
    gone: usize,
    /// The newest call of each slot.
    slots: HashMap<u32, Slot>,
    ids: HashSet<String>,
    mint: Mint,
    /// Citations that came before their text.
    citations: Vec<Json>,
    /// Probabilities of the tokens of the text that comes next: entries with commas.
    logprobs: String,
    /// State of the text that is the last block so far.
    text_state: Option<String>,
    held: usize,
    /// A call with arguments had no name.
    nameless: bool,
    usage: Usage,
    finish: Option<FinishReason>,
    /// Characters given out, for a provider that does not count.
    characters: u64,
}

#[derive(Debug)]
struct Block {
    content: Content,
    opened: bool,
    closed: bool,
    /// What came while it waited.
    waiting: Vec<Op>,
}

#[derive(Debug)]
enum Content {
    Text { cited: bool },
    Thinking,
    Call(Call),
    Whole,
}

#[derive(Debug)]
struct Slot {
    /// The block's number, counted from the answer's begin.
    number: usize,
    id: Option<String>,
    /// The id that the call was given out with.
    told: Option<String>,
}

impl Sorter {
    /// `seed` tells this answer from others; minted ids begin with `prefix`.
    pub(crate) fn new(seed: &str, prefix: &'static str) -> Self {
        Self {
            queue: VecDeque::new(),
            gone: 0,
            slots: HashMap::new(),
            ids: HashSet::new(),
            mint: Mint::new(seed, prefix),
            citations: Vec::new(),
            logprobs: String::new(),
            text_state: None,
            held: 0,
            nameless: false,
            usage: Usage::default(),
            finish: None,
            characters: 0,
        }
    }

    /// What the answer cost so far.
    pub(crate) fn counts(&self, input_estimate: u64) -> Counts {
        Counts::of(self.usage, input_estimate, self.characters)
    }

    /// Why the answer ended: the first reason that was given.
    pub(crate) fn finish_reason(&self) -> Option<&FinishReason> {
        self.finish.as_ref()
    }

    /// Takes an event and adds what follows from it to `ops`.
    ///
    /// # Errors
    /// The failure that the event tells, or a provider that makes too much wait.
    pub(crate) fn event(&mut self, event: Event, ops: &mut Vec<Op>) -> Result<(), Failure> {
        match event {
            Event::Text(text) => self.text(text),
            Event::Thinking(text) => self.thinking(text),
            Event::RedactedThinking(data) => self.redacted(data),
            Event::State(state) => self.state(state),
            Event::ToolCall(delta) => self.call(delta),
            Event::Citation(citation) => self.citation(citation),
            Event::Block(block) => self.block(block),
            Event::Usage(usage) => self.usage.update(usage),
            Event::Finished(reason) => {
                self.finish.get_or_insert(reason);
            }
            Event::Failed(failure) => return Err(failure),
            Event::Extra(field) if field.name == logprobs::NAME => self.logprobs(&field.value),
            Event::Started(_) | Event::Extra(_) => {}
        }
        self.advance(ops);
        if self.held > MAX_HELD {
            return Err(protocol("The provider's tool calls interleave for too long to be sorted"));
        }
        Ok(())
    }

    /// Closes what is open.
    ///
    /// # Errors
    /// Without an end of the provider's own the answer is not complete, and must not look so:
    /// clients take a clean end as a finished answer (rule A8). And a tool call that never got a
    /// name, unless the answer was cut.
    pub(crate) fn finish(&mut self, ops: &mut Vec<Op>) -> Result<(), Failure> {
        if self.finish.is_none() {
            let message = "The provider's answer ended before it was complete";
            return Err(Failure::new(FailureKind::ProviderError, Source::Vendor, message));
        }
        for block in &mut self.queue {
            block.closed = true;
        }
        self.advance(ops);
        let cut = matches!(self.finish, Some(FinishReason::MaxTokens | FinishReason::ContextFull));
        if self.nameless && !cut {
            return Err(protocol("The provider called a tool without naming it"));
        }
        Ok(())
    }

    // --- Events ----------------------------------------------------------------------------------

    fn text(&mut self, text: String) {
        if text.is_empty() {
            return;
        }
        if !matches!(self.last(), Some(Block { content: Content::Text { cited: false }, .. })) {
            self.begin(Content::Text { cited: false });
        }
        if !self.logprobs.is_empty() {
            let entries = std::mem::take(&mut self.logprobs);
            self.held = self.held.saturating_sub(entries.len());
            self.put(Op::Logprobs(entries));
        }
        self.put(Op::Delta(text));
        for citation in std::mem::take(&mut self.citations) {
            self.put(Op::Citation(citation));
        }
    }

    /// They wait for their text; without one nobody gets them.
    fn logprobs(&mut self, list: &Json) {
        let Some(entries) = logprobs::entries(list) else { return };
        let before = self.logprobs.len();
        if before > 0 {
            self.logprobs.push(',');
        }
        self.logprobs.push_str(&entries);
        self.held += self.logprobs.len() - before;
    }

    fn thinking(&mut self, text: String) {
        if text.is_empty() {
            return;
        }
        if !matches!(self.last(), Some(Block { content: Content::Thinking, .. })) {
            self.begin(Content::Thinking);
        }
        self.put(Op::Delta(text));
    }

    fn redacted(&mut self, data: String) {
        if !data.is_empty() {
            self.whole(Op::Redacted(data));
        }
    }

    /// State ends the text or thinking that it belongs to: the next one has its own. State of
    /// nothing that could be seen makes a block of thinking without text.
    ///
    /// State of text waits for the next block, and is left out when none comes: clients take an
    /// answer's last block for its result, so nothing hidden may follow the last text.
    fn state(&mut self, state: String) {
        if state.is_empty() {
            return;
        }
        match self.last() {
            Some(Block { content: Content::Text { .. }, .. }) => {
                self.close_last();
                self.held += state.len();
                self.text_state = Some(state);
                return;
            }
            Some(Block { content: Content::Thinking, .. }) => {}
            _ => {
                self.begin(Content::Thinking);
            }
        }
        self.put(Op::Signature(state));
        self.close_last();
    }

    fn citation(&mut self, citation: Json) {
        if !whole::is_object(&citation) {
            return;
        }
        match self.last() {
            Some(Block { content: Content::Text { cited }, .. }) => {
                *cited = true;
                self.put(Op::Citation(citation));
            }
            _ => self.citations.push(citation),
        }
    }

    fn block(&mut self, block: Json) {
        match Whole::read(block) {
            Whole::Text { text, citations } => {
                self.end_text();
                self.text(text);
                for citation in citations {
                    self.citation(citation);
                }
                self.end_text();
            }
            Whole::Thinking { text, state } => {
                self.end_text();
                self.thinking(text);
                self.state(state);
                self.end_text();
            }
            Whole::Redacted(data) => self.redacted(data),
            Whole::Call { id, name, arguments } => {
                let mut call = Call::default();
                call.update(id, Some(name));
                call.arguments.push(&arguments);
                self.begin(Content::Call(call));
                self.put(Op::Delta(arguments));
                self.close_last();
            }
            Whole::Other(block) => self.whole(Op::Block(block)),
            Whole::Nothing => {}
        }
    }

    fn call(&mut self, delta: ToolCallDelta) {
        let ToolCallDelta { slot, id, name, arguments, state } = delta;
        let id = id.filter(|id| !id.is_empty());
        let name = name.filter(|name| !name.is_empty());
        let known = self.slots.get(&slot).map(|slot| {
            let same = id.is_some() && id == slot.id;
            let other = id.is_some() && slot.id.is_some() && !same;
            (slot.number, same, other)
        });
        let mut number = None;
        if let Some((known, same_id, other_id)) = known {
            match self.open_call(known) {
                Some(call) if other_id || call.is_followed_by(name.as_deref(), &arguments) => {
                    self.close(known);
                }
                Some(_) => number = Some(known),
                // A closed call takes nothing more but state: its arguments were complete.
                None if same_id || (name.is_none() && !other_id) => {
                    return self.call_state(slot, known, state);
                }
                None => {}
            }
        }
        let number = number.unwrap_or_else(|| self.begin(Content::Call(Call::in_slot(slot))));
        if let Some(call) = self.open_call(number) {
            call.update(id.clone(), name);
            call.arguments.push(&arguments);
        }
        let known = self.slots.entry(slot).or_insert(Slot { number, id: None, told: None });
        if known.number != number {
            *known = Slot { number, id: None, told: None };
        }
        known.id = known.id.take().or(id);
        if !arguments.is_empty() {
            self.put_into(number, Op::Delta(arguments));
        }
        self.call_state(slot, number, state);
    }

    /// State of a call waits for the call's begin or end; a later one replaces it. What comes after
    /// the end is told at once, for the id that the call was told with.
    fn call_state(&mut self, slot: u32, number: usize, state: Option<String>) {
        let Some(state) = state.filter(|state| !state.is_empty()) else { return };
        match self.at(number).map(|block| &mut block.content) {
            Some(Content::Call(call)) => {
                let before = call.state_len();
                call.set_state(state);
                let after = call.state_len();
                self.held = self.held.saturating_sub(before).saturating_add(after);
            }
            _ => {
                let told = self.slots.get(&slot).and_then(|slot| slot.told.clone());
                if let Some(id) = told {
                    self.whole(Op::State(Owner::Call(id), state));
                }
            }
        }
    }

    // --- The queue ---------------------------------------------------------------------------------

    /// The newest block, if it still takes content.
    fn last(&mut self) -> Option<&mut Block> {
        self.queue.back_mut().filter(|block| !block.closed)
    }

    /// Begins a block; text and thinking before it are complete. Gives its number.
    fn begin(&mut self, content: Content) -> usize {
        self.end_text();
        if let Some(state) = self.text_state.take() {
            self.held = self.held.saturating_sub(state.len());
            self.whole(Op::State(Owner::Text, state));
        }
        self.held += BLOCK_COST;
        self.queue.push_back(Block { content, opened: false, closed: false, waiting: Vec::new() });
        self.gone + self.queue.len() - 1
    }

    fn whole(&mut self, op: Op) {
        self.begin(Content::Whole);
        self.put(op);
        self.close_last();
    }

    /// Text and thinking are complete when something else begins.
    fn end_text(&mut self) {
        if let Some(Block { content: Content::Text { .. } | Content::Thinking, closed, .. }) =
            self.last()
        {
            *closed = true;
        }
    }

    fn close_last(&mut self) {
        if let Some(block) = self.last() {
            block.closed = true;
        }
    }

    fn close(&mut self, number: usize) {
        if let Some(block) = self.at(number) {
            block.closed = true;
        }
    }

    fn at(&mut self, number: usize) -> Option<&mut Block> {
        self.queue.get_mut(number.checked_sub(self.gone)?)
    }

    fn open_call(&mut self, number: usize) -> Option<&mut Call> {
        match self.at(number)? {
            Block { content: Content::Call(call), closed: false, .. } => Some(call),
            _ => None,
        }
    }

    fn put(&mut self, op: Op) {
        self.put_into((self.gone + self.queue.len()).saturating_sub(1), op);
    }

    fn put_into(&mut self, number: usize, op: Op) {
        let size = op.len();
        let Some(block) = self.at(number) else { return };
        match (block.waiting.last_mut(), op) {
            (Some(Op::Delta(waiting)), Op::Delta(more)) => waiting.push_str(&more),
            (_, op) => block.waiting.push(op),
        }
        self.held += size;
    }

    /// Gives out what need not wait any longer.
    fn advance(&mut self, ops: &mut Vec<Op>) {
        loop {
            let waits = self.queue.len() > 1;
            let Some(block) = self.queue.front_mut() else { return };
            if let Content::Call(call) = &block.content {
                block.closed |= waits && call.arguments.is_complete();
            }
            if !block.opened {
                let open = match &mut block.content {
                    Content::Text { .. } => Some(Open::Text),
                    Content::Thinking => Some(Open::Thinking),
                    Content::Whole => None,
                    Content::Call(call) => match call.name.take() {
                        Some(name) => {
                            let id = self.mint.unique(call.id.take(), &mut self.ids);
                            let slot = call.slot.and_then(|slot| self.slots.get_mut(&slot));
                            if let Some(slot) = slot.filter(|slot| slot.number == self.gone) {
                                slot.told = Some(id.clone());
                            }
                            call.told = Some(id.clone());
                            if let Some(state) = call.take_state() {
                                self.held = self.held.saturating_sub(state.len());
                                ops.push(state);
                            }
                            Some(Open::Call { id, name })
                        }
                        None if block.closed => {
                            self.nameless |= !call.arguments.is_blank();
                            self.drop_first();
                            continue;
                        }
                        None => return,
                    },
                };
                block.opened = true;
                ops.extend(open.map(Op::Open));
            }
            for op in block.waiting.drain(..) {
                self.held = self.held.saturating_sub(op.len());
                self.characters += op.characters();
                ops.push(op);
            }
            if !block.closed {
                return;
            }
            if !matches!(block.content, Content::Whole) {
                ops.push(Op::Close);
            }
            if let Content::Call(call) = &mut block.content
                && let Some(state) = call.take_state()
            {
                self.held = self.held.saturating_sub(state.len());
                ops.push(state);
            }
            self.drop_first();
        }
    }

    fn drop_first(&mut self) {
        if let Some(block) = self.queue.pop_front() {
            self.gone += 1;
            let mut left: usize = block.waiting.iter().map(Op::len).sum();
            if let Content::Call(call) = &block.content {
                left += call.state_len();
            }
            self.held = self.held.saturating_sub(left + BLOCK_COST);
        }
    }
}

fn protocol(message: &str) -> Failure {
    Failure::new(FailureKind::Protocol, Source::Vendor, message)
}
