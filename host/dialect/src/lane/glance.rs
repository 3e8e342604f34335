//! The two members that every dialect's request has under the same name.

use clasp_model::ByteString;

use super::Glance;
use crate::json::read::Reader;

pub(super) fn read(body: &ByteString) -> Option<Glance> {
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
