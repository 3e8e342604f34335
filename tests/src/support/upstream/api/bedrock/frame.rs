//! Messages of AWS's binary event stream: lengths, headers, payload, and a CRC-32 of each half
//! (<https://docs.aws.amazon.com/transcribe/latest/dg/event-stream.html>, seen 2026-11-21).

use bytes::Bytes;
use serde_json::Value;

/// The type of a header whose value is a text.
const TEXT: u8 = 7;

/// An event with that name.
pub(super) fn event(name: &str, payload: &Value) -> Bytes {
    let mut headers = Vec::new();
    for (header, value) in
        [(":event-type", name), (":content-type", "application/json"), (":message-type", "event")]
    {
        headers.push(u8::try_from(header.len()).unwrap());
        headers.extend_from_slice(header.as_bytes());
        headers.push(TEXT);
        headers.extend_from_slice(&u16::try_from(value.len()).unwrap().to_be_bytes());
        headers.extend_from_slice(value.as_bytes());
    }
    let payload = payload.to_string();
    // Both lengths, their sum, and the sum of everything before it.
    let whole = 12 + headers.len() + payload.len() + 4;
    let mut message = Vec::with_capacity(whole);
    message.extend_from_slice(&u32::try_from(whole).unwrap().to_be_bytes());
    message.extend_from_slice(&u32::try_from(headers.len()).unwrap().to_be_bytes());
    message.extend_from_slice(&crc32(&message).to_be_bytes());
    message.extend_from_slice(&headers);
    message.extend_from_slice(payload.as_bytes());
    message.extend_from_slice(&crc32(&message).to_be_bytes());
    message.into()
}

/// The CRC-32 of ISO 3309, as Ethernet and gzip have it.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| {
            (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg())
        })
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_sum_is_the_usual_one() {
        // The check value that catalogues of CRCs give for this one.
        assert_eq!(super::crc32(b"123456789"), 0xcbf4_3926);
    }
}
