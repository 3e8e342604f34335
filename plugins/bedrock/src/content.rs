//! Writes messages and their blocks (rules C1, C2, C3, C9, C11).
//!
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html>, as of
//! 2026-11-21.

use clasp_plugin::history::{Answered, Call, Piece, Said, Turn};
use clasp_plugin::json::Writer;
use clasp_plugin::media;
use clasp_plugin::tools::Offer;
use clasp_plugin::{Blob, CacheHint, Media, MediaKind, Thinking};

use crate::family::Family;

/// What a result says that says nothing: blank texts are refused.
const NOTHING: &str = "(no output)";

/// Messages under construction.
pub(crate) struct Messages<'w> {
    pub(crate) family: &'w Family,
    pub(crate) offer: &'w Offer<'w>,
    pub(crate) writer: &'w mut Writer,
    /// Names of documents, no two the same.
    pub(crate) titles: Vec<String>,
}

/// Who speaks in a run of turns.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Speaker {
    User,
    Assistant,
}

impl Messages<'_> {
    /// Writes the turns, roles in alternation. `hint`: a cache point of ours is due at the end.
    pub(crate) fn write(&mut self, turns: &[Turn<'_>], hint: bool) {
        let mut rest = turns;
        while let Some(first) = rest.first() {
            let speaker = speaker(first);
            let end = rest.iter().position(|turn| self::speaker(turn) != speaker);
            let (run, after) = rest.split_at(end.unwrap_or(rest.len()));
            rest = after;
            if speaker.is_some() {
                self.message(run, hint && rest.is_empty());
            }
        }
    }

    fn message(&mut self, run: &[Turn<'_>], hint: bool) {
        let role = match run.first().and_then(speaker) {
            Some(Speaker::Assistant) => "assistant",
            _ => "user",
        };
        self.writer.open_object();
        self.writer.string_member("role", role);
        self.writer.key("content");
        self.writer.open_array();
        for turn in run {
            match turn {
                Turn::System(..) => {}
                Turn::User(pieces, _) => pieces.iter().for_each(|piece| self.piece(piece, true)),
                Turn::Result(result) => self.result(result),
                Turn::Assistant(said, _) => said.iter().for_each(|said| self.said(said)),
            }
        }
        if has_bare_document(run) {
            self.text("See the document.");
        }
        if hint {
            self.point(Some(CacheHint { ttl: None }));
        }
        self.writer.close_array();
        self.writer.close_object();
    }

    pub(crate) fn piece(&mut self, piece: &Piece<'_>, points: bool) {
        let hint = match piece {
            Piece::Text { text, cache, .. } => {
                self.text(text);
                *cache
            }
            Piece::Media(media) => {
                self.media(media);
                media.cache
            }
        };
        if points {
            self.point(hint);
        }
    }

    fn said(&mut self, said: &Said<'_>) {
        match said {
            Said::Text(text) => {
                self.text(&text.text);
                self.point(text.cache);
            }
            Said::Thinking(thinking) => self.thinking(thinking),
            Said::Call(Call { id, call, .. }) => {
                let arguments = call.arguments.trim();
                let is_object = arguments.starts_with('{')
                    && serde_json::from_str::<serde::de::IgnoredAny>(arguments).is_ok();
                self.writer.open_object();
                self.writer.key("toolUse");
                self.writer.open_object();
                self.writer.string_member("toolUseId", id);
                self.writer.string_member("name", &self.offer.name_of(&call.name));
                self.writer.key("input");
                if is_object {
                    self.writer.raw(arguments);
                } else {
                    self.writer.open_object();
                    if !matches!(arguments, "" | "null") {
                        self.writer.string_member("arguments", arguments);
                    }
                    self.writer.close_object();
                }
                self.writer.close_object();
                self.writer.close_object();
                self.point(call.cache);
            }
        }
    }

    /// Thinking goes back only as it was signed.
    fn thinking(&mut self, thinking: &Thinking) {
        let Some(state) = thinking.state.as_deref().filter(|state| !state.is_empty()) else {
            return;
        };
        self.writer.open_object();
        self.writer.key("reasoningContent");
        self.writer.open_object();
        if thinking.redacted {
            self.writer.string_member("redactedContent", state);
        } else {
            self.writer.key("reasoningText");
            self.writer.open_object();
            self.writer.string_member("text", &thinking.text);
            self.writer.string_member("signature", state);
            self.writer.close_object();
        }
        self.writer.close_object();
        self.writer.close_object();
    }

    fn result(&mut self, result: &Answered<'_>) {
        self.writer.open_object();
        self.writer.key("toolResult");
        self.writer.open_object();
        self.writer.string_member("toolUseId", &result.id);
        self.writer.key("content");
        self.writer.open_array();
        if result.content.iter().all(is_blank) {
            self.text(NOTHING);
        }
        result.content.iter().for_each(|piece| self.piece(piece, false));
        self.writer.close_array();
        if result.is_error && self.family.rich_results() {
            self.writer.string_member("status", "error");
        }
        self.writer.close_object();
        self.writer.close_object();
        self.point(result.cache);
    }

    /// A text, unless it is blank: those are refused.
    fn text(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.writer.open_object();
            self.writer.string_member("text", text);
            self.writer.close_object();
        }
    }

    fn media(&mut self, media: &Media) {
        let Some(blob) = media::blob(&media.source) else { return };
        let kind = media::kind(media.kind);
        self.writer.open_object();
        self.writer.key(kind);
        self.writer.open_object();
        self.writer.string_member("format", format_of(blob));
        if media.kind == MediaKind::Document {
            let title = self.title(media.title.as_deref().unwrap_or_default());
            self.writer.string_member("name", &title);
        }
        self.writer.key("source");
        self.writer.open_object();
        self.writer.key("bytes");
        media::write_base64(self.writer, blob);
        self.writer.close_object();
        self.writer.close_object();
        self.writer.close_object();
    }

    /// A document's name as it is taken: letters, digits, single blanks, `-`, `(`, `)`, `[`, `]`.
    fn title(&mut self, title: &str) -> String {
        let taken = |character: char| match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '(' | ')' | '[' | ']' => character,
            _ => ' ',
        };
        let clean: String = title.chars().map(taken).take(180).collect();
        let clean = clean.split_whitespace().collect::<Vec<_>>().join(" ");
        let clean = if clean.is_empty() { "document".to_owned() } else { clean };
        let mut unique = clean.clone();
        let mut count = 1;
        while self.titles.contains(&unique) {
            count += 1;
            unique = format!("{clean} {count}");
        }
        self.titles.push(unique.clone());
        unique
    }

    /// A cache point after what stands before, where the family has them.
    pub(crate) fn point(&mut self, hint: Option<CacheHint>) {
        if let Some(hint) = hint.filter(|_| self.family.caches()) {
            write_point(self.family, hint, self.writer);
        }
    }
}

