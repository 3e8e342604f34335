//! The content of messages: a string, or parts whose type is looked up first, so that each is read
//! once and by its own rules; parts of other types stay as they are.

use clasp_model::{ByteString, CacheHint, Part, ResultPart, Text};

use super::media;
use crate::cache;
use crate::json::read::{Fault, Kind, Read, Reader};

/// What a user says. An empty text stays: a message without any would not be one.
pub(super) fn user(reader: &mut Reader<'_>) -> Read<Vec<Part>> {
    reader.text_or_parts(
        |text| Some(Part::Text(plain(text))),
        |reader| {
            Ok(match &*kind(reader)? {
                "text" => Part::Text(text(reader, "text")?),
                "image_url" | "input_audio" | "file" | "video_url" => {
                    Part::Media(media::part(reader)?)
                }
                _ => Part::Other(reader.raw()?),
            })
        },
    )
}

/// What a model said: texts and refusals.
pub(super) fn assistant(reader: &mut Reader<'_>) -> Read<Vec<Part>> {
    let mut parts = reader.text_or_parts(
        |text| Some(Part::Text(plain(text))),
        |reader| {
            Ok(match &*kind(reader)? {
                "text" => Part::Text(text(reader, "text")?),
                "refusal" => Part::Text(text(reader, "refusal")?),
                _ => Part::Other(reader.raw()?),
            })
        },
    )?;
    parts.retain(|part| !matches!(part, Part::Text(text) if text.text.is_empty()));
    Ok(parts)
}

/// Instructions: texts alone.
pub(super) fn texts(reader: &mut Reader<'_>) -> Read<Vec<Text>> {
    let mut texts = reader.text_or_parts(
        |text| Some(plain(text)),
        |reader| match &*kind(reader)? {
            "text" => text(reader, "text"),
            other => {
                let message = format!("Input should be 'text', not {other:?}");
                Err(Fault::new(message).under("type"))
            }
        },
    )?;
    texts.retain(|text| !text.text.is_empty());
    Ok(texts)
}

/// What a tool answered, and a cache breakpoint after it: parts of results have none.
pub(super) fn result(reader: &mut Reader<'_>) -> Read<(Vec<ResultPart>, Option<CacheHint>)> {
    let mut hint = None;
    if reader.kind()? == Kind::Null {
        reader.skip()?;
        return Ok((Vec::new(), hint));
    }
    let mut parts = reader.text_or_parts(
        |text| Some(ResultPart::Text(text)),
        |reader| {
            Ok(match &*kind(reader)? {
                "text" => {
                    let text = text(reader, "text")?;
                    hint = text.cache.or(hint);
                    ResultPart::Text(text.text)
                }
                "image_url" | "input_audio" | "file" | "video_url" => {
                    let media = media::part(reader)?;
                    hint = media.cache.or(hint);
                    ResultPart::Media(media)
                }
                _ => ResultPart::Other(reader.raw()?),
            })
        },
    )?;
    parts.retain(|part| !matches!(part, ResultPart::Text(text) if text.is_empty()));
    Ok((parts, hint))
}

/// A part's cache breakpoint, if that is what the member is: as gateways have it, or as OpenAI has.
pub(super) fn breakpoint(
    reader: &mut Reader<'_>,
    name: &str,
    hint: &mut Option<CacheHint>,
) -> Read<bool> {
    let is_one = matches!(name, "cache_control" | "prompt_cache_breakpoint");
    if is_one {
        *hint = reader.optional(cache::hint)?;
    }
    Ok(is_one)
}

/// A text without anything else.
pub(super) fn plain(text: ByteString) -> Text {
    Text { text, ..Text::default() }
}

/// A part whose text is in `member`.
fn text(reader: &mut Reader<'_>, member: &str) -> Read<Text> {
    let mut said = None;
    let mut part = Text::default();
    reader.object(|reader, name| {
        match name {
            "type" => reader.skip()?,
            name if name == member => said = Some(reader.string()?),
            name if breakpoint(reader, name, &mut part.cache)? => {}
            name => reader.extra(name, &mut part.extra)?,
        }
        Ok(())
    })?;
    part.text = said.ok_or_else(|| Fault::missing(member))?;
    Ok(part)
}

fn kind(reader: &Reader<'_>) -> Read<ByteString> {
    reader.peek("type")?.ok_or_else(|| Fault::missing("type"))
}
