//! Content blocks of an answer into events, each kind in its own way (rules A4, C9).
//!
//! Text streams. One that follows another text directly, as cited ones do, comes whole at its end:
//! only so do its bounds and its citations stay what they were. Blocks of the host's own tools come
//! whole, as they are.

use serde_json::Value;
use serde_json::value::RawValue;

use super::event::{Block, Delta};
use crate::names::Names;
use crate::types::{Event, ToolCallDelta};

/// The blocks of one answer.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    open: Vec<(u64, Open)>,
    /// The newest block is a text.
    after_text: bool,
    calls: u32,
}

#[derive(Debug)]
enum Open {
    /// Streams.
    Text,
    /// A text that comes whole.
    Held {
        text: String,
        citations: Vec<String>,
    },
    Thinking {
        seen: bool,
        after_text: bool,
        signature: String,
    },
    Call {
        slot: u32,
        input: Option<String>,
        streamed: bool,
    },
    /// Any other block, as it began, and what is added to it.
    Whole {
        start: String,
        input: String,
        content: Option<String>,
    },
    Nothing,
}

impl Blocks {
    /// A block begins; a whole one begins and ends.
    pub(super) fn start(
        &mut self,
        index: u64,
        json: &str,
        names: &Names,
        events: &mut Vec<Event>,
    ) -> serde_json::Result<()> {
        let block: Block<'_> = serde_json::from_str(json)?;
        self.stop(index, events);
        let after_text = std::mem::replace(&mut self.after_text, block.kind.0 == "text");
        let open = match &*block.kind.0 {
            "text" => {
                let citations = citations(&block);
                if after_text || !citations.is_empty() {
                    Open::Held { text: block.text.0.into_owned(), citations }
                } else {
                    push_text(&block.text.0, events);
                    Open::Text
                }
            }
            "thinking" => {
                let thinking = block.thinking.0;
                let seen = !thinking.is_empty();
                if seen {
                    events.push(Event::Thinking(thinking.into_owned()));
                }
                Open::Thinking { seen, after_text, signature: block.signature.0.into_owned() }
            }
            "redacted_thinking" => {
                if !block.data.0.is_empty() {
                    events.push(Event::RedactedThinking(block.data.0.into_owned()));
                }
                Open::Nothing
            }
            "tool_use" => {
                let slot = self.calls;
                self.calls += 1;
                events.push(Event::ToolCall(ToolCallDelta {
                    slot,
                    id: block.id.as_option().map(str::to_owned),
                    name: block.name.as_option().map(|name| names.restore(name).to_owned()),
                    ..ToolCallDelta::default()
                }));
                let input = block.input.get().map(str::to_owned);
                Open::Call { slot, input, streamed: false }
            }
            "" => Open::Nothing,
            _ => Open::Whole { start: json.to_owned(), input: String::new(), content: None },
        };
        self.open.push((index, open));
        Ok(())
    }

    /// More of a block.
    pub(super) fn delta(&mut self, index: u64, delta: &Delta<'_>, events: &mut Vec<Event>) {
        let Some((_, open)) = self.open.iter_mut().find(|(known, _)| *known == index) else {
            // A text that was never begun; anything else would not make sense.
            if delta.kind.0 == "text_delta" {
                push_text(&delta.text.0, events);
            }
            return;
        };
        match (&*delta.kind.0, open) {
            ("text_delta", Open::Text) => push_text(&delta.text.0, events),
            ("text_delta", Open::Held { text, .. }) => text.push_str(&delta.text.0),
            ("citations_delta", Open::Text) => {
                events.extend(delta.citation.get().map(|json| Event::Citation(json.into())));
            }
            ("citations_delta", Open::Held { citations, .. }) => {
                citations.extend(delta.citation.get().map(str::to_owned));
            }
            ("thinking_delta", Open::Thinking { seen, .. }) if !delta.thinking.0.is_empty() => {
                *seen = true;
                events.push(Event::Thinking(delta.thinking.0.clone().into_owned()));
            }
            ("signature_delta", Open::Thinking { signature, .. }) => {
                signature.push_str(&delta.signature.0);
            }
            ("input_json_delta", Open::Call { slot, streamed, .. })
                if !delta.partial_json.0.is_empty() =>
            {
                *streamed = true;
                push_arguments(*slot, &delta.partial_json.0, events);
            }
            ("input_json_delta", Open::Whole { input, .. }) => {
                input.push_str(&delta.partial_json.0);
            }
            (_, Open::Whole { content, .. }) => {
                *content = delta.content.json().map(str::to_owned).or_else(|| content.take());
            }
            _ => {}
        }
    }