/// Writes a cache point; an hour only where it is known.
pub(crate) fn write_point(family: &Family, hint: CacheHint, writer: &mut Writer) {
    let hour = family.caches_tools() && hint.ttl.is_some_and(|ttl| ttl > 300);
    writer.raw(if hour {
        r#"{"cachePoint":{"type":"default","ttl":"1h"}}"#
    } else {
        r#"{"cachePoint":{"type":"default"}}"#
    });
}

fn speaker(turn: &Turn<'_>) -> Option<Speaker> {
    match turn {
        Turn::System(..) => None,
        Turn::User(..) | Turn::Result(_) => Some(Speaker::User),
        Turn::Assistant(..) => Some(Speaker::Assistant),
    }
}

fn is_blank(piece: &Piece<'_>) -> bool {
    matches!(piece, Piece::Text { text, .. } if text.trim().is_empty())
}

/// Whether there are documents and no text, which is refused.
fn has_bare_document(run: &[Turn<'_>]) -> bool {
    let pieces = run.iter().flat_map(|turn| match turn {
        Turn::User(pieces, _) => pieces.as_slice(),
        _ => &[],
    });
    let mut document = false;
    for piece in pieces {
        match piece {
            Piece::Media(media) => document |= media.kind == MediaKind::Document,
            Piece::Text { .. } if !is_blank(piece) => return false,
            Piece::Text { .. } => {}
        }
    }
    document
}

/// The service's word for a payload's format.
fn format_of(blob: &Blob) -> &str {
    match blob.media_type.as_str() {
        "application/msword" => "doc",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/vnd.ms-excel" => "xls",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        "video/quicktime" => "mov",
        "video/x-matroska" => "mkv",
        other => other.rsplit('/').next().unwrap_or(other),
    }
}
