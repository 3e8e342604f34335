//! What a stream's events tell: counts, errors, the end marker.
//!
//! <https://developers.openai.com/api/reference/resources/responses/streaming-events>, as of
//! 2026-11-21. An `error` ends a stream as well: nothing of the answer follows it.

use clasp_model::ByteString;

use super::answer::Response;
use crate::json::read::{Read, Reader};
use crate::lane::Seen;
use crate::lane::events::{self, Kind, Look};
use crate::openai::lane::error::Told;

#[derive(Default)]
pub(crate) struct Responses;

impl Look for Responses {
    fn kind(word: &[u8]) -> Kind {
        match word {
            b"response.created" | b"response.queued" | b"response.in_progress" => Kind::Idle,
            b"response.completed" | b"response.incomplete" => Kind::End,
            b"response.failed" | b"error" => Kind::Needed,
            word if word.starts_with(b"response.") => Kind::Content,
            _ => Kind::Unsaid,
        }
    }

    fn read(&mut self, data: &ByteString, seen: &mut Seen) -> Read<()> {
        events::whole(data)?;
        let mut reader = Reader::new(data);
        let Some(word) = reader.peek("type")? else { return Ok(()) };
        match &*word {
            "response.completed" | "response.incomplete" | "response.failed" => {
                seen.ended = true;
                let mut response = Response::default();
                reader.object(|reader, name| {
                    match name {
                        "response" => response = Response::read(reader)?,
                        _ => reader.skip()?,
                    }
                    Ok(())
                })?;
                seen.usage = response.usage();
                if &*word == "response.failed" {
                    seen.failure.get_or_insert_with(|| response.failure());
                }
            }
            "error" => {
                seen.ended = true;
                let told = Told::read(&mut reader)?;
                seen.failure.get_or_insert_with(|| told.failure(None));
            }
            // Where its type does not stand first.
            word => seen.content |= Self::kind(word.as_bytes()) == Kind::Content,
        }
        Ok(())
    }
}