    /// A block ends.
    pub(super) fn stop(&mut self, index: u64, events: &mut Vec<Event>) {
        let Some(at) = self.open.iter().position(|(known, _)| *known == index) else { return };
        let (_, open) = self.open.remove(at);
        open.close(events);
    }

    /// The answer is whole: ends what was left open.
    pub(super) fn finish(&mut self, events: &mut Vec<Event>) {
        self.open.drain(..).for_each(|(_, open)| open.close(events));
    }
}

impl Open {
    fn close(self, events: &mut Vec<Event>) {
        match self {
            Self::Text | Self::Nothing => {}
            Self::Held { text, citations } => {
                if !text.is_empty() {
                    let text = Value::from(text).to_string();
                    let citations = citations.join(",");
                    let block = if citations.is_empty() {
                        format!(r#"{{"type":"text","text":{text}}}"#)
                    } else {
                        format!(r#"{{"type":"text","text":{text},"citations":[{citations}]}}"#)
                    };
                    events.push(Event::Block(block));
                }
            }
            Self::Thinking { signature, .. } if signature.is_empty() => {}
            Self::Thinking { seen, after_text, signature } => {
                events.push(thought(seen, after_text, signature));
            }
            Self::Call { streamed: true, .. } => {}
            Self::Call { slot, input, streamed: false } => {
                push_arguments(slot, input.as_deref().unwrap_or("{}"), events);
            }
            Self::Whole { start, input, content } => {
                events.push(Event::Block(completed(start, &input, content.as_deref())));
            }
        }
    }
}

/// The signature of thinking. Behind a text that of hidden thinking would be taken for the text's
/// own state, so there it is a block.
pub fn thought(seen: bool, after_text: bool, signature: String) -> Event {
    if seen || !after_text {
        return Event::State(signature);
    }
    let signature = Value::from(signature);
    Event::Block(format!(r#"{{"type":"thinking","thinking":"","signature":{signature}}}"#))
}

/// A block as it began, with the input and content that came after.
fn completed(start: String, input: &str, content: Option<&str>) -> String {
    let input = (!input.is_empty()).then(|| serde_json::from_str::<Value>(input).ok()).flatten();
    let content = content.and_then(|content| serde_json::from_str::<Value>(content).ok());
    if input.is_none() && content.is_none() {
        return start;
    }
    let Ok(Value::Object(mut members)) = serde_json::from_str(&start) else { return start };
    members.extend(input.map(|input| ("input".to_owned(), input)));
    members.extend(content.map(|content| ("content".to_owned(), content)));
    Value::Object(members).to_string()
}

/// The citations that a block begins with.
fn citations(block: &Block<'_>) -> Vec<String> {
    let list = block.citations.get().and_then(|list| serde_json::from_str(list).ok());
    let list: Vec<&RawValue> = list.unwrap_or_default();
    list.into_iter().map(|citation| citation.get().to_owned()).collect()
}

fn push_text(text: &str, events: &mut Vec<Event>) {
    if !text.is_empty() {
        events.push(Event::Text(text.to_owned()));
    }
}

fn push_arguments(slot: u32, arguments: &str, events: &mut Vec<Event>) {
    let arguments = arguments.to_owned();
    events.push(Event::ToolCall(ToolCallDelta { slot, arguments, ..ToolCallDelta::default() }));
}
