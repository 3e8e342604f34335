//! The conversation as `/api/chat` writes it: texts as one string, images beside it, calls with
//! arguments as objects, results with their tool's name (rules C1, C2, C9).

use std::borrow::Cow;

use clasp_plugin::history::{Answered, Call, Piece, Said, Turn};
use clasp_plugin::notes::Notes;
use clasp_plugin::tools::Offer;
use clasp_plugin::{json, media};
use serde_json::value::RawValue;

/// Writes the messages.
pub(crate) fn write(
    turns: &[Turn<'_>],
    offer: &Offer<'_>,
    notes: &mut Notes,
    writer: &mut json::Writer,
) {
    writer.open_array();
    for turn in turns {
        match turn {
            Turn::System(pieces, _) => message("system", pieces, writer),
            Turn::User(pieces, _) => message("user", pieces, writer),
            Turn::Assistant(said, _) => assistant(offer, said, notes, writer),
            Turn::Result(Answered { id, name, content, .. }) => {
                open("tool", &text(content, "\n"), writer);
                writer.string_member("tool_name", &offer.name_of(name));
                // Servers before 0.12.10 do not know it, and pass over it.
                writer.string_member("tool_call_id", id);
            }
        }
        writer.close_object();
    }
    writer.close_array();
}

/// A message with its images, still open.
pub(crate) fn message(role: &str, pieces: &[Piece<'_>], writer: &mut json::Writer) {
    open(role, &text(pieces, "\n\n"), writer);
    let mut blobs = pieces.iter().filter_map(|piece| match piece {
        Piece::Media(media) => media::blob(&media.source),
        Piece::Text { .. } => None,
    });
    let Some(first) = blobs.next() else { return };
    writer.key("images");
    writer.open_array();
    media::write_base64(writer, first);
    blobs.for_each(|blob| media::write_base64(writer, blob));
    writer.close_array();
}

/// A message's role and content.
pub(crate) fn open(role: &str, content: &str, writer: &mut json::Writer) {
    writer.open_object();
    writer.string_member("role", role);
    writer.string_member("content", content);
}

/// The texts of a message, joined.
pub(crate) fn text<'p>(pieces: &'p [Piece<'_>], joint: &str) -> Cow<'p, str> {
    let mut texts = pieces.iter().filter_map(|piece| match piece {
        Piece::Text { text, .. } => Some(&**text),
        Piece::Media(_) => None,
    });
    let Some(first) = texts.next() else { return Cow::Borrowed("") };
    let Some(second) = texts.next() else { return Cow::Borrowed(first) };
    let mut all = [first, second].join(joint);
    for more in texts {
        all.push_str(joint);
        all.push_str(more);
    }
    Cow::Owned(all)
}

/// What the model said, apart from its calls: texts and thinking, each joined.
pub(crate) fn said(said: &[Said<'_>]) -> (String, String) {
    let mut texts = Vec::new();
    let mut thinking = Vec::new();
    for part in said {
        match part {
            Said::Text(text) if text.text.is_empty() => {}
            Said::Text(text) => texts.push(text.text.as_str()),
            Said::Thinking(part) => thinking.push(part.text.as_str()),
            Said::Call(_) => {}
        }
    }
    (texts.join("\n\n"), thinking.join("\n\n"))
}

fn assistant(offer: &Offer<'_>, parts: &[Said<'_>], notes: &mut Notes, writer: &mut json::Writer) {
    let (text, thinking) = said(parts);
    open("assistant", &text, writer);
    if !thinking.is_empty() {
        writer.string_member("thinking", &thinking);
    }
    let mut calls = parts.iter().filter_map(Said::call).enumerate().peekable();
    if calls.peek().is_none() {
        return;
    }
    writer.key("tool_calls");
    writer.open_array();
    for (index, call) in calls {
        writer.open_object();
        writer.string_member("id", &call.id);
        writer.key("function");
        writer.open_object();
        writer.key("index");
        writer.integer(index as u64);
        writer.string_member("name", &offer.name_of(&call.call.name));
        writer.raw_member("arguments", &arguments(call, notes));
        writer.close_object();
        writer.close_object();
    }
    writer.close_array();
}

/// A call's arguments as the object that they must be.
pub(crate) fn arguments<'a>(call: &Call<'a>, notes: &mut Notes) -> Cow<'a, str> {
    let arguments = call.call.arguments.trim();
    if arguments.is_empty() || arguments == "null" {
        return Cow::Borrowed("{}");
    }
    let json = serde_json::from_str::<&RawValue>(arguments).is_ok();
    if json && arguments.starts_with('{') {
        return Cow::Borrowed(arguments);
    }
    notes.repaired(&call.path, "the arguments are no object, they were put into one");
    let mut writer = json::Writer::default();
    writer.open_object();
    writer.key("arguments");
    if json {
        writer.raw(arguments);
    } else {
        writer.string(arguments);
    }
    writer.close_object();
    let bytes = writer.into_bytes().unwrap_or_default();
    Cow::Owned(String::from_utf8(bytes).unwrap_or_default())
}
