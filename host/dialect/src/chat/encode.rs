//! Answers of Chat Completions, streamed or plain.
//!
//! Both are written by the same steps, so that they say the same (B3). What the grammar asks for
//! beyond the order of blocks is kept here: one number per call (B2), one finish reason (A6, A7),
//! usage (A9), a broken end that is never a clean one (A8). The message is one text, one thought and
//! a list of calls: where pieces of them stood among each other is told in `reasoning_details`.

mod call;
mod citation;
mod form;
mod plain;
mod stream;
#[cfg(test)]
mod tests;
mod usage;

use bytes::BytesMut;
use clasp_model::{Event, Failure, FinishReason};

use self::call::Call;
use self::citation::Citations;
use self::form::{End, Form, Shape};
use self::plain::Plain;
use self::stream::Stream;
use super::ChatEcho;
use super::details::{self, JOINT, Place, What};
use crate::blocks::{Op, Open, Sorter};
use crate::hidden;
use crate::{Echo, Encoder, Head};

/// An encoder of one answer.
pub(crate) fn encoder(stream: bool, head: Head) -> Box<dyn Encoder> {
    if stream {
        Box::new(Answer::new(head, Stream::default()))
    } else {
        Box::new(Answer::new(head, Plain::default()))
    }
}

struct Answer<F> {
    head: Head,
    echo: ChatEcho,
    form: F,
    sorter: Sorter,
    ops: Vec<Op>,
    open: Option<OpenBlock>,
    content: Words,
    thinking: Words,
    calls: usize,
    /// How many details were written.
    details: u64,
    citations: Citations,
    /// Of the next piece of text.
    logprobs: Option<String>,
    /// A call's arguments are no whole JSON object: they were cut.
    cut: bool,
    ended: bool,
    failure: Option<Failure>,
}

enum OpenBlock {
    Text,
    Thinking { text: String, state: Option<String>, place: Place },
    Call(Call),
}

/// A text of the message, of which pieces were written.
#[derive(Debug, Default)]
struct Words {
    bytes: usize,
    characters: u64,
    last: Option<char>,
    /// Something else came between what was written and what comes next.
    apart: bool,
}

impl Words {
    /// What is written for a piece that is not empty: it is set off with a joint where something
    /// came between, and no blank stands there already.
    fn add(&mut self, mut piece: String) -> String {
        let seam = [self.last, piece.chars().next()];
        let blank = seam.into_iter().flatten().any(char::is_whitespace);
        if std::mem::take(&mut self.apart) && self.last.is_some() && !blank {
            piece.insert_str(0, JOINT);
        }
        self.bytes += piece.len();
        self.characters += piece.chars().count() as u64;
        self.last = piece.chars().next_back().or(self.last);
        piece
    }

    fn is_empty(&self) -> bool {
        self.bytes == 0
    }
}

impl<F: Form> Answer<F> {
    fn new(head: Head, form: F) -> Self {
        let echo = match &head.echo {
            Echo::Chat(echo) => echo.clone(),
            Echo::Nothing | Echo::Responses(_) => ChatEcho::default(),
        };
        Self {
            sorter: Sorter::new(&head.id, "call_"),
            head,
            echo,
            form,
            ops: Vec::new(),
            open: None,
            content: Words::default(),
            thinking: Words::default(),
            calls: 0,
            details: 0,
            citations: Citations::default(),
            logprobs: None,
            cut: false,
            ended: false,
            failure: None,
        }
    }

    fn write(&mut self, out: &mut BytesMut) {
        let mut ops = std::mem::take(&mut self.ops);
        for op in ops.drain(..) {
            self.op(op, out);
        }
        self.ops = ops;
    }

    fn op(&mut self, op: Op, out: &mut BytesMut) {
        match op {
            Op::Open(block) => self.begin(block, out),
            Op::Delta(text) => self.delta(text, out),
            Op::Signature(signature) => {
                if let Some(OpenBlock::Thinking { state, .. }) = &mut self.open {
                    *state = Some(signature);
                }
            }
            Op::State(owner, state) => {
                let data = hidden::data(&owner, &state);
                self.detail(self.place(), &What::Encrypted(data.into()), out);
            }
            Op::Citation(citation) => self.citations.add(citation),
            Op::Logprobs(entries) => self.logprobs = Some(entries),
            Op::Close => self.close(out),
            Op::Redacted(data) => {
                self.content.apart = true;
                self.detail(self.place(), &What::Encrypted(data.into()), out);
            }
            // A step of a tool that the provider ran: this dialect tells none.
            Op::Block(_) => self.content.apart = true,
        }
    }

