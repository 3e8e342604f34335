//! Answers of OpenAI Responses, streamed or plain.
//!
//! Rule (B1, B3): one course of steps writes both; a plain answer is what the last event of a stream
//! would hold. Each item is begun, filled and done before the next one; an answer ends with
//! `response.completed`, `response.incomplete` or `response.failed`, and never well when the
//! provider did not end it (A8).

mod call;
mod ending;
mod hosted;
mod message;
mod reasoning;
mod response;
#[cfg(test)]
mod tests;
mod wire;

use bytes::{BufMut, Bytes, BytesMut};
use clasp_model::{Event, Failure, Json};

use self::call::Call;
use self::ending::Ending;
use self::hosted::Hosted;
use self::message::Message;
use self::reasoning::Reasoning;
use self::response::State;
use self::wire::{Place, Wire};
use super::echo::ResponsesEcho;
use crate::blocks::{Op, Open, Sorter};
use crate::{Echo, Encoder, Head, hidden, openai};

/// Every so many pings without an event of the provider's, clients that count only events as signs
/// of life get one.
const PINGS: u32 = 12;

pub(crate) fn encoder(stream: bool, mut head: Head) -> Box<dyn Encoder> {
    let echo = match std::mem::take(&mut head.echo) {
        Echo::Responses(echo) => echo,
        Echo::Nothing | Echo::Chat(_) => Box::default(),
    };
    Box::new(Answer {
        sorter: Sorter::new(&head.id, "call_"),
        head,
        echo,
        wire: Wire::new(stream),
        ops: Vec::new(),
        output: Vec::new(),
        open: None,
        calls: 0,
        cut: false,
        pings: 0,
        service_tier: None,
        phase: Phase::New,
        failure: None,
        document: None,
    })
}

struct Answer {
    head: Head,
    echo: Box<ResponsesEcho>,
    wire: Wire,
    sorter: Sorter,
    ops: Vec<Op>,
    /// The items that are done, as JSON.
    output: Vec<String>,
    open: Option<Item>,
    calls: usize,
    /// A call's arguments were cut.
    cut: bool,
    /// Since the provider said something.
    pings: u32,
    /// As the provider told it.
    service_tier: Option<Json>,
    phase: Phase,
    failure: Option<Failure>,
    /// The whole answer, where it will be stored.
    document: Option<Bytes>,
}

/// The item that is being told.
enum Item {
    Message(Message),
    Reasoning(Reasoning),
    Call(Call),
    Hosted(Hosted),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    New,
    Started,
    Ended,
}

impl Answer {
    fn write(&mut self, out: &mut BytesMut) {
        let mut ops = std::mem::take(&mut self.ops);
        for op in ops.drain(..) {
            self.op(op, out);
        }
        self.ops = ops;
    }

    fn op(&mut self, op: Op, out: &mut BytesMut) {
        match (op, &mut self.open) {
            // Texts that follow each other are one.
            (Op::Open(Open::Text), Some(Item::Message(message))) => message.begin(),
            (Op::Open(block), _) => self.begin(block, out),
            (Op::Delta(text), Some(Item::Message(message))) => {
                message.delta(&text, &mut self.wire, out);
            }
            (Op::Delta(text), Some(Item::Reasoning(reasoning))) => {
                reasoning.delta(&text, &mut self.wire, out);
            }
            (Op::Delta(text), Some(Item::Call(call))) => call.delta(&text, &mut self.wire, out),
            (Op::Signature(state), Some(Item::Reasoning(reasoning))) => reasoning.keep(state),
            (Op::Logprobs(entries), Some(Item::Message(message))) => message.weigh(entries),
            (Op::Citation(citation), Some(Item::Message(message))) => {
                message.cite(&citation, &mut self.wire, out);
            }
            (Op::Close, Some(Item::Message(_))) => {}
            (Op::Close, _) => self.close("completed", out),
            // Text and calls have no place for it.
            (Op::State(owner, state), _) => self.hide(hidden::data(&owner, &state), out),
            (Op::Redacted(data), _) => self.hide(hidden::redacted(&data), out),
            (Op::Block(block), _) => self.block(&block, out),
            (Op::Delta(_) | Op::Signature(_) | Op::Citation(_) | Op::Logprobs(_), _) => {}
        }
    }

    fn begin(&mut self, block: Open, out: &mut BytesMut) {
        self.close("completed", out);
        let wire = &mut self.wire;
        self.open = Some(match block {
            Open::Text => {
                let place = Place::new("msg_", &self.head.id, self.output.len());
                Item::Message(Message::open(place, wire, out))
            }
            Open::Thinking => {
                let place = Place::new("rs_", &self.head.id, self.output.len());
                Item::Reasoning(Reasoning::open(place, wire, out))
            }
            Open::Call { id, name } => {
                self.calls += 1;
                let callee = self.echo.callee(&name);
                let place = Place::new(call::prefix(callee), &self.head.id, self.output.len());
                Item::Call(Call::open(place, id, name, callee.cloned(), wire, out))
            }
        });
    }

