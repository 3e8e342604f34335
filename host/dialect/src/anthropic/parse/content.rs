//! Content blocks: their type is looked up first, so that each is read once and by its own rules;
//! blocks of other types stay as they are.

use clasp_model::{
    Blob, ByteString, CacheHint, Media, MediaKind, MediaSource, Part, ResultPart, Text, Thinking,
    ToolCall, ToolResult,
};

use crate::cache::hint as cache;
use crate::ids;
use crate::json::read::{Fault, Read, Reader};

/// One block of a message.
pub(super) fn block(reader: &mut Reader<'_>) -> Read<Part> {
    let kind = reader.peek("type")?.ok_or_else(|| Fault::missing("type"))?;
    Ok(match &*kind {
        "text" => Part::Text(text(reader)?),
        "image" => media(reader, MediaKind::Image, Part::Media, Part::Other)?,
        "document" => media(reader, MediaKind::Document, Part::Media, Part::Other)?,
        "thinking" => Part::Thinking(thinking(reader)?),
        "redacted_thinking" => Part::Thinking(redacted_thinking(reader)?),
        "tool_use" => Part::ToolCall(tool_use(reader)?),
        "tool_result" => Part::ToolResult(tool_result(reader)?),
        _ => Part::Other(reader.raw()?),
    })
}

pub(super) fn text(reader: &mut Reader<'_>) -> Read<Text> {
    let mut text = None;
    let mut block = Text::default();
    reader.object(|reader, name| {
        match name {
            "type" => reader.skip()?,
            "text" => text = Some(reader.string()?),
            "cache_control" => block.cache = reader.optional(cache)?,
            name => reader.extra(name, &mut block.extra)?,
        }
        Ok(())
    })?;
    block.text = text.ok_or_else(|| Fault::missing("text"))?;
    if block.text.is_empty() {
        return Err(Fault::new("text content blocks must be non-empty").under("text"));
    }
    Ok(block)
}

