//! Images, documents, sound and film as Gemini takes them (rule C2).
//!
//! <https://ai.google.dev/gemini-api/docs/file-input-methods>,
//! <https://ai.google.dev/gemini-api/docs/image-understanding> and
//! <https://ai.google.dev/gemini-api/docs/document-processing>, as of 2026-11-21.

use crate::media::{Sources, Takes, kind, write_base64};
use crate::{Blob, Media, MediaKind, Source, Target, json};

use super::Service;

/// What Gemini models take. What a model cannot is told by its abilities.
pub(crate) const TAKES: Takes = Takes {
    images: Sources { types: IMAGES, url: true, file: true },
    documents: Sources { types: &["application/pdf"], url: true, file: true },
    audio: Sources { types: &["audio/*"], url: true, file: true },
    video: Sources { types: &["video/*"], url: true, file: true },
};

const IMAGES: &[&str] =
    &["image/png", "image/jpeg", "image/jpg", "image/webp", "image/heic", "image/heif"];

/// What the result of a function may hold.
const IN_RESULTS: &[&str] =
    &["image/png", "image/jpeg", "image/jpg", "image/webp", "application/pdf"];

/// The payload, if the result of a function may hold it.
pub(crate) fn in_result(media: &Media) -> Option<&Blob> {
    match &media.source {
        Source::Blob(blob) if IN_RESULTS.contains(&blob.media_type.as_str()) => Some(blob),
        _ => None,
    }
}

/// Writes a payload as a part, with its title before it.
pub(crate) fn write(service: Service, target: &Target, media: &Media, writer: &mut json::Writer) {
    if let Some(title) = media.title.as_deref().filter(|title| !title.is_empty()) {
        writer.open_object();
        writer.string_member("text", &format!("[{}: {title}]", kind(media.kind)));
        writer.close_object();
    }
    writer.open_object();
    match &media.source {
        Source::Blob(blob) => write_inline(blob, writer),
        Source::Url(uri) => write_file(service, media.kind, uri, writer),
        Source::File(id) if id.starts_with("files/") => {
            let uri = format!("{}/{id}", target.base_url);
            write_file(Service::Gemini, media.kind, &uri, writer);
        }
        Source::File(uri) => write_file(service, media.kind, uri, writer),
        Source::Text(text) => writer.string_member("text", text),
    }
    writer.close_object();
}

/// Writes the member `inlineData` of a part.
pub(crate) fn write_inline(blob: &Blob, writer: &mut json::Writer) {
    writer.key("inlineData");
    writer.open_object();
    let media_type = match blob.media_type.as_str() {
        "image/jpg" => "image/jpeg",
        other => other,
    };
    writer.string_member("mimeType", media_type);
    writer.key("data");
    write_base64(writer, blob);
    writer.close_object();
}

fn write_file(service: Service, kind: MediaKind, uri: &str, writer: &mut json::Writer) {
    writer.key("fileData");
    writer.open_object();
    // Vertex AI asks for a type, the Gemini API finds out.
    let guess = by_extension(uri).or(match (service, kind) {
        (Service::Gemini, _) => None,
        (Service::Vertex, MediaKind::Image) => Some("image/jpeg"),
        (Service::Vertex, MediaKind::Document) => Some("application/pdf"),
        (Service::Vertex, MediaKind::Audio) => Some("audio/mpeg"),
        (Service::Vertex, MediaKind::Video) => Some("video/mp4"),
    });
    if let Some(media_type) = guess {
        writer.string_member("mimeType", media_type);
    }
    writer.string_member("fileUri", uri);
    writer.close_object();
}

fn by_extension(uri: &str) -> Option<&'static str> {
    let path = uri.split(['?', '#']).next().unwrap_or(uri);
    let (_, extension) = path.rsplit('/').next()?.rsplit_once('.')?;
    Some(match extension.to_ascii_lowercase().as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "heic" => "image/heic",
        "heif" => "image/heif",
        "pdf" => "application/pdf",
        "wav" => "audio/wav",
        "mp3" => "audio/mpeg",
        "flac" => "audio/flac",
        "ogg" => "audio/ogg",
        "mp4" => "video/mp4",
        "mov" => "video/quicktime",
        "webm" => "video/webm",
        _ => return None,
    })
}
