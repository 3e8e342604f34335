//! Bytes of a response body into frames, by the framing that the plugin named.
//!
//! Rule: any cut of the same bytes gives the same frames, in time linear in their number (A14).

mod aws;
mod lines;
mod sse;
#[cfg(test)]
mod tests;

use clasp_model::{Frame, Framing};

use self::aws::AwsEventStream;
use self::lines::{Ends, Lines};
use self::sse::ServerSentEvents;

/// The usual limit of one frame, in bytes.
pub const MAX_FRAME_BYTES: usize = 16 * 1024 * 1024;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Cuts one body into frames.
///
/// An error is final: it is given again by every later call. Frames that were complete before it
/// have been handed out.
#[derive(Debug)]
pub struct Decoder {
    reader: Reader,
    failed: Option<DecodeError>,
}

/// Why a body cannot be cut into frames.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// One frame, or one line, is over the limit.
    #[error("one frame of the answer is over the limit of {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// Text that is not UTF-8.
    #[error("the answer is not valid UTF-8")]
    Utf8,
    /// An AWS event stream message whose lengths or headers make no sense.
    #[error("malformed message in the event stream: {0}")]
    Message(&'static str),
    /// An AWS event stream message that was damaged on its way.
    #[error("a checksum in the event stream does not match")]
    Checksum,
    /// The body ended within an AWS event stream message.
    #[error("the event stream ends within a message")]
    Truncated,
}

#[derive(Debug)]
enum Reader {
    Whole(Whole),
    ServerSentEvents(ServerSentEvents),
    JsonLines(JsonLines),
    AwsEventStream(AwsEventStream),
}

#[derive(Debug)]
struct Whole {
    body: Vec<u8>,
    limit: usize,
}

/// One document a line; blank lines, and blanks around a document, mean nothing.
#[derive(Debug)]
struct JsonLines {
    lines: Lines,
}

impl Decoder {
    /// A decoder that refuses frames of more than `max_frame_bytes` bytes.
    pub fn new(framing: Framing, max_frame_bytes: usize) -> Self {
        let limit = max_frame_bytes;
        let reader = match framing {
            Framing::Whole => Reader::Whole(Whole { body: Vec::new(), limit }),
            Framing::ServerSentEvents => Reader::ServerSentEvents(ServerSentEvents::new(limit)),
            Framing::JsonLines => {
                Reader::JsonLines(JsonLines { lines: Lines::new(Ends::Lf, limit) })
            }
            Framing::AwsEventStream => Reader::AwsEventStream(AwsEventStream::new(limit)),
        };
        Self { reader, failed: None }
    }

    /// Takes the next bytes of the body and adds the frames that they complete to `out`.
    ///
    /// # Errors
    /// See [`DecodeError`].
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<Frame>) -> Result<(), DecodeError> {
        self.run(|reader| match reader {
            Reader::Whole(whole) => whole.push(bytes),
            Reader::ServerSentEvents(events) => events.push(bytes, out),
            Reader::JsonLines(documents) => documents.push(bytes, out),
            Reader::AwsEventStream(messages) => messages.push(bytes, out),
        })
    }

    /// The body ended. Adds what was held back to `out`.
    ///
    /// # Errors
    /// See [`DecodeError`].
    pub fn finish(&mut self, out: &mut Vec<Frame>) -> Result<(), DecodeError> {
        self.run(|reader| match reader {
            Reader::Whole(whole) => whole.finish(out),
            Reader::ServerSentEvents(events) => events.finish(out),
            Reader::JsonLines(documents) => documents.finish(out),
            Reader::AwsEventStream(messages) => messages.finish(),
        })
    }

    fn run(
        &mut self,
        step: impl FnOnce(&mut Reader) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        step(&mut self.reader).inspect_err(|error| self.failed = Some(error.clone()))
    }
}

impl Whole {
    fn push(&mut self, bytes: &[u8]) -> Result<(), DecodeError> {
        if bytes.len() > self.limit.saturating_sub(self.body.len()) {
            return Err(DecodeError::TooLarge { limit: self.limit });
        }
        self.body.extend_from_slice(bytes);
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<Frame>) -> Result<(), DecodeError> {
        let mut body = std::mem::take(&mut self.body);
        if body.starts_with(BOM) {
            body.drain(..BOM.len());
        }
        let data = String::from_utf8(body).map_err(|_| DecodeError::Utf8)?;
        out.push(Frame { name: None, data });
        Ok(())
    }
}

impl JsonLines {
    fn push(&mut self, bytes: &[u8], out: &mut Vec<Frame>) -> Result<(), DecodeError> {
        self.lines.push(bytes, |line| document(line, out))
    }

    fn finish(&mut self, out: &mut Vec<Frame>) -> Result<(), DecodeError> {
        self.lines.finish(|line| document(line, out))
    }
}

fn document(line: &[u8], out: &mut Vec<Frame>) -> Result<(), DecodeError> {
    let line = line.trim_ascii();
    if !line.is_empty() {
        out.push(Frame { name: None, data: text(line)?.to_owned() });
    }
    Ok(())
}

fn text(bytes: &[u8]) -> Result<&str, DecodeError> {
    std::str::from_utf8(bytes).map_err(|_| DecodeError::Utf8)
}

/// The frames of a complete body that arrives in pieces, cut at the offsets `cuts` (in any order;
/// offsets beyond the end mean nothing). The pure entry for property tests and fuzzing.
///
/// # Errors
/// See [`DecodeError`].
pub fn decode_all(
    framing: Framing,
    bytes: &[u8],
    cuts: &[usize],
) -> Result<Vec<Frame>, DecodeError> {
    let mut cuts: Vec<usize> = cuts.iter().copied().filter(|&cut| cut < bytes.len()).collect();
    cuts.sort_unstable();
    let mut decoder = Decoder::new(framing, MAX_FRAME_BYTES);
    let mut frames = Vec::new();
    let mut rest = bytes;
    let mut taken = 0;
    for cut in cuts {
        let (head, tail) = rest.split_at(cut - taken);
        decoder.push(head, &mut frames)?;
        rest = tail;
        taken = cut;
    }
    decoder.push(rest, &mut frames)?;
    decoder.finish(&mut frames)?;
    Ok(frames)
}
