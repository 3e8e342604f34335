//! The conversation as items (rules C1–C3, C5, C9): calls and results are items of their own, and
//! a reasoning item goes back whole, in order, before what came after it.

use super::keep::{Kept, Reasoning};
use super::media;
use super::profile::Profile;
use crate::history::{Answered, Call, Piece, Said, Turn};
use crate::json;
use crate::names::short_hash;
use crate::notes::Notes;
use crate::tools::Offer;
use crate::types::{Segment, Thinking, ToolCall};

/// Writes turns as items.
#[derive(Debug)]
pub(crate) struct Input<'r> {
    pub(crate) profile: &'r Profile,
    pub(crate) offer: &'r Offer<'r>,
    /// The host that state must come from.
    pub(crate) host: &'r str,
    /// Tools that take free text.
    pub(crate) free_text: &'r [&'r str],
}

/// An assistant turn being written.
#[derive(Default)]
struct Open<'a> {
    /// Reasoning that waits for what it led to: the provider refuses it alone.
    reasoning: Vec<(Reasoning, &'a Thinking)>,
    /// The phase of the next message.
    phase: Option<String>,
    /// A message is open.
    message: bool,
}

impl Input<'_> {
    /// Writes the items of `turns`, the first one from its part `from`.
    pub(crate) fn write(
        &self,
        turns: &[Turn<'_>],
        from: usize,
        notes: &mut Notes,
        writer: &mut json::Writer,
    ) {
        for (index, turn) in turns.iter().enumerate() {
            match turn {
                Turn::System(pieces, _) => {
                    write_message(self.profile.system_role, pieces, writer);
                }
                Turn::User(pieces, _) => write_message("user", pieces, writer),
                Turn::Assistant(said, _) => {
                    let from = if index == 0 { from } else { 0 };
                    self.write_assistant(said.get(from..).unwrap_or_default(), notes, writer);
                }
                Turn::Result(answered) => self.write_result(answered, writer),
            }
        }
    }

    /// Stands for the items of `turns`.
    pub(crate) fn sum(&self, turns: &[Turn<'_>]) -> String {
        let mut writer = json::Writer::default();
        writer.open_array();
        self.write(turns, 0, &mut Notes::default(), &mut writer);
        writer.close_array();
        let mut text = String::new();
        for segment in writer.into_segments() {
            match segment {
                Segment::Bytes(bytes) => text.push_str(&String::from_utf8_lossy(&bytes)),
                // Which payload it is; its bytes stay outside.
                Segment::Blob(blob) => text.push_str(&format!("\u{0}{}", blob.id)),
            }
        }
        short_hash(&text)
    }

    fn write_assistant(&self, said: &[Said<'_>], notes: &mut Notes, writer: &mut json::Writer) {
        let mut open = Open::default();
        for said in said {
            match said {
                Said::Text(text) if text.text.is_empty() => {}
                Said::Text(text) => {
                    if !open.message || open.phase.is_some() {
                        open.message(writer);
                    }
                    writer.open_object();
                    writer.string_member("type", "output_text");
                    writer.string_member("text", &text.text);
                    writer.close_object();
                }
                Said::Thinking(thinking) => self.write_thinking(thinking, &mut open, notes, writer),
                Said::Call(call) => {
                    open.next(writer);
                    self.write_call(call, writer);
                }
            }
        }
        open.close(writer);
        if !open.reasoning.is_empty() {
            let why = "thinking that led to nothing is left out, the provider refuses it alone";
            notes.dropped("messages", why);
        }
    }

    fn write_thinking<'a>(
        &self,
        thinking: &'a Thinking,
        open: &mut Open<'a>,
        notes: &mut Notes,
        writer: &mut json::Writer,
    ) {
        let Some(kept) = thinking.state.as_deref().and_then(|state| Kept::read(state, self.host))
        else {
            let why = "thinking that another provider told is left out";
            return notes.dropped("messages", why);
        };
        if let Some(reasoning) = kept.reasoning {
            open.close(writer);
            open.reasoning.push((reasoning, thinking));
        }
        if let Some(item) = kept.item {
            open.next(writer);
            writer.raw(&item);
        }
        if let Some(phase) = kept.phase {
            open.phase = Some(phase);
        }
    }

    fn write_call(&self, Call { id, call, .. }: &Call<'_>, writer: &mut json::Writer) {
        writer.open_object();
        let free_text = self.free_text.contains(&&*call.name);
        writer.string_member("type", if free_text { "custom_tool_call" } else { "function_call" });
        writer.string_member("call_id", id);
        writer.string_member("name", &self.offer.name_of(&call.name));
        if free_text {
            writer.string_member("input", &input(call));
        } else {
            let arguments = call.arguments.trim();
            writer.string_member("arguments", if arguments.is_empty() { "{}" } else { arguments });
        }
        writer.close_object();
    }

    fn write_result(&self, answered: &Answered<'_>, writer: &mut json::Writer) {
        let free_text = self.free_text.contains(&answered.name);
        let kind = if free_text { "custom_tool_call_output" } else { "function_call_output" };
        writer.open_object();
        writer.string_member("type", kind);
        writer.string_member("call_id", &answered.id);
        writer.key("output");
        if answered.content.iter().any(|piece| matches!(piece, Piece::Media(_))) {
            write_pieces(&answered.content, writer);
        } else {
            write_joined(&answered.content, "\n", writer);
        }
        writer.close_object();
    }
}

impl Open<'_> {
    /// Opens a message, after the reasoning that led to it.
    fn message(&mut self, writer: &mut json::Writer) {
        let phase = self.phase.take();
        self.next(writer);
        self.message = true;
        writer.open_object();
        writer.string_member("type", "message");
        writer.string_member("role", "assistant");
        if let Some(phase) = &phase {
            writer.string_member("phase", phase);
        }
        writer.key("content");
        writer.open_array();
    }

    /// Makes ready for another item.
    fn next(&mut self, writer: &mut json::Writer) {
        self.close(writer);
        for (reasoning, thinking) in self.reasoning.drain(..) {
            write_reasoning(&reasoning, &thinking.text, writer);
        }
    }

    fn close(&mut self, writer: &mut json::Writer) {
        if std::mem::take(&mut self.message) {
            writer.close_array();
            writer.close_object();
        }
    }
}

