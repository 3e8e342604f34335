//! Images, sound, files and film. Base64 stays a slice of the body.
//!
//! <https://platform.openai.com/docs/guides/images-vision>, `…/guides/pdf-files` and
//! `…/guides/audio`, as of 2026-11-21; `video_url` as gateways have it.

use clasp_model::{Blob, ByteString, Media, MediaKind, MediaSource};

use super::content::breakpoint;
use crate::json::read::{Fault, Kind, Read, Reader};

/// The type of a file that does not say it.
const PDF: &str = "application/pdf";

/// A part of the type `image_url`, `video_url`, `input_audio` or `file`.
pub(super) fn part(reader: &mut Reader<'_>) -> Read<Media> {
    let kind = reader.peek("type")?.unwrap_or_default();
    let (kind, of) = match &*kind {
        "image_url" => (MediaKind::Image, "image_url"),
        "video_url" => (MediaKind::Video, "video_url"),
        "input_audio" => (MediaKind::Audio, "input_audio"),
        _ => (MediaKind::Document, "file"),
    };
    let mut media = Media {
        kind,
        source: MediaSource::Text(ByteString::new()),
        title: None,
        cache: None,
        extra: Vec::new(),
    };
    let mut found = false;
    reader.object(|reader, name| {
        match name {
            "type" => reader.skip()?,
            name if name == of => {
                found = true;
                match kind {
                    MediaKind::Image | MediaKind::Video => url(reader, &mut media)?,
                    MediaKind::Audio => audio(reader, &mut media)?,
                    MediaKind::Document => file(reader, &mut media)?,
                }
            }
            name if breakpoint(reader, name, &mut media.cache)? => {}
            name => reader.extra(name, &mut media.extra)?,
        }
        Ok(())
    })?;
    if found { Ok(media) } else { Err(Fault::missing(of)) }
}

/// `{"url": …, "detail": …}`, or the URL alone.
fn url(reader: &mut Reader<'_>, media: &mut Media) -> Read<()> {
    let fallback = match media.kind {
        MediaKind::Video => "video/mp4",
        _ => "image/png",
    };
    if reader.kind()? == Kind::String {
        media.source = location(reader.string()?, fallback)?;
        return Ok(());
    }
    let mut source = None;
    reader.object(|reader, name| {
        match name {
            "url" => source = Some(location(reader.string()?, fallback)?),
            name => reader.extra(name, &mut media.extra)?,
        }
        Ok(())
    })?;
    media.source = source.ok_or_else(|| Fault::missing("url"))?;
    Ok(())
}

fn audio(reader: &mut Reader<'_>, media: &mut Media) -> Read<()> {
    let mut data = None;
    let mut format = None;
    reader.object(|reader, name| {
        match name {
            "data" => data = Some(base64(reader.string()?)?),
            "format" => format = Some(reader.string()?),
            name => reader.extra(name, &mut media.extra)?,
        }
        Ok(())
    })?;
    let base64 = data.ok_or_else(|| Fault::missing("data"))?;
    let format = format.ok_or_else(|| Fault::missing("format"))?;
    let media_type = match &*format {
        "mp3" => "audio/mpeg".to_owned(),
        format => format!("audio/{format}"),
    };
    media.source = MediaSource::Blob(Blob { media_type, base64 });
    Ok(())
}

fn file(reader: &mut Reader<'_>, media: &mut Media) -> Read<()> {
    let mut data = None;
    let mut id = None;
    reader.object(|reader, name| {
        match name {
            "file_data" => {
                data = reader.optional(|reader| location(reader.string()?, PDF))?;
            }
            "file_id" => id = reader.optional(Reader::string)?,
            "filename" => media.title = reader.optional(Reader::string)?,
            name => reader.extra(name, &mut media.extra)?,
        }
        Ok(())
    })?;
    media.source = match (data, id) {
        (Some(data), _) => data,
        (None, Some(id)) => MediaSource::File(id),
        (None, None) => return Err(Fault::missing("file_data")),
    };
    Ok(())
}

/// A URL, a data URL, or (of a file) base64 alone, which is of the type `fallback`.
fn location(url: ByteString, fallback: &str) -> Read<MediaSource> {
    let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
    if scheme.eq_ignore_ascii_case("data") {
        return data_url(&url, fallback);
    }
    if fallback == PDF && scheme.is_empty() {
        let media_type = fallback.to_owned();
        return Ok(MediaSource::Blob(Blob { media_type, base64: base64(url)? }));
    }
    if url.is_empty() {
        return Err(Fault::new("Input should be a URL, not empty"));
    }
    Ok(MediaSource::Url(url))
}

/// `data:image/png;base64,…`, see RFC 2397.
fn data_url(url: &ByteString, fallback: &str) -> Read<MediaSource> {
    let wanted = "Input should be a data URL with base64: data:<media type>;base64,<data>";
    let rest = url.split_once(':').map_or("", |(_, rest)| rest);
    let (head, data) = rest.split_once(',').ok_or_else(|| Fault::new(wanted))?;
    let mut words = head.split(';').map(str::trim);
    let media_type = words.next().filter(|word| !word.is_empty()).unwrap_or(fallback);
    if !words.any(|word| word.eq_ignore_ascii_case("base64")) {
        return Err(Fault::new(wanted));
    }
    let media_type = media_type.to_ascii_lowercase();
    Ok(MediaSource::Blob(Blob { media_type, base64: base64(url.slice_ref(data))? }))
}

fn base64(text: ByteString) -> Read<ByteString> {
    if text.is_empty() {
        return Err(Fault::new("Input should be base64 text, not empty"));
    }
    Ok(text)
}
