#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use clasp_model::{Frame, Framing};
use proptest::prelude::*;

use super::aws::crc32;
use super::{DecodeError, Decoder, decode_all};

const SSE: Framing = Framing::ServerSentEvents;

fn frame(name: &str, data: &str) -> Frame {
    Frame { name: (!name.is_empty()).then(|| name.to_owned()), data: data.to_owned() }
}

/// The frames of `body`, which must be the same whole, byte by byte, and cut once anywhere.
fn all_cuts(framing: Framing, body: &[u8]) -> Result<Vec<Frame>, DecodeError> {
    let whole = decode_all(framing, body, &[]);
    let every: Vec<usize> = (0..body.len()).collect();
    assert_eq!(decode_all(framing, body, &every), whole, "cut at every byte");
    for cut in 0..body.len() {
        assert_eq!(decode_all(framing, body, &[cut]), whole, "cut at {cut}");
    }
    whole
}

fn sse(body: &str) -> Vec<Frame> {
    all_cuts(SSE, body.as_bytes()).unwrap()
}

#[test]
fn a14_line_ends() {
    for end in ["\n", "\r", "\r\n"] {
        let body = "event: a\ndata: one\n\ndata: two\ndata: three\n\n".replace('\n', end);
        assert_eq!(sse(&body), [frame("a", "one"), frame("", "two\nthree")], "{end:?}");
    }
    assert_eq!(sse("data: one\r\n\r\ndata: two\r\r"), [frame("", "one"), frame("", "two")]);
}

#[test]
fn a14_an_event_is_given_as_soon_as_its_blank_line_begins() {
    let mut decoder = Decoder::new(SSE, 100);
    let mut out = Vec::new();
    decoder.push(b"data: x\r\n\r", &mut out).unwrap();
    assert_eq!(out, [frame("", "x")]);
    decoder.push(b"\ndata: y\n", &mut out).unwrap();
    assert_eq!(out.len(), 1);
    decoder.push(b"\n", &mut out).unwrap();
    assert_eq!(out.len(), 2);
}

#[test]
fn a14_fields_comments_and_blanks() {
    let body = "\u{feff}: hello\nid: 7\nretry: 10\nevent:ping\ndata:{\"a\":1}\n\n\n\nevent: lonely\n\ndata\n\n\
                data:  two blanks\n\ndata: a: b\nunknown: x\n\n:\n\n";
    assert_eq!(
        sse(body),
        [frame("ping", "{\"a\":1}"), frame("", ""), frame("", " two blanks"), frame("", "a: b")]
    );
}

#[test]
fn a14_text_split_within_a_character() {
    assert_eq!(sse("data: Grüße 🙂\n\n"), [frame("", "Grüße 🙂")]);
}

#[test]
fn a14_the_last_event_needs_no_blank_line() {
    assert_eq!(sse("data: a\n\nevent: e\ndata: b"), [frame("", "a"), frame("e", "b")]);
    assert_eq!(sse("data: b\n"), [frame("", "b")]);
    assert_eq!(sse(""), []);
}

#[test]
fn a14_text_must_be_utf8() {
    assert_eq!(all_cuts(SSE, b"data: \xff\n\n"), Err(DecodeError::Utf8));
    assert_eq!(all_cuts(Framing::Whole, b"\xc3"), Err(DecodeError::Utf8));
    assert_eq!(all_cuts(Framing::JsonLines, b"\xc3\n"), Err(DecodeError::Utf8));
    // Nobody reads comments.
    assert_eq!(all_cuts(SSE, b": \xff\ndata: a\n\n"), Ok(vec![frame("", "a")]));
}

#[test]
fn a14_json_instead_of_events_is_kept() {
    let document = "{\n  \"error\": {\n    \"code\": 503\n  }\n}";
    assert_eq!(sse(document), [frame("", document)]);
    assert_eq!(sse("{\"error\":\"busy\"}\n"), [frame("", "{\"error\":\"busy\"}")]);
    let mixed = format!("data: {{}}\r\n\r\n{document}\r\n\r\n");
    assert_eq!(sse(&mixed), [frame("", "{}"), frame("", document)]);
    assert_eq!(sse("<html>\n<body>\n"), []);
}

#[test]
fn json_lines_and_whole() {
    let body = "\u{feff}{\"a\":1}\r\n\n  {\"b\":2} \n{\"c\":3}";
    assert_eq!(
        all_cuts(Framing::JsonLines, body.as_bytes()).unwrap(),
        [frame("", "{\"a\":1}"), frame("", "{\"b\":2}"), frame("", "{\"c\":3}")]
    );
    assert_eq!(
        all_cuts(Framing::Whole, "\u{feff}{\n}\n".as_bytes()).unwrap(),
        [frame("", "{\n}\n")]
    );
    assert_eq!(all_cuts(Framing::Whole, b"").unwrap(), [frame("", "")]);
}

