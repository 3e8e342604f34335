//! What is taken out of a conversation: state that another provider made (C10), with the block that
//! holds it, and thinking without a signature, which only another provider makes: the API refuses
//! both.

use bytes::Bytes;
use clasp_model::ByteString;
use memchr::memmem;

use crate::json::read::{Kind, Read, Reader};
use crate::lane::Own;
use crate::lane::edit::{self, Edit, Stays};

pub(crate) fn body(body: &ByteString, model: &str, own: Own<'_>) -> Vec<Bytes> {
    let is_marked = edit::is_marked(body) || is_unsigned(body);
    edit::body(body, model, "messages", is_marked, |reader, edits| message(reader, edits, own))
}

/// Whether there may be an empty signature.
fn is_unsigned(body: &ByteString) -> bool {
    memmem::find_iter(body.as_bytes(), b"\"signature\"").any(|at| {
        let rest = body.get(at + "\"signature\"".len()..).unwrap_or_default();
        let value = rest.trim_start().strip_prefix(':').unwrap_or_default();
        value.trim_start().starts_with("\"\"")
    })
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
        edit::list(reader, edits, |reader, edits| {
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
    let mut kind = None;
    reader.clone().object(|reader, name| {
        match name {
            "type" => kind = edit::text(reader)?,
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    let holder = match kind.as_deref() {
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
        if state.is_empty() && holder == "signature" {
            stays = false;
        } else if state.starts_with("clasp") {
            match own(&state) {
                Some(own) if *own == *state => {}
                Some(own) => edits.push(Edit { at, text: edit::string(&own) }),
                None => stays = false,
            }
        }
        Ok(())
    })?;
    Ok(stays)
}
