//! The body of a request, as the pieces that go out: payloads are spliced in while sending, base64
//! as a slice of the client's own body, everything else in pieces of at most 64 KiB.

#[cfg(test)]
mod tests;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use clasp_model::{Blob, ByteString, Encoding, Segment};

/// Pieces of a decoded or translated payload, in base64 digits; whole groups of four.
const PIECE: usize = 64 * 1024;

/// Providers and clients differ in padding and in unused bits; the digits are what counts.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// A payload that is not base64.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a payload of type {media_type:?} is not valid base64 near byte {offset}")]
pub struct RopeError {
    /// The payload's media type.
    pub media_type: String,
    /// Where in the base64 text, in bytes.
    pub offset: usize,
}

/// The pieces of a body, in order; none is empty. A clone made before the first piece sends the
/// whole body once more, for no copy of it.
#[derive(Clone, Debug)]
pub struct Chunks {
    segments: std::vec::IntoIter<Segment>,
    current: Option<Current>,
}

/// A payload that is sent in several pieces.
#[derive(Clone, Debug)]
struct Current {
    blob: Blob,
    decode: bool,
    at: usize,
}

/// The pieces of a body. After an error there are no more.
pub fn chunks(segments: &[Segment]) -> Chunks {
    let segments: Vec<Segment> = segments.to_vec();
    Chunks { segments: segments.into_iter(), current: None }
}

/// The length of a body in bytes.
pub fn len(segments: &[Segment]) -> u64 {
    segments.iter().map(Segment::len).sum()
}

/// Checks that every payload is base64, which [`chunks`] does only for those that it decodes.
///
/// # Errors
/// The first payload that is not.
pub fn validate(segments: &[Segment]) -> Result<(), RopeError> {
    let mut buffer = Vec::new();
    for segment in segments {
        let Segment::Blob(blob, _) = segment else { continue };
        let mut at = 0;
        while at < blob.base64.len() {
            buffer.clear();
            at = decode(blob, at, &mut buffer)?;
        }
    }
    Ok(())
}

impl Iterator for Chunks {
    type Item = Result<Bytes, RopeError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(mut current) = self.current.take() {
                if current.at < current.blob.base64.len() {
                    let piece = current.piece();
                    match &piece {
                        Ok(_) => self.current = Some(current),
                        Err(_) => self.segments = Vec::new().into_iter(),
                    }
                    return Some(piece);
                }
                continue;
            }
            let bytes = match self.segments.next()? {
                Segment::Bytes(bytes) => bytes,
                Segment::Blob(blob, Encoding::Base64) => blob.base64.into_bytes(),
                Segment::Blob(blob, encoding) => {
                    let decode = encoding == Encoding::Identity;
                    self.current = Some(Current { blob, decode, at: 0 });
                    continue;
                }
            };
            if !bytes.is_empty() {
                return Some(Ok(bytes));
            }
        }
    }
}

impl Current {
    fn piece(&mut self) -> Result<Bytes, RopeError> {
        let mut piece;
        if self.decode {
            piece = Vec::with_capacity(PIECE / 4 * 3);
            self.at = decode(&self.blob, self.at, &mut piece)?;
        } else {
            let (text, end) = digits(&self.blob.base64, self.at);
            piece = text.to_vec();
            for digit in &mut piece {
                match *digit {
                    b'+' => *digit = b'-',
                    b'/' => *digit = b'_',
                    _ => {}
                }
            }
            self.at = end;
        }
        Ok(piece.into())
    }
}

/// Decodes one piece from `at` on and says where it ends.
fn decode(blob: &Blob, at: usize, out: &mut Vec<u8>) -> Result<usize, RopeError> {
    let error = |offset| RopeError { media_type: blob.media_type.clone(), offset };
    let (text, end) = digits(&blob.base64, at);
    if end < blob.base64.len() && text.last() == Some(&b'=') {
        return Err(error(end));
    }
    BASE64.decode_vec(text, out).map_err(|fault| match fault {
        base64::DecodeError::InvalidByte(offset, _)
        | base64::DecodeError::InvalidLastSymbol(offset, _) => error(at + offset),
        base64::DecodeError::InvalidLength(_) | base64::DecodeError::InvalidPadding => error(end),
    })?;
    Ok(end)
}

fn digits(base64: &ByteString, at: usize) -> (&[u8], usize) {
    let end = at.saturating_add(PIECE).min(base64.len());
    (base64.as_bytes().get(at..end).unwrap_or_default(), end)
}
