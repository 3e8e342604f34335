//! Images and documents as Responses writes them (rule C2).
//!
//! <https://developers.openai.com/api/docs/guides/images-vision> and
//! <https://developers.openai.com/api/docs/guides/file-inputs>, as of 2026-11-21.

use super::profile::Profile;
use crate::json;
use crate::media::{Sources, Takes, blob, write_location};
use crate::types::{Media, MediaKind, Source};

/// Documents besides plain text, and the endings of their names.
const DOCUMENTS: &[(&str, &str)] = &[
    ("application/pdf", "pdf"),
    ("application/msword", "doc"),
    ("application/rtf", "rtf"),
    ("application/vnd.ms-excel", "xls"),
    ("application/vnd.ms-powerpoint", "ppt"),
    ("application/vnd.oasis.opendocument.text", "odt"),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
];

const TYPES: &[&str] = &[
    "application/pdf",
    "application/msword",
    "application/rtf",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.openxmlformats-officedocument.*",
];

/// What a server of this profile takes.
pub(crate) fn takes(profile: &Profile) -> Takes {
    let images = Sources { types: &["image/*"], url: true, file: true };
    let documents = Sources { types: TYPES, url: true, file: true };
    let when = |able, sources| if able { sources } else { Sources::NONE };
    Takes {
        images: when(profile.images, images),
        documents: when(profile.documents, documents),
        audio: Sources::NONE,
        video: Sources::NONE,
    }
}

/// Writes a payload that [`takes`] lets through as a content part.
pub(crate) fn write(writer: &mut json::Writer, media: &Media) {
    writer.open_object();
    let image = media.kind == MediaKind::Image;
    writer.string_member("type", if image { "input_image" } else { "input_file" });
    let member = match (&media.source, image) {
        (Source::File(_), _) => "file_id",
        (_, true) => "image_url",
        (Source::Url(_), false) => "file_url",
        (Source::Blob(_) | Source::Text(_), false) => {
            writer.string_member("filename", &file_name(media));
            "file_data"
        }
    };
    writer.key(member);
    write_location(writer, &media.source);
    if let Some(detail) = media.extra.iter().find(|field| field.name == "detail") {
        writer.raw_member("detail", &detail.value);
    }
    writer.close_object();
}

/// The document's title with an ending, by which the provider tells what it is.
fn file_name(media: &Media) -> String {
    let title = media.title.as_deref().filter(|title| !title.is_empty()).unwrap_or("document");
    let media_type = blob(&media.source).map_or("application/pdf", |blob| &blob.media_type);
    let ending = DOCUMENTS.iter().find(|(known, _)| *known == media_type);
    let ending = ending.map_or("pdf", |(_, ending)| ending);
    if title.to_lowercase().ends_with(&format!(".{ending}")) {
        return title.to_owned();
    }
    format!("{title}.{ending}")
}
