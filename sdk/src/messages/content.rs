//! Writes messages and their blocks (rules C2, C3, C9, C11, C12).
//!
//! <https://platform.claude.com/docs/en/api/messages>, as of 2026-11-21. From a client of the same
//! dialect, blocks and members that the contract has no name for go on as they came.

use std::borrow::Cow;

use serde_json::Value;

use super::arrange::{Block, Content, Turn};
use super::body::Body;
use crate::failure;
use crate::media;
use crate::types::{
    Abilities, CacheHint, Failure, Field, Media, MediaKind, Part, ResultPart, Role, Source, Text,
    Thinking, ToolCall, ToolResult,
};

const IMAGES: &[&str] = &["image/jpeg", "image/png", "image/gif", "image/webp"];

/// Text for a call whose result never came.
const INTERRUPTED: &str = "Error: the tool call was interrupted, there is no result.";

impl Body<'_> {
    /// Writes a turn. `last` is the conversation's last one, where a breakpoint of ours stands.
    pub(super) fn turn(&mut self, turn: &Turn<'_>, last: bool) -> Result<(), Failure> {
        self.writer.open_object();
        self.writer.string_member(
            "role",
            match turn.role {
                Role::System => "system",
                Role::User => "user",
                Role::Assistant => "assistant",
            },
        );
        self.writer.key("content");
        self.writer.open_array();
        let end = turn.blocks.len().saturating_sub(1);
        for (index, block) in turn.blocks.iter().enumerate() {
            let ends = last && index == end;
            self.hint = (ends && self.auto_cache).then_some(CacheHint { ttl: None });
            self.block(block, ends && turn.role == Role::Assistant)?;
        }
        self.hint = None;
        self.writer.close_array();
        self.extra(turn.extra, &format!("messages[{}]", turn.index));
        self.writer.close_object();
        Ok(())
    }

    fn block(&mut self, block: &Block<'_>, prefill: bool) -> Result<(), Failure> {
        let path = &block.path;
        match &block.content {
            Content::Text(text) => self.plain_text(text),
            Content::Instructions(text) => self.text(text, path, false),
            Content::Call { id, call } => self.call(id, call, path),
            Content::Result { id, result } => return self.result(id, result, path),
            Content::Missing { id } => {
                self.writer.open_object();
                self.writer.string_member("type", "tool_result");
                self.writer.string_member("tool_use_id", id);
                self.writer.string_member("content", INTERRUPTED);
                self.writer.raw_member("is_error", "true");
                self.close_hinted(None);
            }
            Content::Stray(part) => return self.result_part(part, path),
            Content::Part(part) => match part {
                Part::Text(text) => self.text(text, path, prefill),
                Part::Media(media) => return self.media(media, media.cache, path),
                Part::Thinking(thinking) => self.thinking(thinking),
                Part::Other(json) => self.writer.raw(json),
                // They have a kind of content of their own.
                Part::ToolCall(_) | Part::ToolResult(_) => {}
            },
        }
        Ok(())
    }

    /// A text; the end of an answer that is to be continued may not be blank.
    pub(super) fn text(&mut self, text: &Text, path: &str, prefill: bool) {
        let trimmed = if prefill { text.text.trim_end() } else { &text.text };
        if trimmed.len() < text.text.len() {
            self.notes.repaired(path, "blanks at the end were cut, Claude does not continue them");
        }
        self.writer.open_object();
        self.writer.string_member("type", "text");
        self.writer.string_member("text", trimmed);
        self.extra(&text.extra, path);
        self.close_hinted(text.cache);
    }

    pub(super) fn plain_text(&mut self, text: &str) {
        self.writer.open_object();
        self.writer.string_member("type", "text");
        self.writer.string_member("text", text);
        self.close_hinted(None);
    }

    fn thinking(&mut self, thinking: &Thinking) {
        let state = thinking.state.as_deref().unwrap_or_default();
        self.writer.open_object();
        if thinking.redacted {
            self.writer.string_member("type", "redacted_thinking");
            self.writer.string_member("data", state);
        } else {
            self.writer.string_member("type", "thinking");
            self.writer.string_member("thinking", &thinking.text);
            self.writer.string_member("signature", state);
        }
        self.writer.close_object();
    }

    fn call(&mut self, id: &str, call: &ToolCall, path: &str) {
        let name = self.names.written(&call.name).into_owned();
        let arguments = call.arguments.trim();
        self.writer.open_object();
        self.writer.string_member("type", "tool_use");
        self.writer.string_member("id", id);
        self.writer.string_member("name", &name);
        self.writer.key("input");
        if is_object(arguments) {
            self.writer.raw(arguments);
        } else {
            self.writer.open_object();
            if !matches!(arguments, "" | "null") {
                self.notes.repaired(path, "the arguments are no object, they were put into one");
                self.writer.string_member("arguments", arguments);
            }
            self.writer.close_object();
        }
        self.extra(&call.extra, path);
        self.close_hinted(call.cache);
    }

    fn result(&mut self, id: &str, result: &ToolResult, path: &str) -> Result<(), Failure> {
        let hint = self.hint.take();
        self.writer.open_object();
        self.writer.string_member("type", "tool_result");
        self.writer.string_member("tool_use_id", id);
        if !result.content.is_empty() {
            self.writer.key("content");
            self.writer.open_array();
            for (index, part) in result.content.iter().enumerate() {
                self.result_part(part, &format!("{path}.content[{index}]"))?;
            }
            self.writer.close_array();
        }
        if result.is_error {
            self.writer.raw_member("is_error", "true");
        }
        self.extra(&result.extra, path);
        self.hint = hint;
        self.close_hinted(result.cache);
        Ok(())
    }

    fn result_part(&mut self, part: &ResultPart, path: &str) -> Result<(), Failure> {
        match part {
            ResultPart::Text(text) if text.is_empty() => {}
            ResultPart::Text(text) => self.plain_text(text),
            // A hint on a part of a result stands on the result as well.
            ResultPart::Media(media) => return self.media(media, None, path),
            ResultPart::Other(json) if self.native => self.writer.raw(json),
            ResultPart::Other(json) => {
                let text = media::other(json).unwrap_or_else(|| json.clone());
                self.plain_text(&text);
            }
        }
        Ok(())
    }

    fn media(&mut self, media: &Media, hint: Option<CacheHint>, path: &str) -> Result<(), Failure> {
        let (kind, ability, plural) = match media.kind {
            MediaKind::Image => ("image", Abilities::IMAGES, "images"),
            MediaKind::Document => ("document", Abilities::DOCUMENTS, "documents"),
            MediaKind::Audio => return Err(failure::unsupported(path, "Claude takes no audio")),
            MediaKind::Video => return Err(failure::unsupported(path, "Claude takes no video")),
        };
        let text = (media.kind == MediaKind::Document).then(|| media::text_of(media)).flatten();
        let able = self.target.abilities.is_none_or(|abilities| abilities.contains(ability));
        if !able && text.is_none() {
            let what = format!("{} takes no {plural}", self.target.model);
            return Err(failure::unsupported(path, what));
        }
        self.check_source(media, text.is_some(), path)?;
        self.writer.open_object();
        self.writer.string_member("type", kind);
        self.writer.key("source");
        self.writer.open_object();
        match (&media.source, text) {
            (_, Some(text)) => {
                self.writer.string_member("type", "text");
                self.writer.string_member("media_type", "text/plain");
                self.writer.string_member("data", &text);
            }
            (Source::Blob(blob), None) => {
                self.writer.string_member("type", "base64");
                self.writer.string_member("media_type", &blob.media_type);
                self.writer.key("data");
                media::write_base64(&mut self.writer, blob);
            }
            (Source::Url(url), None) => {
                self.writer.string_member("type", "url");
                self.writer.string_member("url", url);
            }
            (Source::File(id), None) => {
                self.beta("files-api-2025-04-14");
                self.writer.string_member("type", "file");
                self.writer.string_member("file_id", id);
            }
            (Source::Text(_), None) => {}
        }
        self.writer.close_object();
        if media.kind == MediaKind::Document
            && let Some(title) = media.title.as_deref().filter(|title| !title.is_empty())
        {
            self.writer.string_member("title", title);
        }
        self.extra(&media.extra, path);
        self.close_hinted(hint);
        Ok(())
    }

    fn check_source(&self, media: &Media, text: bool, path: &str) -> Result<(), Failure> {
        let refuse = |what: &str| Err(failure::unsupported(path, what));
        let taken = if media.kind == MediaKind::Image { IMAGES } else { &["application/pdf"][..] };
        match &media.source {
            _ if text => Ok(()),
            Source::Blob(blob) if !taken.contains(&blob.media_type.as_str()) => {
                let known = taken.join(", ");
                refuse(&format!("Claude takes no {}, only {known}", blob.media_type))
            }
            Source::Url(_) if !self.wire.urls => {
                refuse("this host of Claude fetches no URLs, send it as base64")
            }
            Source::File(_) if !self.wire.files => {
                refuse("this host of Claude keeps no files, send it as base64")
            }
            Source::Text(_) => refuse("Claude takes images as base64 or by URL"),
            _ => Ok(()),
        }
    }

    /// Members without a name in the contract.
    pub(super) fn extra(&mut self, extra: &[Field], path: &str) {
        for Field { name, value } in extra {
            if self.native {
                self.writer.raw_member(name, value);
            } else if value != "null" {
                self.notes.dropped(format!("{path}.{name}"), "Claude knows no such member");
            }
        }
    }

    /// Ends a block, with its cache hint or the one that is due here.
    pub(super) fn close_hinted(&mut self, hint: Option<CacheHint>) {
        if let Some(hint) = hint.or(self.hint.take()) {
            self.writer.raw_member(
                "cache_control",
                match hint.ttl {
                    None => r#"{"type":"ephemeral"}"#,
                    Some(..=300) => r#"{"type":"ephemeral","ttl":"5m"}"#,
                    Some(_) => r#"{"type":"ephemeral","ttl":"1h"}"#,
                },
            );
        }
        self.writer.close_object();
    }
}

/// Whether a text is a JSON object.
pub(super) fn is_object(text: &str) -> bool {
    text.starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// The members of a JSON object but those of `known`.
pub(super) fn other_members<'j>(json: &'j str, known: &[&str]) -> Vec<(String, Cow<'j, str>)> {
    let Ok(Value::Object(members)) = serde_json::from_str::<Value>(json) else { return Vec::new() };
    let others = members.into_iter().filter(|(name, _)| !known.contains(&name.as_str()));
    others.map(|(name, value)| (name, Cow::Owned(value.to_string()))).collect()
}
