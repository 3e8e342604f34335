//! Writes the conversation as Chat Completions messages (rules C1–C3, C5, C9, C11, C16).

use super::profile::{Profile, ReasoningInside};
use super::{details, media};
use crate::history::{Answered, Call, Piece, Said, Turn};
use crate::json::Writer;
use crate::notes::Notes;
use crate::tools::Offer;
use crate::types::{CacheHint, Field};

const DEFAULT: &str = r#"{"type":"ephemeral"}"#;
const HOUR: &str = r#"{"type":"ephemeral","ttl":"1h"}"#;

/// Stands between a tool's result and a user message where a server asks for an answer there.
const BRIDGE: &str = "OK.";

/// What writing messages needs to know.
#[derive(Debug)]
pub(crate) struct Messages<'m, 'o> {
    pub(crate) profile: &'m Profile,
    pub(crate) offer: &'m Offer<'o>,
    pub(crate) notes: Notes,
}

impl Messages<'_, '_> {
    /// Writes all turns.
    pub(crate) fn write(&mut self, turns: &[Turn<'_>], writer: &mut Writer) {
        let mut after_result = false;
        for (index, turn) in turns.iter().enumerate() {
            let user = matches!(turn, Turn::User(..) | Turn::System(..));
            if after_result && user && !self.profile.user_after_tool {
                let why = "an answer was put between a tool's result and what follows it";
                self.notes.repaired("messages", why);
                writer.open_object();
                writer.string_member("role", "assistant");
                writer.string_member("content", BRIDGE);
                writer.close_object();
            }
            after_result = matches!(turn, Turn::Result(_));
            self.turn(turn, index + 1 == turns.len(), writer);
        }
    }

    fn turn(&mut self, turn: &Turn<'_>, last: bool, writer: &mut Writer) {
        match turn {
            Turn::System(pieces, extra) => {
                self.message(self.profile.system_role, pieces, "\n\n", None, writer);
                write_extra(extra, writer);
            }
            Turn::User(pieces, extra) => {
                self.message("user", pieces, "\n\n", None, writer);
                write_extra(extra, writer);
            }
            Turn::Assistant(said, extra) => {
                self.assistant(said, extra, writer);
                write_extra(extra, writer);
                if let Some(member) = self.profile.prefill.filter(|_| last) {
                    writer.raw_member(member, "true");
                }
            }
            Turn::Result(Answered { id, content, cache, .. }) => {
                self.message("tool", content, "\n", *cache, writer);
                writer.string_member("tool_call_id", id);
            }
        }
        writer.close_object();
    }

    /// A message with its content, still open.
    fn message(
        &self,
        role: &str,
        pieces: &[Piece<'_>],
        joint: &str,
        cache: Option<CacheHint>,
        writer: &mut Writer,
    ) {
        writer.open_object();
        writer.string_member("role", role);
        writer.key("content");
        self.content(pieces, joint, cache, writer);
    }

    /// One string where that can be, since every server reads it; else a list of parts. `cache` is
    /// a hint for the whole, which stands on its last text.
    ///
    /// Hints wander from turn to turn, and the prompt must stay the same under them: where they are
    /// taken, several texts are several parts with and without one.
    fn content(
        &self,
        pieces: &[Piece<'_>],
        joint: &str,
        cache: Option<CacheHint>,
        writer: &mut Writer,
    ) {
        let hints = self.profile.cache_hints;
        let plain = |piece: &'_ Piece<'_>| match piece {
            Piece::Text { cache, .. } => !hints || (cache.is_none() && pieces.len() == 1),
            Piece::Media(_) => false,
        };
        let whole = cache.filter(|_| hints);
        if whole.is_none() && pieces.iter().all(plain) {
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
            return;
        }
        let last_text = pieces.iter().rposition(|piece| matches!(piece, Piece::Text { .. }));
        writer.open_array();
        if pieces.is_empty() {
            self.text("", whole, writer);
        }
        for (index, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Media(media) => media::write(self.profile, writer, media),
                Piece::Text { text, cache, .. } => {
                    let whole = whole.filter(|_| Some(index) == last_text);
                    self.text(text, cache.or(whole), writer);
                }
            }
        }
        writer.close_array();
    }

    fn text(&self, text: &str, cache: Option<CacheHint>, writer: &mut Writer) {
        writer.open_object();
        writer.string_member("type", "text");
        writer.string_member("text", text);
        if let Some(cache) = cache.filter(|_| self.profile.cache_hints) {
            let hour = cache.ttl.is_some_and(|ttl| ttl > 300);
            writer.raw_member("cache_control", if hour { HOUR } else { DEFAULT });
        }
        writer.close_object();
    }

    /// An assistant message, still open.
    fn assistant(&mut self, said: &[Said<'_>], extra: &[&Field], writer: &mut Writer) {
        let mut texts = Vec::new();
        let mut thinking = Vec::new();
        for part in said {
            match part {
                Said::Text(text) if text.text.is_empty() => {}
                Said::Text(text) => texts.push(Piece::new(&text.text, text.cache)),
                Said::Thinking(part) => thinking.push(part.text.as_str()),
                Said::Call(_) => {}
            }
        }
        let mut calls = said.iter().filter_map(Said::call).peekable();
        writer.open_object();
        writer.string_member("role", "assistant");
        writer.key("content");
        let inside = self.profile.reasoning_inside;
        if !thinking.is_empty() && inside != ReasoningInside::None {
            self.thought(inside, &thinking, texts, writer);
        } else if !texts.is_empty() {
            self.content(&texts, "\n\n", None, writer);
        } else if calls.peek().is_none() && extra.is_empty() {
            writer.string("");
        } else {
            writer.null();
        }
        if let Some(member) = self.profile.reasoning_back
            && (self.profile.reasoning_back_always || !thinking.is_empty())
        {
            writer.string_member(member, &thinking.join("\n\n"));
        }
        if self.profile.reasoning_details {
            details::write(said, &mut self.notes, writer);
        }
        if calls.peek().is_none() {
            return;
        }
        writer.key("tool_calls");
        writer.open_array();
        for Call { id, call, .. } in calls {
            writer.open_object();
            writer.string_member("id", id);
            writer.string_member("type", "function");
            writer.key("function");
            writer.open_object();
            writer.string_member("name", &self.offer.name_of(&call.name));
            let arguments = call.arguments.trim();
            writer.string_member("arguments", if arguments.is_empty() { "{}" } else { arguments });
            writer.close_object();
            writer.close_object();
        }
        writer.close_array();
    }

    /// Content that holds thinking.
    fn thought(
        &self,
        inside: ReasoningInside,
        thinking: &[&str],
        texts: Vec<Piece<'_>>,
        writer: &mut Writer,
    ) {
        let thinking = thinking.join("\n\n");
        if inside == ReasoningInside::Parts {
            writer.open_array();
            writer.open_object();
            writer.string_member("type", "thinking");
            writer.key("thinking");
            writer.open_array();
            self.text(&thinking, None, writer);
            writer.close_array();
            writer.close_object();
            for piece in &texts {
                if let Piece::Text { text, cache, .. } = piece {
                    self.text(text, *cache, writer);
                }
            }
            writer.close_array();
            return;
        }
        let mut pieces = vec![Piece::new(format!("<think>\n{thinking}\n</think>\n\n"), None)];
        pieces.extend(texts);
        self.content(&pieces, "", None, writer);
    }
}

/// Writes members that a message came with.
fn write_extra(extra: &[&Field], writer: &mut Writer) {
    extra.iter().for_each(|field| writer.raw_member(&field.name, &field.value));
}