    /// Ends the open item.
    fn close(&mut self, status: &'static str, out: &mut BytesMut) {
        let wire = &mut self.wire;
        let done = match self.open.take() {
            None => return,
            Some(Item::Message(message)) => message.close(status, wire, out),
            Some(Item::Reasoning(reasoning)) => reasoning.close(wire, out),
            Some(Item::Hosted(hosted)) => hosted.close(wire, out),
            Some(Item::Call(call)) => {
                let done = call.close(wire, out);
                self.cut |= done.cut;
                done.item
            }
        };
        self.output.push(done);
    }

    /// An item of reasoning that shows nothing.
    fn hide(&mut self, data: String, out: &mut BytesMut) {
        self.begin(Open::Thinking, out);
        if let Some(Item::Reasoning(reasoning)) = &mut self.open {
            reasoning.keep(data);
        }
        self.close("completed", out);
    }

    /// A block in Anthropic's shape: work of the provider's own that clients know here too.
    fn block(&mut self, block: &Json, out: &mut BytesMut) {
        let Some(work) = hosted::Work::read(block) else { return };
        if let Some(Item::Hosted(hosted)) = &mut self.open
            && hosted.take(&work)
        {
            return self.close("completed", out);
        }
        self.close("completed", out);
        let index = self.output.len();
        let hosted = Hosted::open(work, &self.head.id, index, &mut self.wire, out);
        self.open = hosted.map(Item::Hosted);
    }

    fn response(&self, state: State<'_>, out: &mut BytesMut) {
        let tier = self.service_tier.as_ref();
        response::write(&self.head, &self.echo, &self.output, tier, state, out);
    }

    /// An event that is about the answer as a whole.
    fn tell(&mut self, kind: &str, state: State<'_>, out: &mut BytesMut) {
        if !self.wire.begin(kind, out) {
            return;
        }
        out.put_slice(b",\"response\":");
        self.response(state, out);
        self.wire.end(out);
    }

    fn give_up(&mut self, failure: Failure, out: &mut BytesMut) {
        if self.wire.is_stream() {
            self.start(out);
            // What is still open is not part of the answer.
            self.open = None;
            self.tell("response.failed", State::Failed(&failure), out);
        } else {
            openai::error::envelope(out, &failure);
        }
        self.phase = Phase::Ended;
        self.failure = Some(failure);
    }
}

impl Encoder for Answer {
    fn start(&mut self, out: &mut BytesMut) {
        if self.phase == Phase::New {
            self.phase = Phase::Started;
            self.tell("response.created", State::InProgress, out);
            self.tell("response.in_progress", State::InProgress, out);
        }
    }

    /// A comment, which every client passes over. Some clients wait for events: as long as there is
    /// nothing of the output, the answer is said to be in progress once more.
    fn ping(&mut self, out: &mut BytesMut) {
        if self.phase == Phase::Ended || !self.wire.is_stream() {
            return;
        }
        self.pings += 1;
        let silent = self.open.is_none() && self.output.is_empty();
        if silent && self.phase == Phase::Started && self.pings.is_multiple_of(PINGS) {
            self.tell("response.in_progress", State::InProgress, out);
        } else {
            out.put_slice(b": ping\n\n");
        }
    }

    fn event(&mut self, event: Event, out: &mut BytesMut) {
        if self.phase == Phase::Ended {
            return;
        }
        self.pings = 0;
        if let Event::Extra(field) = &event
            && field.name == "service_tier"
            && field.value.as_str().starts_with('"')
        {
            self.service_tier = Some(field.value.clone());
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
        let ending = Ending::of(self.sorter.finish_reason(), self.calls, self.cut);
        self.close(ending.item_status(), out);
        let usage = self.sorter.counts(self.head.input_estimate);
        let state = State::Ended(ending, usage);
        if self.wire.is_stream() {
            self.tell(ending.event(), state, out);
        } else {
            self.response(state, out);
        }
        if self.echo.is_stored() {
            let mut document = BytesMut::new();
            self.response(state, &mut document);
            self.document = Some(document.freeze());
        }
        self.phase = Phase::Ended;
    }

    fn fail(&mut self, failure: &Failure, out: &mut BytesMut) {
        if self.phase != Phase::Ended {
            self.give_up(failure.clone(), out);
        }
    }

    fn follow(&mut self, events: u64) {
        if self.phase == Phase::New {
            self.phase = Phase::Started;
            self.wire.follow(events);
        }
    }

    fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    fn document(&self) -> Option<Bytes> {
        self.document.clone()
    }
}
