//! `contents`: the conversation, with thought signatures on the parts that they came with (rules
//! C1, C2, C3, C9).
//!
//! A signature goes back as it came: on its call, its text or its thought, or on an empty text of
//! its own. A model that asks for signatures refuses a step whose first call has none; such a call
//! was made elsewhere, and gets the word that Google gives for it. It gets it in each request, also
//! where it is no longer looked at, so that a cached prefix stays the same (rule C11).
//!
//! <https://ai.google.dev/gemini-api/docs/thought-signatures>, as of 2026-11-21.

use crate::history::{Answered, Call, Piece, Said, Turn};
use crate::notes::Notes;
use crate::tools::Offer;
use crate::{Media, MediaKind, Target, Text, Thinking, json};
use serde_json::value::RawValue;

use super::Service;
use super::family::Family;
use super::media;

/// Before a signature that stood on an empty text of its own, after the text or thought whose
/// state it is.
pub(crate) const APART: char = '~';

/// What Google's validator lets through where a call was made by another model.
const UNSIGNED: &str = "skip_thought_signature_validator";

/// Writes the conversation.
#[derive(Debug)]
pub(crate) struct Contents<'n> {
    /// The service.
    pub(crate) service: Service,
    /// The model's family.
    pub(crate) family: Family,
    /// Where it goes.
    pub(crate) target: &'n Target,
    /// The functions' names.
    pub(crate) offer: &'n Offer<'n>,
    /// What could not be taken.
    pub(crate) notes: &'n mut Notes,
}

impl Contents<'_> {
    /// Writes `systemInstruction` and `contents`.
    pub(crate) fn write(&mut self, turns: &[Turn<'_>], writer: &mut json::Writer) {
        if let Some(Turn::System(pieces, _)) = turns.first() {
            writer.key("systemInstruction");
            writer.open_object();
            self.pieces(pieces, writer);
            writer.close_object();
        }
        writer.key("contents");
        writer.open_array();
        let mut rest = turns;
        let mut calls = Vec::new();
        let mut unsigned = false;
        while let Some((turn, after)) = rest.split_first() {
            rest = after;
            match turn {
                Turn::System(..) => {}
                Turn::User(pieces, _) => {
                    open_content("user", writer);
                    self.pieces(pieces, writer);
                    writer.close_object();
                }
                Turn::Assistant(said, _) => {
                    calls = said.iter().filter_map(Said::call).map(|call| &*call.id).collect();
                    unsigned |= self.assistant(said, writer);
                }
                Turn::Result(first) => {
                    let more = rest.iter().map_while(|turn| match turn {
                        Turn::Result(result) => Some(result),
                        _ => None,
                    });
                    let results: Vec<_> = std::iter::once(first).chain(more).collect();
                    rest = rest.get(results.len() - 1..).unwrap_or_default();
                    // Without ids a result is told by its place among the calls.
                    let of_call = |id: &&str| results.iter().find(|result| result.id == *id);
                    let in_order: Vec<_> = calls.iter().filter_map(of_call).copied().collect();
                    self.results(&in_order, writer);
                }
            }
        }
        writer.close_array();
        if unsigned {
            let why = "a call without a thought signature is sent as one made elsewhere";
            self.notes.repaired("messages", why);
        }
    }

    fn pieces(&self, pieces: &[Piece<'_>], writer: &mut json::Writer) {
        writer.key("parts");
        writer.open_array();
        for piece in pieces {
            match piece {
                Piece::Text { text, .. } => write_text(text, false, None, writer),
                Piece::Media(media) => media::write(self.service, self.target, media, writer),
            }
        }
        writer.close_array();
    }

    /// Writes what the model said, and tells whether a call got the word for unsigned ones.
    fn assistant(&mut self, said: &[Said<'_>], writer: &mut json::Writer) -> bool {
        let kept = |part: &&Said<'_>| match part {
            Said::Thinking(thinking) => thinking.state.is_some(),
            Said::Text(_) | Said::Call(_) => true,
        };
        let dropped = said.iter().filter(|part| !kept(part)).count();
        if dropped > 0 {
            self.notes.dropped("messages", "thinking without a signature does not go back");
        }
        if dropped == said.len() {
            return false;
        }
        open_content("model", writer);
        writer.key("parts");
        writer.open_array();
        let (mut first, mut unsigned) = (true, false);
        for part in said.iter().filter(kept) {
            match part {
                Said::Text(text) => write_said(text, writer),
                Said::Thinking(thinking) => write_thinking(thinking, writer),
                Said::Call(call) => {
                    let made_elsewhere = first && self.family.signs() && call.call.state.is_none();
                    unsigned |= made_elsewhere;
                    first = false;
                    let signature = call.call.state.as_deref();
                    self.call(call, signature.or(made_elsewhere.then_some(UNSIGNED)), writer);
                }
            }
        }
        writer.close_array();
        writer.close_object();
        unsigned
    }

    fn call(&mut self, call: &Call<'_>, signature: Option<&str>, writer: &mut json::Writer) {
        let Call { id, call, .. } = call;
        writer.open_object();
        writer.key("functionCall");
        writer.open_object();
        if self.family.signs() {
            writer.string_member("id", id);
        }
        writer.string_member("name", &self.offer.name_of(&call.name));
        writer.key("args");
        let arguments = call.arguments.trim();
        if arguments.is_empty() || arguments == "null" {
            writer.raw("{}");
        } else if is_object(arguments) {
            writer.raw(arguments);
        } else {
            let why = "arguments that are no object were put into one";
            self.notes.repaired("messages", why);
            writer.open_object();
            writer.string_member("input", arguments);
            writer.close_object();
        }
        writer.close_object();
        write_signature(signature, writer);
        writer.close_object();
    }

    /// Writes the results of a step in one content, and after it what they cannot hold.
    fn results(&mut self, results: &[&Answered<'_>], writer: &mut json::Writer) {
        let mut moved: Vec<(&str, &Media)> = Vec::new();
        open_content("user", writer);
        writer.key("parts");
        writer.open_array();
        for result in results {
            self.result(result, &mut moved, writer);
        }
        writer.close_array();
        writer.close_object();
        if moved.is_empty() {
            return;
        }
        open_content("user", writer);
        writer.key("parts");
        writer.open_array();
        for (name, media) in moved {
            let what = crate::media::kind(media.kind);
            self.notes.moved("messages", format!("the {what} was put after the result of {name}"));
            write_text(&format!("[{what} in the result of {name}]"), false, None, writer);
            media::write(self.service, self.target, media, writer);
        }
        writer.close_array();
        writer.close_object();
    }

    fn result<'r>(
        &self,
        result: &'r Answered<'_>,
        moved: &mut Vec<(&'r str, &'r Media)>,
        writer: &mut json::Writer,
    ) {
        writer.open_object();
        writer.key("functionResponse");
        writer.open_object();
        if self.family.signs() {
            writer.string_member("id", &result.id);
        }
        writer.string_member("name", &self.offer.name_of(result.name));
        writer.key("response");
        writer.open_object();
        writer.key(if result.is_error { "error" } else { "output" });
        writer.open_string();
        let (mut payloads, mut texts) = (Vec::new(), 0);
        for piece in &result.content {
            match piece {
                Piece::Text { text, .. } => {
                    if texts > 0 {
                        writer.chars("\n");
                    }
                    texts += 1;
                    writer.chars(text);
                }
                Piece::Media(media) => match media::in_result(media) {
                    Some(blob) => payloads.push(blob),
                    None => moved.push((result.name, media)),
                },
            }
        }
        writer.close_string();
        writer.close_object();
        if !payloads.is_empty() {
            writer.key("parts");
            writer.open_array();
            for blob in payloads {
                writer.open_object();
                media::write_inline(blob, writer);
                writer.close_object();
            }
            writer.close_array();
        }
        writer.close_object();
        writer.close_object();
    }
}

/// The kinds of payload that the results of functions hold.
pub(crate) fn in_results(family: &Family) -> &'static [MediaKind] {
    if family.media_in_results() { &[MediaKind::Image, MediaKind::Document] } else { &[] }
}