#[test]
fn frames_over_the_limit_are_refused_for_good() {
    let too_large = Err(DecodeError::TooLarge { limit: 10 });
    for (framing, body) in [
        (SSE, "data: 1234567"),
        (SSE, "data: 1234\ndata: 1234\ndata: 1\n\n"),
        (SSE, "{\n12345\n12345\n"),
        (Framing::JsonLines, "12345678901"),
        (Framing::Whole, "12345678901"),
    ] {
        let mut decoder = Decoder::new(framing, 10);
        let mut out = Vec::new();
        let result = body.bytes().try_for_each(|byte| decoder.push(&[byte], &mut out));
        assert_eq!(result, too_large, "{body:?}");
        assert_eq!(decoder.push(b"\n\n", &mut out), too_large);
        assert_eq!(decoder.finish(&mut out), too_large);
        assert_eq!(out, []);
        assert_eq!(Decoder::new(framing, 10).push(body.as_bytes(), &mut out), too_large);
    }
    let mut decoder = Decoder::new(SSE, 10);
    let mut out = Vec::new();
    for _ in 0..10 {
        decoder.push(b"data: 1234\n\n", &mut out).unwrap();
    }
    assert_eq!(out.len(), 10);
}

fn message(headers: &[(&str, &str)], payload: &str) -> Vec<u8> {
    let mut head = Vec::new();
    for (name, value) in headers {
        head.push(name.len() as u8);
        head.extend(name.bytes());
        head.push(7);
        head.extend((value.len() as u16).to_be_bytes());
        head.extend(value.bytes());
    }
    // Headers of other types are stepped over.
    for (kind, length) in [(0, 0), (1, 0), (2, 1), (3, 2), (4, 4), (5, 8), (8, 8), (9, 16)] {
        head.extend([1, b'h', kind]);
        head.extend(vec![0; length]);
    }
    head.extend([1, b'h', 6, 0, 1, 0]);
    let total = 16 + head.len() + payload.len();
    let mut message = Vec::new();
    message.extend((total as u32).to_be_bytes());
    message.extend((head.len() as u32).to_be_bytes());
    message.extend(crc32(&message).to_be_bytes());
    message.extend(head);
    message.extend(payload.bytes());
    message.extend(crc32(&message).to_be_bytes());
    message
}

#[test]
fn aws_event_stream_messages() {
    assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    let mut body =
        message(&[(":message-type", "event"), (":event-type", "chunk")], "{\"text\":\"ü\"}");
    body.extend(message(&[(":event-type", "stop"), (":content-type", "application/json")], ""));
    body.extend(message(
        &[(":message-type", "exception"), (":exception-type", "throttlingException")],
        "{}",
    ));
    body.extend(message(
        &[(":message-type", "error"), (":error-code", "Internal"), (":error-message", "sorry")],
        "",
    ));
    assert_eq!(
        all_cuts(Framing::AwsEventStream, &body).unwrap(),
        [
            frame("chunk", "{\"text\":\"ü\"}"),
            frame("stop", ""),
            frame("throttlingException", "{}"),
            frame("Internal", "sorry"),
        ]
    );
}

#[test]
fn aws_event_stream_faults() {
    let good = message(&[(":event-type", "chunk")], "{}");
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1;
        assert_eq!(
            all_cuts(Framing::AwsEventStream, &bad),
            Err(DecodeError::Checksum),
            "byte {at} flipped"
        );
    }
    for length in 1..good.len() {
        let cut = decode_all(Framing::AwsEventStream, &good[..length], &[]);
        assert_eq!(cut, Err(DecodeError::Truncated));
    }
    let mut long = Vec::from(u32::MAX.to_be_bytes());
    long.extend([0; 4]);
    long.extend(crc32(&long).to_be_bytes());
    let result = decode_all(Framing::AwsEventStream, &long, &[]);
    assert!(matches!(result, Err(DecodeError::TooLarge { .. })), "{result:?}");
    let mut short = Vec::from([0, 0, 0, 15, 0, 0, 0, 0]);
    short.extend(crc32(&short).to_be_bytes());
    let result = decode_all(Framing::AwsEventStream, &short, &[]);
    assert!(matches!(result, Err(DecodeError::Message(_))), "{result:?}");
}

fn framings() -> impl Strategy<Value = Framing> {
    prop_oneof![
        Just(Framing::Whole),
        Just(SSE),
        Just(Framing::JsonLines),
        Just(Framing::AwsEventStream),
    ]
}

fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"data: ".to_vec()),
        Just(b"event:".to_vec()),
        Just(b":".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"{".to_vec()),
        Just("\u{feff}".as_bytes().to_vec()),
        Just("ü🙂".as_bytes().to_vec()),
        Just(message(&[(":event-type", "e")], "x")),
        "[a-z {}\":]{0,8}".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..4),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_cut_gives_the_same_frames(
        framing in framings(),
        body in bodies(),
        cuts in proptest::collection::vec(0_usize..200, 0..20),
    ) {
        prop_assert_eq!(decode_all(framing, &body, &cuts), decode_all(framing, &body, &[]));
    }

    #[test]
    fn events_come_back_as_written(
        events in proptest::collection::vec(("[a-z]{0,5}", "[^\r\u{0}]{0,40}"), 0..8),
        end in prop_oneof![Just("\n"), Just("\r"), Just("\r\n")],
        cuts in proptest::collection::vec(0_usize..400, 0..20),
    ) {
        let mut body = String::new();
        for (name, data) in &events {
            body.push_str(&format!("event: {name}{end}"));
            for line in data.split('\n') {
                body.push_str(&format!("data: {line}{end}"));
            }
            body.push_str(end);
        }
        let expected: Vec<Frame> = events.iter().map(|(name, data)| frame(name, data)).collect();
        prop_assert_eq!(decode_all(SSE, body.as_bytes(), &cuts).unwrap(), expected);
    }
}
