//! Images, files and sound.
//!
//! Rule: a payload stays a slice of the body, whatever it is wrapped in.

use clasp_model::{Blob, ByteString, Field, Media, MediaKind, MediaSource};

use super::content::cache;
use crate::json::read::{Fault, Read, Reader};

/// Reads a part of this type; none for types that are no payload, and nothing is read then.
pub(super) fn read(reader: &mut Reader<'_>, kind: &str) -> Read<Option<Media>> {
    let kind = match kind {
        "input_image" | "computer_screenshot" => MediaKind::Image,
        "input_file" => MediaKind::Document,
        "input_audio" => return audio(reader).map(Some),
        _ => return Ok(None),
    };
    let mut media = Media {
        kind,
        source: MediaSource::Text(ByteString::new()),
        title: None,
        cache: None,
        extra: Vec::new(),
    };
    let mut url = None;
    let mut data = None;
    let mut file = None;
    reader.object(|reader, name| {
        match name {
            "type" => reader.skip()?,
            "image_url" | "file_url" => {
                url = reader.optional(|r| located(name, r.string()?))?;
            }
            "file_data" => data = reader.optional(Reader::string)?,
            "file_id" => file = reader.optional(Reader::string)?.map(MediaSource::File),
            "filename" => media.title = reader.optional(Reader::string)?,
            "prompt_cache_breakpoint" => media.cache = reader.optional(cache)?,
            name => kept(reader, name, &mut media.extra)?,
        }
        Ok(())
    })?;
    let data = data.map(|data| file_data(data, media.title.as_deref()));
    let data = data.transpose().map_err(|fault| fault.under("file_data"))?;
    media.source = match url.or(data).or(file) {
        Some(source) => source,
        None if kind == MediaKind::Image => {
            return Err(Fault::new("Field required, or `file_id`").under("image_url"));
        }
        None => {
            return Err(Fault::new("Field required, or `file_url` or `file_id`").under("file_data"));
        }
    };
    Ok(Some(media))
}

fn audio(reader: &mut Reader<'_>) -> Read<Media> {
    let mut source = None;
    let mut extra = Vec::new();
    reader.object(|reader, name| {
        match name {
            "type" => reader.skip()?,
            "input_audio" => {
                let mut data = None;
                let mut format = None;
                reader.object(|reader, name| {
                    match name {
                        "data" => data = Some(reader.string()?),
                        "format" => format = Some(reader.string()?),
                        _ => reader.skip()?,
                    }
                    Ok(())
                })?;
                let base64 = data.ok_or_else(|| Fault::missing("data"))?;
                let media_type = match format.as_deref() {
                    Some("mp3") => "audio/mpeg".to_owned(),
                    Some(format) => format!("audio/{format}"),
                    None => return Err(Fault::missing("format")),
                };
                source = Some(MediaSource::Blob(Blob { media_type, base64 }));
            }
            name => kept(reader, name, &mut extra)?,
        }
        Ok(())
    })?;
    let source = source.ok_or_else(|| Fault::missing("input_audio"))?;
    Ok(Media { kind: MediaKind::Audio, source, title: None, cache: None, extra })
}

/// A URL, or what a data URL holds.
pub(super) fn located(member: &str, url: ByteString) -> Read<MediaSource> {
    if url.is_empty() {
        return Err(Fault::new(format!("`{member}` should be a URL, not empty")));
    }
    match payload(&url) {
        None => Ok(MediaSource::Url(url)),
        Some(Some(blob)) => Ok(MediaSource::Blob(blob)),
        Some(None) => Err(Fault::new(
            "A data URL should be base64 with a media type: `data:image/png;base64,…`",
        )),
    }
}

/// A file's bytes: a data URL as the API asks for, or base64 alone.
fn file_data(data: ByteString, name: Option<&str>) -> Read<MediaSource> {
    if data.is_empty() {
        return Err(Fault::new("Input should be base64 text, not empty"));
    }
    match payload(&data) {
        Some(Some(blob)) => Ok(MediaSource::Blob(blob)),
        Some(None) => Err(Fault::new(
            "A data URL should be base64 with a media type: `data:application/pdf;base64,…`",
        )),
        None => {
            let media_type = media_type(name.unwrap_or_default()).to_owned();
            Ok(MediaSource::Blob(Blob { media_type, base64: data }))
        }
    }
}

/// What is in a data URL; none within if it is none that can be read.
fn payload(url: &ByteString) -> Option<Option<Blob>> {
    let scheme = url.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("data:"))?;
    let rest = url.get(scheme.len()..).unwrap_or_default();
    let Some((head, base64)) = rest.split_once(',') else { return Some(None) };
    let Some(head) = head.strip_suffix(";base64") else { return Some(None) };
    let media_type = head.split(';').next().unwrap_or_default();
    if media_type.is_empty() || base64.is_empty() {
        return Some(None);
    }
    let media_type = media_type.to_ascii_lowercase();
    Some(Some(Blob { media_type, base64: url.slice_ref(base64) }))
}

/// What a file is, by its name.
fn media_type(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref() {
        Some("txt" | "log") => "text/plain",
        Some("md") => "text/markdown",
        Some("csv") => "text/csv",
        Some("html" | "htm") => "text/html",
        Some("json") => "application/json",
        Some("xml") => "application/xml",
        Some("docx") => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Some("pptx") => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        _ => "application/pdf",
    }
}

fn kept(reader: &mut Reader<'_>, name: &str, extra: &mut Vec<Field>) -> Read<()> {
    super::options::extra(reader, name, extra)
}
