//! `application/vnd.amazon.eventstream`
//! (<https://docs.aws.amazon.com/transcribe/latest/dg/event-stream.html>, seen 2026-11).
//!
//! A message is: its length, the length of its headers, a CRC-32 of these eight bytes, headers,
//! payload, a CRC-32 of all before it. Both checksums are checked. The frame's name is the
//! `:event-type`, or the `:exception-type`, or the `:error-code`, by `:message-type`.

use clasp_model::Frame;

use super::{DecodeError, text};

/// Lengths and their checksum.
const PRELUDE: usize = 12;
/// The prelude and the checksum at the end.
const OVERHEAD: usize = PRELUDE + 4;

#[derive(Debug)]
pub(super) struct AwsEventStream {
    partial: Vec<u8>,
    limit: usize,
}

#[derive(Default)]
struct Headers<'a> {
    message_type: &'a str,
    event_type: &'a str,
    exception_type: &'a str,
    error_code: &'a str,
    error_message: &'a str,
}

impl AwsEventStream {
    pub(super) fn new(limit: usize) -> Self {
        Self { partial: Vec::new(), limit }
    }

    pub(super) fn push(
        &mut self,
        mut bytes: &[u8],
        out: &mut Vec<Frame>,
    ) -> Result<(), DecodeError> {
        loop {
            if self.partial.is_empty() {
                // Messages that lie within one piece are read in place.
                match self.total(bytes)? {
                    Some(total) if bytes.len() >= total => {
                        let (message, rest) = bytes.split_at(total);
                        out.push(frame(message)?);
                        bytes = rest;
                        continue;
                    }
                    _ => {
                        self.partial.extend_from_slice(bytes);
                        return Ok(());
                    }
                }
            }
            let wanted = self.total(&self.partial)?.unwrap_or(PRELUDE);
            let missing = wanted.saturating_sub(self.partial.len()).min(bytes.len());
            let (head, rest) = bytes.split_at(missing);
            self.partial.extend_from_slice(head);
            bytes = rest;
            match self.total(&self.partial)? {
                Some(total) if self.partial.len() >= total => {
                    out.push(frame(&self.partial)?);
                    self.partial.clear();
                }
                _ if bytes.is_empty() => return Ok(()),
                _ => {}
            }
        }
    }

    pub(super) fn finish(&mut self) -> Result<(), DecodeError> {
        if self.partial.is_empty() { Ok(()) } else { Err(DecodeError::Truncated) }
    }

    /// The length of the message that begins here, once its prelude has come.
    fn total(&self, bytes: &[u8]) -> Result<Option<usize>, DecodeError> {
        let Some((prelude, _)) = bytes.split_at_checked(PRELUDE) else { return Ok(None) };
        let (lengths, checksum) = prelude.split_at(8);
        if read_u32(checksum) != crc32(lengths) {
            return Err(DecodeError::Checksum);
        }
        let (total, headers) = lengths.split_at(4);
        let (total, headers) = (read_u32(total) as usize, read_u32(headers) as usize);
        if total < OVERHEAD || headers > total - OVERHEAD {
            return Err(DecodeError::Message("its lengths contradict each other"));
        }
        if total > self.limit {
            return Err(DecodeError::TooLarge { limit: self.limit });
        }
        Ok(Some(total))
    }
}

/// The frame of one complete message, whose prelude has been checked.
fn frame(message: &[u8]) -> Result<Frame, DecodeError> {
    let (body, checksum) = message.split_at(message.len() - 4);
    if read_u32(checksum) != crc32(body) {
        return Err(DecodeError::Checksum);
    }
    let (prelude, rest) = body.split_at(PRELUDE);
    let length = prelude.get(4..8).map_or(0, read_u32) as usize;
    let (headers, payload) = rest.split_at(length);
    let headers = Headers::read(headers)?;
    let mut data = text(payload)?.to_owned();
    let name = match headers.message_type {
        "exception" => headers.exception_type,
        "error" => {
            if data.is_empty() {
                data = headers.error_message.to_owned();
            }
            headers.error_code
        }
        _ => headers.event_type,
    };
    let name = (!name.is_empty()).then(|| name.to_owned());
    Ok(Frame { name, data })
}

impl<'a> Headers<'a> {
    fn read(mut bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut headers = Self::default();
        while !bytes.is_empty() {
            let name_length = take(&mut bytes, 1)?.first().map_or(0, |&length| length.into());
            let name = text(take(&mut bytes, name_length)?)?;
            let kind = take(&mut bytes, 1)?.first().copied();
            let length = match kind {
                Some(0 | 1) => 0,
                Some(2) => 1,
                Some(3) => 2,
                Some(4) => 4,
                Some(5 | 8) => 8,
                Some(6 | 7) => take(&mut bytes, 2)?
                    .iter()
                    .fold(0, |length, &byte| length << 8 | usize::from(byte)),
                Some(9) => 16,
                _ => return Err(DecodeError::Message("a header of unknown type")),
            };
            let value = take(&mut bytes, length)?;
            if kind != Some(7) {
                continue;
            }
            let value = text(value)?;
            match name {
                ":message-type" => headers.message_type = value,
                ":event-type" => headers.event_type = value,
                ":exception-type" => headers.exception_type = value,
                ":error-code" => headers.error_code = value,
                ":error-message" => headers.error_message = value,
                _ => {}
            }
        }
        Ok(headers)
    }
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Result<&'a [u8], DecodeError> {
    let (head, rest) = bytes
        .split_at_checked(length)
        .ok_or(DecodeError::Message("a header that runs over the others' end"))?;
    *bytes = rest;
    Ok(head)
}

fn read_u32(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, &byte| number << 8 | u32::from(byte))
}

/// CRC-32 as in IEEE 802.3, the one of zlib.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut index = 0;
        while index < 256 {
            let mut entry = index as u32;
            let mut bit = 0;
            while bit < 8 {
                entry = if entry & 1 == 1 { entry >> 1 ^ 0xEDB8_8320 } else { entry >> 1 };
                bit += 1;
            }
            table[index] = entry;
            index += 1;
        }
        table
    };
    !bytes.iter().fold(!0, |crc: u32, &byte| {
        let index = (crc as u8 ^ byte) as usize;
        crc >> 8 ^ TABLE[index]
    })
}