fn open_content(role: &str, writer: &mut json::Writer) {
    writer.open_object();
    writer.string_member("role", role);
}

fn write_said(text: &Text, writer: &mut json::Writer) {
    match text.state.as_deref().map(|state| (state, state.strip_prefix(APART))) {
        Some((_, Some(apart))) => {
            if !text.text.is_empty() {
                write_text(&text.text, false, None, writer);
            }
            write_text("", false, Some(apart), writer);
        }
        Some((signature, None)) => write_text(&text.text, false, Some(signature), writer),
        None => write_text(&text.text, false, None, writer),
    }
}

/// Thinking goes back for its signature alone; hidden thinking is a part that clients have no
/// name for.
fn write_thinking(thinking: &Thinking, writer: &mut json::Writer) {
    let Some(state) = thinking.state.as_deref() else { return };
    if thinking.redacted {
        if is_object(state) {
            writer.raw(state);
        }
    } else if let Some(apart) = state.strip_prefix(APART) {
        write_text("", false, Some(apart), writer);
    } else {
        write_text(&thinking.text, !thinking.text.is_empty(), Some(state), writer);
    }
}

fn write_text(text: &str, thought: bool, signature: Option<&str>, writer: &mut json::Writer) {
    writer.open_object();
    writer.string_member("text", text);
    if thought {
        writer.raw_member("thought", "true");
    }
    write_signature(signature, writer);
    writer.close_object();
}

fn write_signature(signature: Option<&str>, writer: &mut json::Writer) {
    if let Some(signature) = signature {
        writer.string_member("thoughtSignature", signature);
    }
}

fn is_object(json: &str) -> bool {
    json.starts_with('{') && serde_json::from_str::<&RawValue>(json).is_ok()
}
