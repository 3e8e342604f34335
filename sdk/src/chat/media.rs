//! Images, documents and sound on their way to Chat Completions (rule C2): what the provider
//! cannot take is refused by name, never left out in silence.
//!
//! <https://platform.openai.com/docs/guides/images-vision> and
//! <https://platform.openai.com/docs/guides/pdf-files>, as of 2026-11-21.

use std::borrow::Cow;

use serde_json::Value;

use super::arrange::{Piece, blob};
use super::profile::Profile;
use crate::types::{Abilities, Encoding, Failure, Media, MediaKind, Source, Target};
use crate::{failure, host, json};

/// Largest text document that is read into the guest, in bytes.
const TEXT_LIMIT: u64 = 8 << 20;

/// A payload as a piece of a message: itself, or its text.
pub(crate) fn piece<'a>(
    profile: &Profile,
    target: &Target,
    path: &str,
    media: &'a Media,
) -> Result<Piece<'a>, Failure> {
    let model = &target.model;
    let able = |ability, otherwise: bool| {
        target.abilities.map_or(otherwise, |abilities| abilities.contains(ability))
    };
    match media.kind {
        MediaKind::Image => {
            if !profile.images || !able(Abilities::IMAGES, true) {
                return refused(path, format!("{model} takes no images"));
            }
            match &media.source {
                Source::Blob(_) | Source::Url(_) => Ok(Piece::Media(media)),
                Source::File(_) | Source::Text(_) => refused(
                    path,
                    "an image by file id cannot be sent to this provider, send it as base64 or by \
                     URL",
                ),
            }
        }
        MediaKind::Document => {
            if let Some(text) = text_of(media) {
                return Ok(Piece::Text(Cow::Owned(titled(media, &text)), media.cache));
            }
            if !profile.documents || !able(Abilities::DOCUMENTS, true) {
                return refused(path, format!("{model} takes no documents but plain text"));
            }
            match &media.source {
                Source::Blob(blob) if blob.media_type == "application/pdf" => {
                    Ok(Piece::Media(media))
                }
                Source::Blob(blob) => refused(
                    path,
                    format!("{} documents cannot be sent, only PDF and text", blob.media_type),
                ),
                Source::Url(_) => refused(
                    path,
                    "a document by URL cannot be sent to this provider, send it as base64",
                ),
                Source::File(_) | Source::Text(_) => Ok(Piece::Media(media)),
            }
        }
        MediaKind::Audio => match blob(&media.source).and_then(audio_format) {
            Some(_) if profile.audio && able(Abilities::AUDIO, true) => Ok(Piece::Media(media)),
            Some(_) => refused(path, format!("{model} takes no audio")),
            None => refused(path, "audio can be sent as base64 of WAV or MP3 only"),
        },
        MediaKind::Video => refused(path, "video cannot be sent to this provider"),
    }
}

/// Writes a payload that [`piece`] let through as a content part.
pub(crate) fn write(writer: &mut json::Writer, media: &Media) {
    writer.open_object();
    match media.kind {
        MediaKind::Image | MediaKind::Video => {
            writer.string_member("type", "image_url");
            writer.key("image_url");
            writer.open_object();
            writer.key("url");
            location(writer, &media.source);
            if let Some(detail) = media.extra.iter().find(|field| field.name == "detail") {
                writer.raw_member("detail", &detail.value);
            }
            writer.close_object();
        }
        MediaKind::Document => {
            writer.string_member("type", "file");
            writer.key("file");
            writer.open_object();
            match &media.source {
                Source::File(id) => writer.string_member("file_id", id),
                source => {
                    let title = media.title.as_deref().filter(|title| !title.is_empty());
                    writer.string_member("filename", title.unwrap_or("document.pdf"));
                    writer.key("file_data");
                    location(writer, source);
                }
            }
            writer.close_object();
        }
        MediaKind::Audio => {
            writer.string_member("type", "input_audio");
            writer.key("input_audio");
            writer.open_object();
            if let Some(blob) = blob(&media.source) {
                writer.key("data");
                writer.open_string();
                writer.blob(blob.id, Encoding::Base64);
                writer.close_string();
                writer.string_member("format", audio_format(blob).unwrap_or("wav"));
            }
            writer.close_object();
        }
    }
    writer.close_object();
}

/// Blocks without a name in the contract that are text at heart.
pub(crate) fn other(json: &str) -> Option<String> {
    let block: Value = serde_json::from_str(json).ok()?;
    let text = |name: &str| block.get(name).and_then(Value::as_str);
    match text("type")? {
        "tool_reference" => Some(format!("Tool available: {}", text("tool_name")?)),
        "search_result" => {
            let content = block.get("content").and_then(Value::as_array)?;
            let texts = content.iter().filter_map(|part| part.get("text")?.as_str());
            let texts = texts.collect::<Vec<_>>().join("\n");
            let (title, source) = (text("title").unwrap_or(""), text("source").unwrap_or(""));
            Some(format!("[search result: {title} {source}]\n{texts}"))
        }
        _ => None,
    }
}

pub(crate) fn is_image(media: &Media) -> bool {
    media.kind == MediaKind::Image
}

pub(crate) fn kind(media: &Media) -> &'static str {
    match media.kind {
        MediaKind::Image => "image",
        MediaKind::Document => "document",
        MediaKind::Audio => "audio",
        MediaKind::Video => "video",
    }
}

fn location(writer: &mut json::Writer, source: &Source) {
    writer.open_string();
    match source {
        Source::Blob(blob) => {
            writer.chars("data:");
            writer.chars(&blob.media_type);
            writer.chars(";base64,");
            writer.blob(blob.id, Encoding::Base64);
        }
        Source::Url(text) | Source::File(text) | Source::Text(text) => writer.chars(text),
    }
    writer.close_string();
}

/// The text of a plain-text document.
fn text_of(media: &Media) -> Option<Cow<'_, str>> {
    match &media.source {
        Source::Text(text) => Some(Cow::Borrowed(text)),
        Source::Blob(blob) => {
            let textual = blob.media_type.starts_with("text/")
                || matches!(blob.media_type.as_str(), "application/json" | "application/xml");
            if !textual || blob.size > TEXT_LIMIT {
                return None;
            }
            let bytes = host::read_blob(blob.id, 0, u32::try_from(blob.size).ok()?);
            String::from_utf8(bytes).ok().map(Cow::Owned)
        }
        Source::Url(_) | Source::File(_) => None,
    }
}

fn titled(media: &Media, text: &str) -> String {
    match media.title.as_deref() {
        Some(title) if !title.is_empty() => format!("[document: {title}]\n{text}"),
        _ => format!("[document]\n{text}"),
    }
}

fn audio_format(blob: &crate::types::Blob) -> Option<&'static str> {
    match blob.media_type.as_str() {
        "audio/wav" | "audio/x-wav" | "audio/wave" => Some("wav"),
        "audio/mpeg" | "audio/mp3" => Some("mp3"),
        _ => None,
    }
}

fn refused<T>(path: &str, what: impl AsRef<str>) -> Result<T, Failure> {
    Err(failure::unsupported(path, what))
}
