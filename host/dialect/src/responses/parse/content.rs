//! Parts of messages and of results.

use clasp_model::{CacheHint, Part, ResultPart, Text};

use super::media;
use crate::json::read::{Fault, Read, Reader};

/// The content of a message: a text, or parts. Texts without a letter are left out beside others.
pub(super) fn parts(reader: &mut Reader<'_>) -> Read<Vec<Part>> {
    let text = |text| Some(Part::Text(Text { text, ..Text::default() }));
    let mut parts = reader.text_or_parts(text, part)?;
    let blank = |part: &Part| matches!(part, Part::Text(text) if text.text.is_empty());
    if !parts.iter().all(blank) {
        parts.retain(|part| !blank(part));
    }
    Ok(parts)
}

fn part(reader: &mut Reader<'_>) -> Read<Part> {
    let kind = reader.peek("type")?.ok_or_else(|| Fault::missing("type"))?;
    Ok(match &*kind {
        "input_text" | "output_text" | "text" | "summary_text" | "reasoning_text" => {
            Part::Text(text(reader, "text")?)
        }
        "refusal" => Part::Text(text(reader, "refusal")?),
        _ => match media::read(reader, &kind)? {
            Some(media) => Part::Media(media),
            None => {
                let message = format!(
                    "Input should be 'input_text', 'input_image', 'input_file', 'input_audio', \
                     'output_text' or 'refusal', not {:?}",
                    &*kind
                );
                return Err(Fault::new(message).under("type"));
            }
        },
    })
}

/// The output of a tool: a text, or parts. A tool may say nothing.
pub(super) fn results(reader: &mut Reader<'_>) -> Read<Vec<ResultPart>> {
    let mut results = reader.text_or_parts(|text| Some(ResultPart::Text(text)), result)?;
    results.retain(|part| !matches!(part, ResultPart::Text(text) if text.is_empty()));
    Ok(results)
}

pub(super) fn result(reader: &mut Reader<'_>) -> Read<ResultPart> {
    let kind = reader.peek("type")?.ok_or_else(|| Fault::missing("type"))?;
    Ok(match &*kind {
        "input_text" | "output_text" | "text" => ResultPart::Text(text(reader, "text")?.text),
        "refusal" => ResultPart::Text(text(reader, "refusal")?.text),
        _ => match media::read(reader, &kind)? {
            Some(media) => ResultPart::Media(media),
            None => ResultPart::Other(reader.raw()?),
        },
    })
}

/// A part whose text is the member `whole`. What an answer tells beside its text stays with it.
fn text(reader: &mut Reader<'_>, whole: &str) -> Read<Text> {
    let mut text = None;
    let mut part = Text::default();
    reader.object(|reader, name| {
        match name {
            name if name == whole => text = Some(reader.string()?),
            "type" | "annotations" | "logprobs" => reader.skip()?,
            "prompt_cache_breakpoint" => part.cache = reader.optional(cache)?,
            name => reader.extra(name, &mut part.extra)?,
        }
        Ok(())
    })?;
    part.text = text.ok_or_else(|| Fault::missing(whole))?;
    Ok(part)
}

/// A cache breakpoint: `{"mode":"explicit","ttl":"30m"}`.
pub(super) fn cache(reader: &mut Reader<'_>) -> Read<CacheHint> {
    let ttl = reader.peek("ttl")?;
    reader.skip()?;
    let ttl = match ttl.as_deref() {
        Some("30m") => Some(1800),
        Some("12h") => Some(43_200),
        _ => None,
    };
    Ok(CacheHint { ttl })
}