fn thinking(reader: &mut Reader<'_>) -> Read<Thinking> {
    let mut text = None;
    let mut state = None;
    reader.object(|reader, name| {
        match name {
            "thinking" => text = Some(reader.string()?),
            "signature" => state = reader.optional(Reader::string)?,
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    let text = text.ok_or_else(|| Fault::missing("thinking"))?;
    Ok(Thinking { text, state: state.filter(|state| !state.is_empty()), redacted: false })
}

fn redacted_thinking(reader: &mut Reader<'_>) -> Read<Thinking> {
    let mut state = None;
    reader.object(|reader, name| {
        match name {
            "data" => state = Some(reader.string()?),
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    let state = Some(state.ok_or_else(|| Fault::missing("data"))?);
    Ok(Thinking { state, redacted: true, ..Thinking::default() })
}

fn tool_use(reader: &mut Reader<'_>) -> Read<ToolCall> {
    let mut id = None;
    let mut title = None;
    let mut arguments = None;
    let mut hint = None;
    let mut extra = Vec::new();
    reader.object(|reader, name| {
        match name {
            "type" => reader.skip()?,
            "id" => id = Some(ids::decode(reader.string()?)),
            "name" => title = Some(reader.string()?),
            "input" => arguments = Some(reader.raw_object()?),
            "cache_control" => hint = reader.optional(cache)?,
            name => reader.extra(name, &mut extra)?,
        }
        Ok(())
    })?;
    Ok(ToolCall {
        id: id.ok_or_else(|| Fault::missing("id"))?,
        name: title.ok_or_else(|| Fault::missing("name"))?,
        arguments: arguments.ok_or_else(|| Fault::missing("input"))?,
        state: None,
        cache: hint,
        extra,
    })
}

fn tool_result(reader: &mut Reader<'_>) -> Read<ToolResult> {
    let mut call_id = None;
    let mut result = ToolResult {
        call_id: Default::default(),
        name: Default::default(),
        is_error: false,
        content: Vec::new(),
        cache: None,
        extra: Vec::new(),
    };
    // A breakpoint within the content is one after the result: parts of results have none.
    let mut inner = None;
    reader.object(|reader, name| {
        match name {
            "type" => reader.skip()?,
            "tool_use_id" => call_id = Some(ids::decode(reader.string()?)),
            "content" => {
                let content = reader.optional(|reader| result_content(reader, &mut inner))?;
                result.content = content.unwrap_or_default();
            }
            "is_error" => result.is_error = reader.optional(Reader::boolean)?.unwrap_or_default(),
            "cache_control" => result.cache = reader.optional(cache)?,
            name => reader.extra(name, &mut result.extra)?,
        }
        Ok(())
    })?;
    result.call_id = call_id.ok_or_else(|| Fault::missing("tool_use_id"))?;
    result.cache = result.cache.or(inner);
    Ok(result)
}

fn result_content(reader: &mut Reader<'_>, hint: &mut Option<CacheHint>) -> Read<Vec<ResultPart>> {
    let text = |text: ByteString| (!text.is_empty()).then_some(ResultPart::Text(text));
    reader.text_or_parts(text, |reader| result_block(reader, hint))
}

fn result_block(reader: &mut Reader<'_>, hint: &mut Option<CacheHint>) -> Read<ResultPart> {
    let kind = reader.peek("type")?.ok_or_else(|| Fault::missing("type"))?;
    let part = match &*kind {
        "text" => result_text(reader, hint)?,
        "image" => media(reader, MediaKind::Image, ResultPart::Media, ResultPart::Other)?,
        "document" => media(reader, MediaKind::Document, ResultPart::Media, ResultPart::Other)?,
        _ => ResultPart::Other(reader.raw()?),
    };
    if let ResultPart::Media(media) = &part {
        *hint = media.cache.or(*hint);
    }
    Ok(part)
}

/// Tools may say nothing: an empty text is no fault here.
fn result_text(reader: &mut Reader<'_>, hint: &mut Option<CacheHint>) -> Read<ResultPart> {
    let mut text = None;
    reader.object(|reader, name| {
        match name {
            "text" => text = Some(reader.string()?),
            "cache_control" => *hint = reader.optional(cache)?.or(*hint),
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    Ok(ResultPart::Text(text.ok_or_else(|| Fault::missing("text"))?))
}

/// An image or document; one with a source of another kind stays as it is.
fn media<T>(
    reader: &mut Reader<'_>,
    kind: MediaKind,
    known: impl FnOnce(Media) -> T,
    other: impl FnOnce(clasp_model::Json) -> T,
) -> Read<T> {
    let mut whole = reader.clone();
    let mut from = None;
    let mut title = None;
    let mut hint = None;
    let mut extra = Vec::new();
    reader.object(|reader, name| {
        match name {
            "type" => reader.skip()?,
            "source" => from = Some(source(reader)?),
            "title" => title = reader.optional(Reader::string)?,
            "cache_control" => hint = reader.optional(cache)?,
            name => reader.extra(name, &mut extra)?,
        }
        Ok(())
    })?;
    match from {
        None => Err(Fault::missing("source")),
        Some(None) => whole.raw().map(other),
        Some(Some(source)) => Ok(known(Media { kind, source, title, cache: hint, extra })),
    }
}

/// Where a payload is; none for kinds without a name in the vocabulary.
fn source(reader: &mut Reader<'_>) -> Read<Option<MediaSource>> {
    let kind = reader.peek("type")?.ok_or_else(|| Fault::missing("type"))?;
    if !matches!(&*kind, "base64" | "text" | "url" | "file") {
        return reader.skip().map(|()| None);
    }
    let mut data = None;
    let mut media_type = None;
    let mut url = None;
    let mut file = None;
    reader.object(|reader, name| {
        match name {
            "data" => data = Some(reader.string()?),
            "media_type" => media_type = Some(reader.string()?),
            "url" => url = Some(reader.string()?),
            "file_id" => file = Some(reader.string()?),
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    let source = match &*kind {
        "base64" => {
            let base64 = data.ok_or_else(|| Fault::missing("data"))?;
            if base64.is_empty() {
                return Err(Fault::new("Input should be base64 text, not empty").under("data"));
            }
            let media_type = media_type.ok_or_else(|| Fault::missing("media_type"))?;
            MediaSource::Blob(Blob { media_type: media_type.to_string(), base64 })
        }
        "text" => MediaSource::Text(data.ok_or_else(|| Fault::missing("data"))?),
        "url" => MediaSource::Url(url.ok_or_else(|| Fault::missing("url"))?),
        _ => MediaSource::File(file.ok_or_else(|| Fault::missing("file_id"))?),
    };
    Ok(Some(source))
}
