//! Opaque state in `reasoning_details` (rule C9): nothing need be remembered here, since clients
//! that send an answer back send these entries with it.
//!
//! An entry of ours has the format `clasp1`. A `reasoning.text` is thinking with its state as
//! `signature`; the `data` of a `reasoning.encrypted` is hidden thinking, or state of a text or of a
//! call in the form of [`hidden`](crate::hidden). The `id` says where in the answer it stood: `clasp1-`, the
//! entry's number, `-`, the bytes of `content` before it, `-`, the calls before it. Entries of other
//! makers stay together as they came, as the state of the message's thinking.

use std::collections::VecDeque;

use bytes::{BufMut, BytesMut};
use clasp_model::{ByteString, Json, Part, Text, Thinking, ToolCall};

use crate::hidden;
use crate::json::read::{Kind, Read, Reader};
use crate::json::write::{number, string};

const FORMAT: &str = "clasp1";

/// Stands between thoughts and between paragraphs of text that something else came between.
pub(super) const JOINT: &str = "\n\n";

/// Where in an answer something stood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// Bytes of `content` before it.
    pub(super) content: usize,
    /// Calls before it.
    pub(super) calls: usize,
}

/// What an entry says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    Thinking { text: ByteString, state: Option<ByteString> },
    Encrypted(ByteString),
}

/// The entries of a message.
#[derive(Debug, Default)]
pub(super) struct Details {
    ours: Vec<(Place, What)>,
    others: Vec<Json>,
}

/// Writes the entry of this number.
pub(super) fn write(out: &mut BytesMut, index: u64, place: Place, what: &What) {
    match what {
        What::Thinking { text, state } => {
            out.put_slice(b"{\"type\":\"reasoning.text\",\"text\":");
            string(out, text);
            out.put_slice(b",\"signature\":");
            string(out, state.as_deref().unwrap_or_default());
        }
        What::Encrypted(data) => {
            out.put_slice(b"{\"type\":\"reasoning.encrypted\",\"data\":");
            string(out, data);
        }
    }
    out.put_slice(b",\"id\":\"clasp1-");
    number(out, index);
    for count in [place.content, place.calls] {
        out.put_u8(b'-');
        number(out, count as u64);
    }
    out.put_slice(b"\",\"format\":\"clasp1\",\"index\":");
    number(out, index);
    out.put_u8(b'}');
}

impl Details {
    pub(super) fn read(&mut self, reader: &mut Reader<'_>) -> Read<()> {
        reader.array(|reader| {
            let raw = reader.clone().raw()?;
            if reader.kind()? != Kind::Object {
                return reader.skip();
            }
            match entry(reader)? {
                Some(entry) => self.ours.push(entry),
                None => self.others.push(raw),
            }
            Ok(())
        })
    }

    /// The entries of other makers, as one list.
    fn others(&self) -> Option<ByteString> {
        let texts: Vec<&str> = self.others.iter().map(Json::as_str).collect();
        (!texts.is_empty()).then(|| format!("[{}]", texts.join(",")).into())
    }
}

/// An entry of ours.
pub(super) fn entry(reader: &mut Reader<'_>) -> Read<Option<(Place, What)>> {
    let (mut kind, mut text, mut signature, mut data, mut id, mut format) =
        (None, None, None, None, None, None);
    reader.object(|reader, name| {
        let member = match name {
            "type" => &mut kind,
            "text" => &mut text,
            "signature" => &mut signature,
            "data" => &mut data,
            "id" => &mut id,
            "format" => &mut format,
            _ => return reader.skip(),
        };
        if reader.kind()? == Kind::String {
            *member = Some(reader.string()?);
            return Ok(());
        }
        reader.skip()
    })?;
    let ours = |text: &Option<ByteString>| {
        text.as_ref().is_some_and(|text: &ByteString| text.starts_with(FORMAT))
    };
    // Some clients leave out members that they do not know.
    if ![&format, &id, &signature, &data].into_iter().any(ours) {
        return Ok(None);
    }
    let what = match data {
        Some(data) if kind.as_deref() != Some("reasoning.text") => What::Encrypted(data),
        _ => {
            let state = signature.filter(|state| !state.is_empty());
            What::Thinking { text: text.unwrap_or_default(), state }
        }
    };
    Ok(Some((id.as_deref().and_then(place).unwrap_or_default(), what)))
}

