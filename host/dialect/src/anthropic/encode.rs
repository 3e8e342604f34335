//! Answers of Anthropic Messages, streamed or plain.
//!
//! Both are written by the same steps, so that they say the same (B3). What the grammar asks for
//! beyond the order of blocks is kept here: one start and one stop (A1), the stop reason (A6, A7,
//! A16), usage (A9), a broken end that is never a clean one (A8).

mod input;
mod plain;
mod stream;
#[cfg(test)]
mod tests;

use bytes::BytesMut;
use clasp_model::{Event, Failure, FinishReason, Json};

use self::input::Input;
use self::plain::Plain;
use self::stream::Stream;
use crate::blocks::{Op, Open, Sorter};
use crate::counts::Counts;
use crate::json::write::number;
use crate::{Encoder, Head, hidden, ids};

pub(crate) fn encoder(stream: bool, head: Head) -> Box<dyn Encoder> {
    if stream {
        Box::new(Answer::new(head, Stream::default()))
    } else {
        Box::new(Answer::new(head, Plain::default()))
    }
}

/// How an answer is written down. Calls come in the grammar's order.
trait Form: Send {
    fn start(&mut self, head: &Head, out: &mut BytesMut);
    fn ping(&mut self, out: &mut BytesMut);
    fn open(&mut self, block: &Open, out: &mut BytesMut);
    /// Text, thinking or input of the open block.
    fn delta(&mut self, text: &str, out: &mut BytesMut);
    /// Of the open thinking; the last delta before its close.
    fn signature(&mut self, signature: &str, out: &mut BytesMut);
    /// Of the open text.
    fn citation(&mut self, citation: &Json, out: &mut BytesMut);
    /// `whole` is false for input that is no JSON object.
    fn close(&mut self, whole: bool, out: &mut BytesMut);
    fn redacted(&mut self, data: &str, out: &mut BytesMut);
    fn block(&mut self, block: &Json, out: &mut BytesMut);
    fn end(&mut self, head: &Head, end: &End, out: &mut BytesMut);
    fn fail(&mut self, failure: &Failure, out: &mut BytesMut);
}

/// What the last part of an answer says.
struct End {
    stop_reason: &'static str,
    stop_sequence: Option<String>,
    counts: Counts,
}

struct Answer<F> {
    head: Head,
    form: F,
    sorter: Sorter,
    ops: Vec<Op>,
    open: Option<OpenBlock>,
    calls: usize,
    /// A call's input is no JSON object: it was cut.
    cut: bool,
    phase: Phase,
    failure: Option<Failure>,
}

enum OpenBlock {
    Text,
    Thinking,
    Call(Input),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    New,
    Started,
    Ended,
}

