//! What is taken out of a conversation: state that another provider made (C10), with the block that
//! holds it.

use bytes::Bytes;
use clasp_model::ByteString;

use crate::json::read::{Kind, Read, Reader};
use crate::lane::Own;
use crate::lane::edit::{self, Edit, Stays};

pub(crate) fn body(body: &ByteString, model: &str, own: Own<'_>) -> Vec<Bytes> {
    edit::body(body, model, "messages", |reader, edits| message(reader, edits, own))
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
        if state.starts_with("clasp") {
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
