//! Images, documents and sound as Chat Completions writes them (rule C2).
//!
//! <https://platform.openai.com/docs/guides/images-vision> and
//! <https://platform.openai.com/docs/guides/pdf-files>, as of 2026-11-21.

use super::profile::{MediaForm, Profile};
use crate::json;
use crate::media::{Sources, Takes, blob, write_base64, write_location};
use crate::types::{Blob, Media, MediaKind, Source};

/// What a server of this profile takes.
pub(crate) fn takes(profile: &Profile) -> Takes {
    let images = Sources { types: &["image/*"], url: true, file: false };
    let urls = profile.media_form == MediaForm::Urls;
    let documents = Sources {
        types: &["application/pdf"],
        url: urls || profile.document_urls,
        file: !urls && !profile.document_urls,
    };
    let audio = Sources {
        types: &["audio/wav", "audio/x-wav", "audio/wave", "audio/mpeg", "audio/mp3"],
        url: urls,
        file: false,
    };
    let when = |able, sources| if able { sources } else { Sources::NONE };
    Takes {
        images: when(profile.images, images),
        documents: when(profile.documents, documents),
        audio: when(profile.audio, audio),
        video: Sources::NONE,
    }
}

/// Writes a payload that [`takes`] lets through as a content part.
pub(crate) fn write(profile: &Profile, writer: &mut json::Writer, media: &Media) {
    writer.open_object();
    let urls = profile.media_form == MediaForm::Urls;
    match media.kind {
        MediaKind::Document if urls => {
            writer.string_member("type", "document_url");
            writer.key("document_url");
            write_location(writer, &media.source);
            if let Some(title) = media.title.as_deref().filter(|title| !title.is_empty()) {
                writer.string_member("document_name", title);
            }
        }
        MediaKind::Audio if urls => {
            writer.string_member("type", "input_audio");
            writer.key("input_audio");
            match blob(&media.source) {
                Some(blob) => write_base64(writer, blob),
                None => write_location(writer, &media.source),
            }
        }
        MediaKind::Image | MediaKind::Video => {
            writer.string_member("type", "image_url");
            writer.key("image_url");
            writer.open_object();
            writer.key("url");
            write_location(writer, &media.source);
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
                    write_location(writer, source);
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
                write_base64(writer, blob);
                writer.string_member("format", audio_format(blob));
            }
            writer.close_object();
        }
    }
    writer.close_object();
}

fn audio_format(blob: &Blob) -> &'static str {
    if blob.media_type.contains("wav") { "wav" } else { "mp3" }
}
