//! The conversation as `/v2/chat` writes it (rules C1, C2, C9).
//!
//! A model's plan before its calls (`tool_plan`) is chain of thought by the provider's own words;
//! clients see it as thinking, marked by [`PLAN`], and it goes back to where it came from.

use std::borrow::Cow;

use clasp_plugin::history::{Answered, Piece, Said, Turn};
use clasp_plugin::notes::Notes;
use clasp_plugin::tools::Offer;
use clasp_plugin::{Abilities, Media, Source, Target, Thinking, json, media};

/// The state of thinking that was a plan.
pub(crate) const PLAN: &str = "plan";

/// Writes `messages`.
pub(crate) fn write(
    target: &Target,
    turns: &[Turn<'_>],
    offer: &Offer<'_>,
    notes: &mut Notes,
    writer: &mut json::Writer,
) {
    writer.key("messages");
    writer.open_array();
    for turn in turns {
        writer.open_object();
        match turn {
            Turn::System(pieces, _) => {
                writer.string_member("role", "system");
                writer.string_member("content", &join(pieces, "\n\n"));
            }
            Turn::User(pieces, _) => {
                writer.string_member("role", "user");
                user(pieces, writer);
            }
            Turn::Assistant(said, _) => {
                writer.string_member("role", "assistant");
                assistant(target, said, offer, notes, writer);
            }
            Turn::Result(Answered { id, content, .. }) => {
                writer.string_member("role", "tool");
                writer.string_member("tool_call_id", id);
                writer.string_member("content", &join(content, "\n"));
            }
        }
        writer.close_object();
    }
    writer.close_array();
}

/// One string where that can be; else a list of parts.
fn user(pieces: &[Piece<'_>], writer: &mut json::Writer) {
    writer.key("content");
    if !pieces.iter().any(|piece| matches!(piece, Piece::Media(_))) {
        return writer.string(&join(pieces, "\n\n"));
    }
    writer.open_array();
    for piece in pieces {
        writer.open_object();
        match piece {
            Piece::Text { text, .. } => {
                writer.string_member("type", "text");
                writer.string_member("text", text);
            }
            Piece::Media(media) => image(media, writer),
        }
        writer.close_object();
    }
    writer.close_array();
}

fn image(media: &Media, writer: &mut json::Writer) {
    writer.string_member("type", "image_url");
    writer.key("image_url");
    writer.open_object();
    writer.key("url");
    media::write_location(writer, &media.source);
    if let Some(detail) = media.extra.iter().find(|field| field.name == "detail") {
        writer.raw_member("detail", &detail.value);
    }
    writer.close_object();
}

/// What the model said: thinking and text as content, the plan beside the calls.
fn assistant(
    target: &Target,
    said: &[Said<'_>],
    offer: &Offer<'_>,
    notes: &mut Notes,
    writer: &mut json::Writer,
) {
    let calls = said.iter().filter_map(Said::call).count();
    let (mut plan, mut thinking, mut texts) = (Vec::new(), Vec::new(), Vec::new());
    for part in said {
        match part {
            Said::Text(text) if text.text.is_empty() => {}
            Said::Text(text) => texts.push(text.text.as_str()),
            Said::Thinking(part) if is_plan(target, part) && calls > 0 => {
                plan.push(part.text.as_str());
            }
            Said::Thinking(part) if thinks(target) => thinking.push(part.text.as_str()),
            Said::Thinking(_) => notes.dropped("messages", "the model takes no thinking back"),
            Said::Call(_) => {}
        }
    }
    if !thinking.is_empty() {
        writer.key("content");
        writer.open_array();
        for (kind, texts) in [("thinking", &thinking), ("text", &texts)] {
            for text in texts {
                writer.open_object();
                writer.string_member("type", kind);
                writer.string_member(kind, text);
                writer.close_object();
            }
        }
        writer.close_array();
    } else if !texts.is_empty() || calls == 0 {
        writer.string_member("content", &texts.join("\n\n"));
    }
    if !plan.is_empty() {
        writer.string_member("tool_plan", &plan.join("\n\n"));
    }
    if calls == 0 {
        return;
    }
    writer.key("tool_calls");
    writer.open_array();
    for call in said.iter().filter_map(Said::call) {
        writer.open_object();
        writer.string_member("id", &call.id);
        writer.string_member("type", "function");
        writer.key("function");
        writer.open_object();
        writer.string_member("name", &offer.name_of(&call.call.name));
        let arguments = call.call.arguments.trim();
        writer.string_member("arguments", if arguments.is_empty() { "{}" } else { arguments });
        writer.close_object();
        writer.close_object();
    }
    writer.close_array();
}

/// Whether thinking is what the provider calls a plan. Another provider's thinking is one for a
/// model that does not think itself.
fn is_plan(target: &Target, thinking: &Thinking) -> bool {
    match thinking.state.as_deref() {
        Some(state) => state == PLAN,
        None => !thinks(target),
    }
}

/// Whether the model thinks, as far as is known.
pub(crate) fn thinks(target: &Target) -> bool {
    target.abilities.is_some_and(|abilities| abilities.contains(Abilities::THINKING))
}

/// The texts of a message. Media stands in user messages only.
fn join<'p>(pieces: &'p [Piece<'_>], joint: &str) -> Cow<'p, str> {
    let text = |piece: &'p Piece<'_>| match piece {
        Piece::Text { text, .. } => &**text,
        Piece::Media(Media { source: Source::Url(text), .. }) => text.as_str(),
        Piece::Media(_) => "",
    };
    match pieces {
        [only] => Cow::Borrowed(text(only)),
        pieces => Cow::Owned(pieces.iter().map(text).collect::<Vec<_>>().join(joint)),
    }
}
