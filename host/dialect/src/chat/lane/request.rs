//! What is taken out of a conversation: entries of `reasoning_details` with other makers' state
//! (C10). The provider's own state is a list of its entries, and they stand there again.
//!
//! Nothing else of a translated answer is in the way: OpenAI takes members of messages that it does
//! not know, and calls have their ids from the provider that made them.

use bytes::Bytes;
use clasp_model::ByteString;

use super::super::details::{self, What};
use crate::hidden;
use crate::json::read::{Fault, Kind, Read, Reader};
use crate::lane::Own;
use crate::lane::edit::{self, Edit, Stays};

pub(crate) fn body(body: &ByteString, model: &str, own: Own<'_>) -> Vec<Bytes> {
    edit::body(body, model, "messages", edit::is_marked(body), |reader, edits| {
        message(reader, edits, own).map(|()| true)
    })
}

fn message(reader: &mut Reader<'_>, edits: &mut Vec<Edit>, own: Own<'_>) -> Read<()> {
    if reader.kind()? != Kind::Object {
        return reader.skip();
    }
    edit::object(reader, edits, |reader, name, edits| {
        if name != "reasoning_details" || reader.kind()? != Kind::Array {
            return reader.skip().map(|()| true);
        }
        let (mut entries, mut left) = (0, 0);
        edit::list(reader, edits, |reader, edits| {
            let stays = entry(reader, edits, own)?;
            entries += 1;
            left += usize::from(stays);
            Ok(stays)
        })?;
        Ok(left > 0 || entries == 0)
    })
}

fn entry(reader: &mut Reader<'_>, edits: &mut Vec<Edit>, own: Own<'_>) -> Read<Stays> {
    if reader.kind()? != Kind::Object {
        return reader.skip().map(|()| true);
    }
    let from = reader.at();
    let Some((_, what)) = details::entry(reader)? else { return Ok(true) };
    let state = match what {
        What::Thinking { state, .. } => state,
        What::Encrypted(data) => Some(data),
    };
    let own = state.and_then(|state| own(hidden::of_any(&state)));
    let entries = own.and_then(|own| entries(&own.into()).ok()).filter(|text| !text.is_empty());
    let Some(entries) = entries else { return Ok(false) };
    edits.push(Edit { at: from..reader.at(), text: entries.into() });
    Ok(true)
}

/// What stands in a list of entries, without its brackets.
fn entries(list: &ByteString) -> Read<String> {
    let mut texts = Vec::new();
    let mut reader = Reader::new(list);
    reader.array(|reader| match reader.kind()? {
        Kind::Object => {
            texts.push(reader.raw()?.as_str().to_owned());
            Ok(())
        }
        kind => Err(Fault::new(format!("Input should be an entry, not {kind}"))),
    })?;
    reader.end()?;
    Ok(texts.join(","))
}
