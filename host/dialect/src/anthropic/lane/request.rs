//! A request that goes on as it is, but for a few bytes.
//!
//! Rule: every other byte stays, order and blanks too (C15). What is taken out is state that another
//! provider made (C10), with the block that holds it: the API would refuse it.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use clasp_model::ByteString;

use crate::json::read::{Kind, Read, Reader};
use crate::json::write;
use crate::lane::{Glance, Own};

/// What stands in another place of the body: nothing where it is left out.
struct Edit {
    at: Range<usize>,
    text: Bytes,
}

pub(crate) fn glance(body: &ByteString) -> Option<Glance> {
    let mut model = None;
    let mut stream = None;
    let mut reader = Reader::new(body);
    let read = reader.object(|reader, name| {
        match name {
            "model" => model = Some(reader.string()?),
            "stream" => stream = reader.optional(Reader::boolean)?,
            _ => reader.skip()?,
        }
        Ok(())
    });
    read.and_then(|()| reader.end()).ok()?;
    let model = model.filter(|model| !model.trim().is_empty())?;
    Some(Glance { model, stream: stream.unwrap_or_default() })
}

pub(crate) fn body(body: &ByteString, model: &str, own: Own<'_>) -> Vec<Bytes> {
    let bytes = body.as_bytes();
    // A body that cannot be read goes on as it is: the provider says what is wrong with it.
    let mut pieces = Vec::new();
    let mut from = 0;
    for Edit { at, text } in edits(body, model, own).unwrap_or_default() {
        pieces.push(bytes.slice(from..at.start));
        pieces.push(text);
        from = at.end;
    }
    pieces.push(bytes.slice(from..));
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// In the order of the body, none overlapping.
fn edits(body: &ByteString, model: &str, own: Own<'_>) -> Read<Vec<Edit>> {
    let mut edits = Vec::new();
    // Text that only looks like a tag is looked at twice, no more.
    let has_tags = body.contains(TAG_IN_JSON);
    Reader::new(body).object(|reader, name| match name {
        "model" => {
            let mut ahead = reader.clone();
            let same = &*ahead.string()? == model;
            let at = reader.span()?;
            if !same {
                edits.push(Edit { at, text: string(model) });
            }
            Ok(())
        }
        "messages" if has_tags => {
            list(reader, &mut edits, |reader, edits| message(reader, edits, own))
        }
        _ => reader.skip(),
    })?;
    Ok(edits)
}

/// How tagged state begins as a JSON string.
const TAG_IN_JSON: &str = "\"clasp";

/// Whether an item of a list stays.
type Stays = bool;

/// Edits a list's items, and leaves out those that do not stay, each with one comma.
fn list(
    reader: &mut Reader<'_>,
    edits: &mut Vec<Edit>,
    mut item: impl FnMut(&mut Reader<'_>, &mut Vec<Edit>) -> Read<Stays>,
) -> Read<()> {
    let mut items: Vec<(Range<usize>, Stays)> = Vec::new();
    let mut inner = Vec::new();
    reader.array(|reader| {
        let at = reader.clone().span()?;
        let stays = item(reader, &mut inner)?;
        items.push((at, stays));
        Ok(())
    })?;
    let mut kept = None;
    let mut rest = items.as_slice();
    while let Some(((at, stays), tail)) = rest.split_first() {
        if *stays {
            kept = Some(at.end);
            rest = tail;
            continue;
        }
        let length = rest.iter().position(|(_, stays)| *stays).unwrap_or(rest.len());
        let (gone, tail) = rest.split_at(length);
        let end = gone.last().map_or(at.end, |(at, _)| at.end);
        let gap = match (kept, tail.first()) {
            (_, Some((next, _))) => at.start..next.start,
            // At the end of the list the comma before goes.
            (Some(kept), None) => kept..end,
            (None, None) => at.start..end,
        };
        inner.retain(|edit| !gap.contains(&edit.at.start));
        inner.push(Edit { at: gap, text: Bytes::new() });
        rest = tail;
    }
    inner.sort_by_key(|edit| edit.at.start);
    edits.append(&mut inner);
    Ok(())
}

/// A message of which nothing is left does not stay.
fn message(reader: &mut Reader<'_>, edits: &mut Vec<Edit>, own: Own<'_>) -> Read<Stays> {
    if reader.kind()? != Kind::Object {
        return reader.skip().map(|()| true);
    }
    let mut stays = true;
    reader.object(|reader, name| {
        if name != "content" || reader.kind()? != Kind::Array {
            return reader.skip();
        }
        let (mut blocks, mut left) = (0, 0);
        list(reader, edits, |reader, edits| {
            let stays = block(reader, edits, own)?;
            blocks += 1;
            left += usize::from(stays);
            Ok(stays)
        })?;
        stays = left > 0 || blocks == 0;
        Ok(())
    })?;
    Ok(stays)
}

fn block(reader: &mut Reader<'_>, edits: &mut Vec<Edit>, own: Own<'_>) -> Read<Stays> {
    if reader.kind()? != Kind::Object {
        return reader.skip().map(|()| true);
    }
    let holder = match reader.peek("type")?.as_deref() {
        Some("thinking") => "signature",
        Some("redacted_thinking") => "data",
        _ => return reader.skip().map(|()| true),
    };
    let mut stays = true;
    reader.object(|reader, name| {
        if name != holder || reader.kind()? != Kind::String {
            return reader.skip();
        }
        let at = reader.clone().span()?;
        let state = reader.string()?;
        if state.starts_with("clasp") {
            match own(&state) {
                Some(own) if *own == *state => {}
                Some(own) => edits.push(Edit { at, text: string(&own) }),
                None => stays = false,
            }
        }
        Ok(())
    })?;
    Ok(stays)
}

fn string(text: &str) -> Bytes {
    let mut out = BytesMut::new();
    write::string(&mut out, text);
    out.freeze()
}
