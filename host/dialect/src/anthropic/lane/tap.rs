//! What a stream's events tell: counts, errors, the end marker.
//!
//! <https://platform.claude.com/docs/en/build-with-claude/streaming>, as of 2026-11-21.

use clasp_model::ByteString;

use super::answer::{Counts, Told};
use crate::json::read::{Read, Reader};
use crate::lane::Seen;
use crate::lane::events::{self, Kind, Look};

#[derive(Default)]
pub(crate) struct Messages {
    counts: Counts,
}

impl Look for Messages {
    fn kind(word: &[u8]) -> Kind {
        match word {
            b"content_block_start" | b"content_block_delta" | b"content_block_stop" => {
                Kind::Content
            }
            b"ping" => Kind::Idle,
            b"message_start" | b"message_delta" | b"error" => Kind::Needed,
            b"message_stop" => Kind::End,
            _ => Kind::Unsaid,
        }
    }

    fn read(&mut self, data: &ByteString, seen: &mut Seen) -> Read<()> {
        events::whole(data)?;
        let mut reader = Reader::new(data);
        match reader.peek("type")?.as_deref() {
            Some("message_start") => {
                reader.object(|reader, name| match name {
                    "message" => reader.object(|reader, name| match name {
                        "usage" => self.counts.read(reader),
                        _ => reader.skip(),
                    }),
                    _ => reader.skip(),
                })?;
                seen.usage = self.counts.usage();
            }
            Some("message_delta") => {
                reader.object(|reader, name| match name {
                    "usage" => self.counts.read(reader),
                    _ => reader.skip(),
                })?;
                seen.usage = self.counts.usage();
            }
            Some("message_stop") => seen.ended = true,
            Some("error") => {
                let failure = Told::read(data).map(|told| told.failure(None));
                seen.failure = seen.failure.take().or(failure);
            }
            // Where its type does not stand first.
            Some("content_block_start" | "content_block_delta" | "content_block_stop") => {
                seen.content = true;
            }
            _ => {}
        }
        Ok(())
    }
}