fn place(id: &str) -> Option<Place> {
    let mut counts = id.strip_prefix("clasp1-")?.split('-').skip(1);
    let mut count = || counts.next()?.parse().ok();
    Some(Place { content: count()?, calls: count()? })
}

/// The parts of a message of the model's, in the order that its answer had. State of texts and calls
/// is still in hidden blocks, right after the text that it belongs to.
pub(super) fn arrange(
    content: Vec<Part>,
    calls: Vec<ToolCall>,
    reasoning: Option<ByteString>,
    details: Details,
) -> Vec<Part> {
    let others = details.others();
    let mut arranger = Arranger {
        parts: Vec::new(),
        content: content.into(),
        calls: calls.into(),
        done: Place::default(),
    };
    let told = details.ours.iter().any(|(_, what)| matches!(what, What::Thinking { .. }));
    if let Some(state) = others {
        let text = reasoning.clone().filter(|_| !told).unwrap_or_default();
        arranger.think(text.clone(), Some(state), text.is_empty());
    }
    let mut rest = reasoning.filter(|_| told || arranger.parts.is_empty());
    if !told && let Some(text) = rest.take() {
        arranger.think(text, None, false);
    }
    for (place, what) in details.ours {
        match what {
            What::Thinking { text, state } => {
                arranger.advance(place);
                // Thoughts before it that have no state of their own.
                if let Some(all) = &rest
                    && let Some((before, after)) = all.split_once(&*text)
                {
                    arranger.think_rest(all.slice_ref(before));
                    rest = Some(all.slice_ref(after));
                }
                arranger.think(text, state, false);
            }
            What::Encrypted(data) => {
                // State finds a call by its id, and a text right before it.
                if hidden::is_of_text(&data) {
                    arranger.calls(place);
                    arranger.content(place);
                } else if !hidden::is_of_call(&data) {
                    arranger.advance(place);
                }
                arranger.think(ByteString::new(), Some(data), true);
            }
        }
    }
    if let Some(rest) = rest {
        arranger.think_rest(rest);
    }
    arranger.finish()
}

struct Arranger {
    parts: Vec<Part>,
    content: VecDeque<Part>,
    calls: VecDeque<ToolCall>,
    done: Place,
}

impl Arranger {
    fn think(&mut self, text: ByteString, state: Option<ByteString>, redacted: bool) {
        if !text.is_empty() || state.is_some() {
            self.parts.push(Part::Thinking(Thinking { text, state, redacted }));
        }
    }

    /// Thinking that stood between thoughts with state, without the joints.
    fn think_rest(&mut self, text: ByteString) {
        let said = text.trim_matches('\n');
        if !said.is_empty() {
            self.think(text.slice_ref(said), None, false);
        }
    }

    /// Gives out what stood before `place`. What comes next in the text was set off from that with a
    /// joint, which is none of the model's words.
    fn advance(&mut self, place: Place) {
        self.content(place);
        self.calls(place);
        if self.done.content > 0
            && let Some(Part::Text(text)) = self.content.front_mut()
            && let Some(rest) = text.text.strip_prefix(JOINT)
            && !rest.starts_with(char::is_whitespace)
        {
            text.text = text.text.slice_ref(rest);
            self.done.content += JOINT.len();
        }
    }

    fn content(&mut self, place: Place) {
        while self.done.content < place.content
            && let Some(part) = self.content.pop_front()
        {
            let Part::Text(mut text) = part else {
                self.parts.push(part);
                continue;
            };
            let left = place.content - self.done.content;
            if left < text.text.len() {
                let (first, rest) = text.text.split_at(text.text.floor_char_boundary(left));
                let extra = std::mem::take(&mut text.extra);
                text.text = rest;
                self.content.push_front(Part::Text(text));
                self.done.content = place.content;
                if !first.is_empty() {
                    self.parts.push(Part::Text(Text { text: first, extra, ..Text::default() }));
                }
                return;
            }
            self.done.content += text.text.len();
            self.parts.push(Part::Text(text));
        }
    }

    fn calls(&mut self, place: Place) {
        while self.done.calls < place.calls
            && let Some(call) = self.calls.pop_front()
        {
            self.done.calls += 1;
            self.parts.push(Part::ToolCall(call));
        }
    }

    fn finish(mut self) -> Vec<Part> {
        self.parts.extend(self.content);
        self.parts.extend(self.calls.into_iter().map(Part::ToolCall));
        self.parts
    }
}