    fn begin(&mut self, block: Open, out: &mut BytesMut) {
        self.open = Some(match block {
            Open::Text => {
                self.citations.begin(self.content.characters);
                OpenBlock::Text
            }
            Open::Thinking => {
                self.content.apart = true;
                self.thinking.apart = true;
                OpenBlock::Thinking { text: String::new(), state: None, place: self.place() }
            }
            Open::Call { id, name } => {
                self.content.apart = true;
                let shape = if self.echo.custom_tools.contains(&name) {
                    Shape::Custom
                } else if self.echo.functions && self.calls == 0 {
                    Shape::FunctionCall
                } else {
                    Shape::Function
                };
                self.form.call(&self.head, self.numbered(), shape, &id, &name, out);
                self.calls += 1;
                OpenBlock::Call(Call::new(shape))
            }
        });
    }

    /// The number of the next call in `tool_calls`.
    fn numbered(&self) -> u64 {
        // The first call in the older form does not stand there.
        self.calls.saturating_sub(usize::from(self.echo.functions)) as u64
    }

    fn delta(&mut self, piece: String, out: &mut BytesMut) {
        match &mut self.open {
            Some(OpenBlock::Text) => {
                let piece = self.content.add(piece);
                let logprobs = self.logprobs.take();
                self.form.text(&self.head, &piece, logprobs.as_deref(), out);
            }
            Some(OpenBlock::Thinking { text, .. }) => {
                text.push_str(&piece);
                let piece = self.thinking.add(piece);
                self.form.thinking(&self.head, &piece, out);
            }
            Some(OpenBlock::Call(call)) => {
                let piece = call.push(&piece);
                if !piece.is_empty() {
                    self.form.arguments(&self.head, &piece, out);
                }
            }
            None => {}
        }
    }

    fn close(&mut self, out: &mut BytesMut) {
        match self.open.take() {
            Some(OpenBlock::Text) => self.citations.end(self.content.characters),
            Some(OpenBlock::Thinking { text, state: Some(state), place }) => {
                let what = What::Thinking { text: text.into(), state: Some(state.into()) };
                self.detail(place, &what, out);
            }
            Some(OpenBlock::Call(call)) => {
                let end = call.end();
                if !end.held.is_empty() {
                    self.form.arguments(&self.head, &end.held, out);
                }
                self.cut |= !end.whole;
            }
            Some(OpenBlock::Thinking { state: None, .. }) | None => {}
        }
    }

    fn place(&self) -> Place {
        Place { content: self.content.bytes, calls: self.calls }
    }

    fn detail(&mut self, place: Place, what: &What, out: &mut BytesMut) {
        let mut entry = BytesMut::new();
        details::write(&mut entry, self.details, place, what);
        self.details += 1;
        self.form.detail(&self.head, &entry, out);
    }

    fn give_up(&mut self, failure: Failure, out: &mut BytesMut) {
        self.ended = true;
        self.form.fail(&failure, out);
        self.failure = Some(failure);
    }

    /// A finished call wants its tool run, whatever the provider's word; a call that was cut does
    /// not, and clients know by `length` that it was (rules A6, A7).
    fn finish_reason(&self) -> &'static str {
        match self.sorter.finish_reason() {
            Some(FinishReason::Refusal) if self.cut => "content_filter",
            _ if self.cut => "length",
            _ if self.calls > 0 && self.echo.functions => "function_call",
            _ if self.calls > 0 => "tool_calls",
            Some(FinishReason::MaxTokens | FinishReason::ContextFull) => "length",
            Some(FinishReason::Refusal) => "content_filter",
            Some(
                FinishReason::EndTurn
                | FinishReason::StopSequence(_)
                | FinishReason::ToolCalls
                | FinishReason::Pause
                | FinishReason::Other(_),
            )
            | None => "stop",
        }
    }
}

impl<F: Form> Encoder for Answer<F> {
    /// Nothing stands before the first chunk: the role goes with it.
    fn start(&mut self, _out: &mut BytesMut) {}

    fn ping(&mut self, out: &mut BytesMut) {
        if !self.ended {
            self.form.ping(out);
        }
    }

    fn event(&mut self, event: Event, out: &mut BytesMut) {
        if self.ended {
            return;
        }
        let sorted = self.sorter.event(event, &mut self.ops);
        self.write(out);
        if let Err(failure) = sorted {
            self.give_up(failure, out);
        }
    }

    fn end(&mut self, out: &mut BytesMut) {
        if self.ended {
            return;
        }
        if let Err(failure) = self.sorter.finish(&mut self.ops) {
            return self.give_up(failure, out);
        }
        self.write(out);
        if self.content.is_empty() && self.calls == 0 {
            self.form.text(&self.head, "", None, out);
        }
        let end = End {
            finish_reason: self.finish_reason(),
            annotations: self.citations.annotations(),
            counts: self.sorter.counts(self.head.input_estimate),
        };
        self.form.end(&self.head, &end, out);
        self.ended = true;
    }

    fn fail(&mut self, failure: &Failure, out: &mut BytesMut) {
        if !self.ended {
            self.give_up(failure.clone(), out);
        }
    }

    fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }
}
