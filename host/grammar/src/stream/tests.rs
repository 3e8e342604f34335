use clasp_model::Dialect;
use serde_json::json;

use super::{Fault, LIMIT, stream};

const CHUNKS: &str = r#"data: {"id":"i","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"a"},"logprobs":null,"finish_reason":null}]}

: ping

data: {"id":"i","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}

data: [DONE]

"#;

/// The first fault of these bytes, told in pieces of `size`.
fn fault(dialect: Dialect, bytes: &[u8], size: usize) -> Option<Fault> {
    let mut checker = stream(dialect);
    let found = bytes.chunks(size).find_map(|piece| checker.push(piece));
    assert_eq!(found.is_none(), checker.is_checking());
    match found {
        Some(fault) => {
            assert_eq!(checker.push(b"data: {}\n\n"), None, "told once");
            assert_eq!(checker.finish(), None, "told once");
            Some(fault)
        }
        None => checker.finish(),
    }
}

#[test]
fn a_good_stream_has_no_fault_however_it_is_cut() {
    for size in [1, 2, 7, 64, CHUNKS.len()] {
        assert_eq!(fault(Dialect::OpenaiChat, CHUNKS.as_bytes(), size), None);
    }
}

#[test]
fn the_first_fault_is_told_with_its_event() {
    let twice = CHUNKS.replace("[DONE]\n\n", "[DONE]\n\ndata: [DONE]\n\n");
    for size in [1, 7, 4096] {
        let found = fault(Dialect::OpenaiChat, twice.as_bytes(), size);
        let found = found.unwrap_or_else(|| unreachable!("nobody notices"));
        assert_eq!((found.event, found.what.as_str()), (3, "event 3: it comes after [DONE]"));
    }
    for dialect in [Dialect::AnthropicMessages, Dialect::OpenaiResponses] {
        let found = fault(dialect, CHUNKS.as_bytes(), 7);
        assert_eq!(found.map(|found| found.event), Some(0), "of another dialect");
    }
}

#[test]
fn a_stream_that_is_cut_off_is_noticed_at_its_end() {
    let finishes = CHUNKS.find("data: [DONE]").unwrap_or_default();
    let told = |end: usize| {
        let bytes = CHUNKS.as_bytes().get(..end).unwrap_or_default();
        fault(Dialect::OpenaiChat, bytes, 64).map(|fault| (fault.event, fault.what))
    };
    assert_eq!(told(finishes), Some((2, "stream: it ends without [DONE]".to_owned())));
    assert_eq!(told(finishes + 5), Some((2, "the stream ends within an event".to_owned())));
    assert_eq!(
        fault(Dialect::OpenaiChat, b"data: \xff\xff\n", 3).map(|fault| fault.event),
        Some(0)
    );
}

#[test]
fn beyond_the_limit_nothing_is_checked_or_kept() {
    let mut checker = stream(Dialect::OpenaiChat);
    let piece = vec![b'x'; 1024 * 1024];
    for _ in 0..LIMIT / piece.len() {
        assert_eq!(checker.push(&piece), None);
        assert!(checker.is_checking());
    }
    assert_eq!(checker.push(b"x"), None);
    assert!(!checker.is_checking());
    assert_eq!(checker.events.held(), 0);
    assert_eq!(checker.finish(), None);
}

#[test]
fn every_dialect_has_its_documents() {
    for dialect in [Dialect::AnthropicMessages, Dialect::OpenaiResponses, Dialect::OpenaiChat] {
        assert!(!crate::plain(dialect, &json!({})).is_empty());
        assert!(!crate::error(dialect, &json!({})).is_empty());
    }
}
