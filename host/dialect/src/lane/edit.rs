//! A request that goes on as it is, but for a few bytes.
//!
//! Rule: every other byte stays, order and blanks too (C15). What is taken out was put into the
//! conversation here, by a translated answer, and the provider would refuse it (C10); one comma
//! goes with it.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use clasp_model::ByteString;
use memchr::memmem;

use crate::json::read::{Kind, Read, Reader};
use crate::json::write;

/// What stands in another place of the body: nothing where it is left out.
pub(crate) struct Edit {
    pub(crate) at: Range<usize>,
    pub(crate) text: Bytes,
}

/// Whether an item of a list, or a member of an object, stays.
pub(crate) type Stays = bool;

/// All that is made here for a client to keep has this in it.
const NAME: &[u8] = b"clasp";

/// Whether a body may hold something that was made here.
pub(crate) fn is_marked(body: &ByteString) -> bool {
    memmem::find(body.as_bytes(), NAME).is_some()
}

/// The body in pieces, with the model's name replaced and, where it `is_marked`, with the items of
/// the list `conversation` as `item` edits them.
pub(crate) fn body(
    body: &ByteString,
    model: &str,
    conversation: &str,
    is_marked: bool,
    item: impl FnMut(&mut Reader<'_>, &mut Vec<Edit>) -> Read<Stays>,
) -> Vec<Bytes> {
    let bytes = body.as_bytes();
    let mut pieces = Vec::new();
    let mut from = 0;
    // A body that cannot be read goes on as it is: the provider says what is wrong with it.
    let edits = edits(body, model, conversation, is_marked, item);
    for Edit { at, text } in edits.unwrap_or_default() {
        pieces.push(bytes.slice(from..at.start));
        pieces.push(text);
        from = at.end;
    }
    pieces.push(bytes.slice(from..));
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// In the order of the body, none overlapping.
fn edits(
    body: &ByteString,
    model: &str,
    conversation: &str,
    is_marked: bool,
    mut item: impl FnMut(&mut Reader<'_>, &mut Vec<Edit>) -> Read<Stays>,
) -> Read<Vec<Edit>> {
    let mut edits = Vec::new();
    Reader::new(body).object(|reader, name| {
        if name == "model" {
            let mut ahead = reader.clone();
            let same = &*ahead.string()? == model;
            let at = reader.span()?;
            if !same {
                edits.push(Edit { at, text: string(model) });
            }
            return Ok(());
        }
        if name == conversation && is_marked && reader.kind()? == Kind::Array {
            return list(reader, &mut edits, &mut item);
        }
        reader.skip()
    })?;
    Ok(edits)
}

/// Edits a list's items, and leaves out those that do not stay.
pub(crate) fn list(
    reader: &mut Reader<'_>,
    edits: &mut Vec<Edit>,
    mut item: impl FnMut(&mut Reader<'_>, &mut Vec<Edit>) -> Read<Stays>,
) -> Read<()> {
    let mut items = Vec::new();
    let mut inner = Vec::new();
    reader.array(|reader| {
        reader.kind()?;
        let from = reader.at();
        let stays = item(reader, &mut inner)?;
        items.push((from..reader.at(), stays));
        Ok(())
    })?;
    leave_out(&items, inner, edits);
    Ok(())
}

/// Edits an object's members, and leaves out those that do not stay.
pub(crate) fn object(
    reader: &mut Reader<'_>,
    edits: &mut Vec<Edit>,
    mut member: impl FnMut(&mut Reader<'_>, &str, &mut Vec<Edit>) -> Read<Stays>,
) -> Read<()> {
    let mut members = Vec::new();
    let mut inner = Vec::new();
    reader.members(|reader, from, name| {
        let stays = member(reader, name, &mut inner)?;
        members.push((from..reader.at(), stays));
        Ok(())
    })?;
    leave_out(&members, inner, edits);
    Ok(())
}

/// Adds the edits `inner` of what stays, and those that take out the rest.
fn leave_out(items: &[(Range<usize>, Stays)], mut inner: Vec<Edit>, edits: &mut Vec<Edit>) {
    let mut gaps = Vec::new();
    let mut kept = None;
    let mut rest = items;
    while let Some(((at, stays), tail)) = rest.split_first() {
        if *stays {
            kept = Some(at.end);
            rest = tail;
            continue;
        }
        let length = rest.iter().position(|(_, stays)| *stays).unwrap_or(rest.len());
        let (gone, tail) = rest.split_at(length);
        let end = gone.last().map_or(at.end, |(at, _)| at.end);
        gaps.push(match (kept, tail.first()) {
            (_, Some((next, _))) => at.start..next.start,
            // At the end of the list the comma before goes.
            (Some(kept), None) => kept..end,
            (None, None) => at.start..end,
        });
        rest = tail;
    }
    let mut ahead = gaps.iter().peekable();
    inner.retain(|edit| {
        while ahead.next_if(|gap| gap.end <= edit.at.start).is_some() {}
        !ahead.peek().is_some_and(|gap| gap.contains(&edit.at.start))
    });
    inner.extend(gaps.into_iter().map(|at| Edit { at, text: Bytes::new() }));
    inner.sort_by_key(|edit| edit.at.start);
    edits.append(&mut inner);
}

/// A string; none for any other value, which is stepped over.
pub(crate) fn text(reader: &mut Reader<'_>) -> Read<Option<ByteString>> {
    match reader.kind()? {
        Kind::String => reader.string().map(Some),
        _ => reader.skip().map(|()| None),
    }
}

/// A string as it stands in a body.
pub(crate) fn string(text: &str) -> Bytes {
    let mut out = BytesMut::new();
    write::string(&mut out, text);
    out.freeze()
}