impl<F: Form> Answer<F> {
    fn new(head: Head, form: F) -> Self {
        Self {
            sorter: Sorter::new(&head.id, "toolu_"),
            head,
            form,
            ops: Vec::new(),
            open: None,
            calls: 0,
            cut: false,
            phase: Phase::New,
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
        match (op, &mut self.open) {
            (Op::Open(block), _) => {
                self.open = Some(match &block {
                    Open::Text => OpenBlock::Text,
                    Open::Thinking => OpenBlock::Thinking,
                    Open::Call { .. } => OpenBlock::Call(Input::default()),
                });
                let block = match block {
                    Open::Call { id, name } => {
                        self.calls += 1;
                        Open::Call { id: ids::encode(&id).into_owned(), name }
                    }
                    block => block,
                };
                self.form.open(&block, out);
            }
            (Op::Delta(text), Some(OpenBlock::Call(input))) => {
                if let Some(text) = input.push(&text) {
                    self.form.delta(text, out);
                }
            }
            (Op::Delta(text), _) => self.form.delta(&text, out),
            (Op::Signature(signature), _) => self.form.signature(&signature, out),
            // Text and calls have no place for it.
            (Op::State(owner, state), _) => self.form.redacted(&hidden::data(&owner, &state), out),
            (Op::Citation(citation), _) => self.form.citation(&citation, out),
            // This dialect has no place for them.
            (Op::Logprobs(_), _) => {}
            (Op::Close, open) => {
                let mut whole = true;
                if let Some(OpenBlock::Call(input)) = open.take() {
                    let end = input.end();
                    if let Some(text) = end.held {
                        self.form.delta(&text, out);
                    }
                    whole = end.whole;
                    self.cut |= !whole;
                }
                self.form.close(whole, out);
            }
            (Op::Redacted(data), _) => self.form.redacted(&data, out),
            (Op::Block(block), _) => self.form.block(&block, out),
        }
    }

    fn give_up(&mut self, failure: Failure, out: &mut BytesMut) {
        self.phase = Phase::Ended;
        self.form.fail(&failure, out);
        self.failure = Some(failure);
    }

    /// A finished call wants its tool run, whatever the provider's word; a call that was cut does
    /// not, and clients know by `max_tokens` that it was (rules A6, A7).
    fn stop(&self) -> (&'static str, Option<String>) {
        let reason = match self.sorter.finish_reason() {
            Some(FinishReason::Refusal) if self.cut => "refusal",
            _ if self.cut => "max_tokens",
            _ if self.calls > 0 => "tool_use",
            Some(FinishReason::MaxTokens) => "max_tokens",
            Some(FinishReason::StopSequence(sequence)) => {
                return ("stop_sequence", sequence.clone());
            }
            Some(FinishReason::ContextFull) => "model_context_window_exceeded",
            Some(FinishReason::Refusal) => "refusal",
            Some(FinishReason::Pause) => "pause_turn",
            Some(FinishReason::EndTurn | FinishReason::ToolCalls | FinishReason::Other(_))
            | None => "end_turn",
        };
        (reason, None)
    }
}

impl<F: Form> Encoder for Answer<F> {
    fn start(&mut self, out: &mut BytesMut) {
        if self.phase == Phase::New {
            self.phase = Phase::Started;
            self.form.start(&self.head, out);
        }
    }

    fn ping(&mut self, out: &mut BytesMut) {
        if self.phase != Phase::Ended {
            self.form.ping(out);
        }
    }

    fn event(&mut self, event: Event, out: &mut BytesMut) {
        if self.phase == Phase::Ended {
            return;
        }
        let sorted = self.sorter.event(event, &mut self.ops);
        if !self.ops.is_empty() {
            self.start(out);
            self.write(out);
        }
        if let Err(failure) = sorted {
            self.give_up(failure, out);
        }
    }

    fn end(&mut self, out: &mut BytesMut) {
        if self.phase == Phase::Ended {
            return;
        }
        if let Err(failure) = self.sorter.finish(&mut self.ops) {
            return self.give_up(failure, out);
        }
        self.start(out);
        self.write(out);
        let (stop_reason, stop_sequence) = self.stop();
        let counts = self.sorter.counts(self.head.input_estimate);
        let end = End { stop_reason, stop_sequence, counts };
        self.form.end(&self.head, &end, out);
        self.phase = Phase::Ended;
    }

    fn fail(&mut self, failure: &Failure, out: &mut BytesMut) {
        if self.phase != Phase::Ended {
            self.give_up(failure.clone(), out);
        }
    }

    fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }
}

/// The input without what the cache held, as this dialect has it.
fn write_counts(counts: Counts, out: &mut BytesMut) {
    out.extend_from_slice(b"{\"input_tokens\":");
    number(out, counts.fresh_input());
    out.extend_from_slice(b",\"cache_creation_input_tokens\":");
    number(out, counts.cache_write);
    out.extend_from_slice(b",\"cache_read_input_tokens\":");
    number(out, counts.cache_read);
    out.extend_from_slice(b",\"output_tokens\":");
    number(out, counts.output);
    out.extend_from_slice(b"}");
}