fn write_reasoning(reasoning: &Reasoning, text: &str, writer: &mut json::Writer) {
    let parts = reasoning.split(text);
    let (summary, content) = if reasoning.raw { (vec![], parts) } else { (parts, vec![]) };
    writer.open_object();
    writer.string_member("type", "reasoning");
    if !reasoning.id.is_empty() {
        writer.string_member("id", &reasoning.id);
    }
    writer.key("summary");
    write_thoughts("summary_text", &summary, writer);
    if !content.is_empty() {
        writer.key("content");
        write_thoughts("reasoning_text", &content, writer);
    }
    if !reasoning.encrypted.is_empty() {
        writer.string_member("encrypted_content", &reasoning.encrypted);
    }
    writer.close_object();
}

fn write_thoughts(kind: &str, parts: &[&str], writer: &mut json::Writer) {
    writer.open_array();
    for part in parts {
        writer.open_object();
        writer.string_member("type", kind);
        writer.string_member("text", part);
        writer.close_object();
    }
    writer.close_array();
}

fn write_message(role: &str, pieces: &[Piece<'_>], writer: &mut json::Writer) {
    writer.open_object();
    writer.string_member("type", "message");
    writer.string_member("role", role);
    writer.key("content");
    write_pieces(pieces, writer);
    writer.close_object();
}

fn write_pieces(pieces: &[Piece<'_>], writer: &mut json::Writer) {
    writer.open_array();
    for piece in pieces {
        match piece {
            Piece::Media(media) => media::write(writer, media),
            Piece::Text { text, .. } => {
                writer.open_object();
                writer.string_member("type", "input_text");
                writer.string_member("text", text);
                writer.close_object();
            }
        }
    }
    writer.close_array();
}

/// Writes texts as one string.
pub(crate) fn write_joined(pieces: &[Piece<'_>], joint: &str, writer: &mut json::Writer) {
    writer.open_string();
    for (index, piece) in pieces.iter().enumerate() {
        if index > 0 {
            writer.chars(joint);
        }
        if let Piece::Text { text, .. } = piece {
            writer.chars(text);
        }
    }
    writer.close_string();
}

/// The free text of a call, which the client has as `{"input": …}`.
fn input(call: &ToolCall) -> String {
    let arguments = serde_json::from_str::<serde_json::Value>(&call.arguments).ok();
    let input = arguments.as_ref().and_then(|arguments| arguments.get("input")?.as_str());
    input.map_or_else(|| call.arguments.clone(), str::to_owned)
}
