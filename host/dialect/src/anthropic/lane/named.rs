//! The model's name in an answer that is passed on.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use clasp_model::ByteString;
use memchr::memmem;

use crate::json::read::{Read, Reader};
use crate::lane::edit;

/// Replaces the name in a document, or in the first `message_start` of a stream's begin. What cannot
/// be read stays as it is.
pub(crate) fn named(answer: Bytes, model: &str) -> Bytes {
    let Some(at) = place(&answer) else { return answer };
    let (Some(before), Some(after)) = (answer.get(..at.start), answer.get(at.end..)) else {
        return answer;
    };
    let name = edit::string(model);
    let mut out = BytesMut::with_capacity(before.len() + name.len() + after.len());
    out.extend_from_slice(before);
    out.extend_from_slice(&name);
    out.extend_from_slice(after);
    out.freeze()
}

/// Where the name stands.
fn place(answer: &Bytes) -> Option<Range<usize>> {
    if answer.trim_ascii_start().starts_with(b"{") {
        let document = ByteString::try_from(answer.clone()).ok()?;
        return member(&mut Reader::new(&document)).ok()?;
    }
    let start = memmem::find(answer, b"\"message_start\"")?;
    let line = answer.get(..start)?.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let rest = answer.get(line..)?;
    let line_end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    let data = rest.get(..line_end)?;
    let from = line + data.strip_prefix(b"data:").map(|_| "data:".len())?;
    let document = ByteString::try_from(answer.slice(from..line + line_end)).ok()?;
    let mut found = None;
    let read: Read<()> = Reader::new(&document).object(|reader, name| match name {
        "message" => {
            found = member(reader)?;
            Ok(())
        }
        _ => reader.skip(),
    });
    read.ok()?;
    found.map(|at| from + at.start..from + at.end)
}

/// Where the member `model` of the object that comes next stands.
fn member(reader: &mut Reader<'_>) -> Read<Option<Range<usize>>> {
    let mut found = None;
    reader.object(|reader, name| {
        match name {
            "model" => found = Some(reader.span()?),
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    Ok(found)
}
