//! Images, documents, sound and film on their way to a provider (rule C2): what it cannot take is
//! refused by name, never left out in silence.

use std::borrow::Cow;

use serde_json::Value;

use crate::history::Piece;
use crate::types::{Abilities, Blob, Encoding, Failure, Media, MediaKind, Source, Target};
use crate::{failure, host, json};

/// Largest text document that is read into the guest, in bytes.
const TEXT_LIMIT: u64 = 8 << 20;

/// What a provider takes of each kind. Where [`Target::abilities`] are known they decide as well.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Takes {
    /// Images.
    pub images: Sources,
    /// Documents other than plain text, which any model reads as text.
    pub documents: Sources,
    /// Sound.
    pub audio: Sources,
    /// Film.
    pub video: Sources,
}

/// Where a payload may come from. The default is nowhere: the kind is not taken.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sources {
    /// Media types of payloads that are sent along: `application/pdf`, `image/*`.
    pub types: &'static [&'static str],
    /// By URL.
    pub url: bool,
    /// By the id of a file that was uploaded to the provider.
    pub file: bool,
}

impl Sources {
    /// Not taken.
    pub const NONE: Self = Self { types: &[], url: false, file: false };

    fn any(&self) -> bool {
        !self.types.is_empty() || self.url || self.file
    }

    fn takes(&self, media_type: &str) -> bool {
        self.types.iter().any(|known| match known.strip_suffix('*') {
            Some(prefix) => media_type.starts_with(prefix),
            None => media_type == *known,
        })
    }
}

/// A payload as a piece of a message: itself, or its text. `path` is its place in the request.
///
/// # Errors
/// What cannot be taken, by name and with what to do instead.
pub fn piece<'a>(
    takes: &Takes,
    target: &Target,
    path: &str,
    media: &'a Media,
) -> Result<Piece<'a>, Failure> {
    let (sources, ability, plural) = match media.kind {
        MediaKind::Image => (takes.images, Abilities::IMAGES, "images"),
        MediaKind::Document => {
            if let Some(text) = text_of(media) {
                return Ok(Piece::new(titled(media, &text), media.cache));
            }
            (takes.documents, Abilities::DOCUMENTS, "documents but plain text")
        }
        MediaKind::Audio => (takes.audio, Abilities::AUDIO, "audio"),
        MediaKind::Video => (takes.video, Abilities::empty(), "video"),
    };
    let able = target.abilities.is_none_or(|abilities| abilities.contains(ability));
    if !sources.any() || !able {
        let what = format!("{} takes no {plural}", target.model);
        return Err(failure::unsupported(path, what));
    }
    let (taken, how) = match &media.source {
        Source::Blob(blob) if !sources.takes(&blob.media_type) => {
            let known = sources.types.join(", ");
            let what = format!("{} cannot be sent to this provider, only {known}", blob.media_type);
            return Err(failure::unsupported(path, what));
        }
        Source::Blob(_) => (true, "base64"),
        Source::Url(_) => (sources.url, "URL"),
        Source::File(_) => (sources.file, "file id"),
        Source::Text(_) => (false, "text"),
    };
    if taken {
        return Ok(Piece::Media(media));
    }
    let instead = match (sources.types.is_empty(), sources.url) {
        (false, true) => "as base64 or by URL",
        (false, false) => "as base64",
        (true, true) => "by URL",
        (true, false) => "by file id",
    };
    let a = match media.kind {
        MediaKind::Image => "an image",
        MediaKind::Document => "a document",
        MediaKind::Audio => "audio",
        MediaKind::Video => "a video",
    };
    let what = format!("{a} by {how} cannot be sent to this provider, send it {instead}");
    Err(failure::unsupported(path, what))
}

/// Blocks without a name in the contract that are text at heart, as that text.
pub fn other(json: &str) -> Option<String> {
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

/// The word for a kind.
pub fn kind(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "image",
        MediaKind::Document => "document",
        MediaKind::Audio => "audio",
        MediaKind::Video => "video",
    }
}

/// The payload that the host holds, if it holds it.
pub fn blob(source: &Source) -> Option<&Blob> {
    match source {
        Source::Blob(blob) => Some(blob),
        Source::Url(_) | Source::File(_) | Source::Text(_) => None,
    }
}

/// Writes a payload's bytes as a string of base64.
pub fn write_base64(writer: &mut json::Writer, blob: &Blob) {
    writer.open_string();
    writer.blob(blob.id, Encoding::Base64);
    writer.close_string();
}

/// Writes where a payload is as a string: a data URL, the URL, or the file's id.
pub fn write_location(writer: &mut json::Writer, source: &Source) {
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
pub fn text_of(media: &Media) -> Option<Cow<'_, str>> {
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
