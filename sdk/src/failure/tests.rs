//! Tests of failures from providers' answers.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::{from_document, from_response, retry_after};
use crate::types::{ContextSize, Failure, FailureKind, Header, HttpResponse, Retry};

fn header(name: &str, value: &str) -> Header {
    Header { name: name.into(), value: value.into() }
}

fn answer(status: u16, body: &str) -> Failure {
    from_response(&HttpResponse { status, headers: Vec::new(), body: body.as_bytes().to_vec() })
}

#[test]
fn d01_every_shape_gives_its_message_and_kind() {
    use FailureKind::*;
    let table = [
        (
            400,
            r#"{"error":{"message":"bad temperature","type":"x","code":null}}"#,
            InvalidRequest,
            "bad temperature",
        ),
        (
            401,
            r#"{"error":{"message":"Incorrect API key provided","code":"401"}}"#,
            Authentication,
            "Incorrect API key provided",
        ),
        (402, r#"{"error":"no money"}"#, Billing, "no money"),
        (
            404,
            r#"{"code":"model_missing","message":"no such model","type":"t"}"#,
            NotFound,
            "no such model",
        ),
        (404, r#"{"detail":"Not Found"}"#, NotFound, "Not Found"),
        (
            422,
            r#"{"detail":[{"loc":["body"],"msg":"field required"}]}"#,
            InvalidRequest,
            "field required",
        ),
        (
            400,
            r#"[{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT"}}]"#,
            Authentication,
            "API key not valid.",
        ),
        (429, r#"{"error":{"message":"slow down"}}"#, RateLimited, "slow down"),
        (
            429,
            r#"{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}"#,
            Billing,
            "current quota",
        ),
        (
            400,
            r#"{"error":{"message":"filtered","code":"content_filter","innererror":{}}}"#,
            ContentFiltered,
            "filtered",
        ),
        (500, "", ProviderError, "status 500"),
        (500, r#"{"error":{"message":"The server is overloaded"}}"#, Overloaded, "overloaded"),
        (
            502,
            "<html><head><style>p{}</style><title>Bad Gateway</title></head><body><h1>502</h1></body></html>",
            ProviderError,
            "Bad Gateway 502",
        ),
        (503, "no healthy upstream", Overloaded, "no healthy upstream"),
        (413, "{}", RequestTooLarge, "413"),
        (504, "null", Timeout, "504"),
        (302, "", ProviderError, "302"),
    ];
    for (status, body, kind, message) in table {
        let failure = answer(status, body);
        assert_eq!(failure.kind, kind, "{status} {body}");
        assert!(failure.message.contains(message), "{status} {body}: {}", failure.message);
    }
}

#[test]
fn d02_overflow_is_told_with_its_numbers() {
    let table = [
        (
            r#"{"error":{"message":"This model's maximum context length is 128000 tokens. However, your messages resulted in 130001 tokens.","code":"context_length_exceeded"}}"#,
            Some(130_001),
            Some(128_000),
        ),
        (
            r#"{"error":{"message":"This model's maximum context length is 8,192 tokens. However, you requested 9,000 tokens (8,000 in the messages, 1,000 in the completion)."}}"#,
            Some(9000),
            Some(8192),
        ),
        (
            r#"{"error":{"code":400,"message":"the request exceeds the available context size, try increasing it","type":"exceed_context_size_error","n_prompt_tokens":4100,"n_ctx":4096}}"#,
            Some(4100),
            Some(4096),
        ),
        (
            r#"{"error":"prompt is too long: 210000 tokens > 200000 maximum"}"#,
            Some(210_000),
            Some(200_000),
        ),
        (r#"{"error":{"message":"Input is too long for requested model."}}"#, None, None),
        (
            r#"{"error":{"code":400,"message":"The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).","status":"INVALID_ARGUMENT"}}"#,
            Some(1_196_265),
            Some(1_048_575),
        ),
        (
            r#"{"error":{"code":400,"message":"Unable to submit request because the input token count is 32769 but model only supports up to 32768.","status":"INVALID_ARGUMENT"}}"#,
            Some(32_769),
            Some(32_768),
        ),
        (
            r#"{"error":{"message":"Your input exceeds the context window of this model. Please adjust your input and try again."}}"#,
            None,
            None,
        ),
    ];
    for (body, tokens, limit) in table {
        let failure = answer(400, body);
        assert_eq!(failure.kind, FailureKind::ContextTooLong, "{body}");
        assert_eq!(failure.context, Some(ContextSize { tokens, limit }), "{body}");
    }
    assert_ne!(
        answer(429, r#"{"error":"too many tokens per minute"}"#).kind,
        FailureKind::ContextTooLong
    );
}

#[test]
fn an_error_in_a_200_is_judged_by_its_own_code() {
    let table = [
        (r#"{"error":{"code":429,"message":"x"}}"#, FailureKind::RateLimited),
        (
            r#"{"error":{"code":"tool_use_failed","status_code":400,"message":"x"}}"#,
            FailureKind::InvalidRequest,
        ),
        (r#"{"error":{"message":"Rate limit reached"}}"#, FailureKind::RateLimited),
        (r#"{"error":{"message":"something broke"}}"#, FailureKind::ProviderError),
        (
            r#"{"object":"error","message":"x","code":"3051","raw_status_code":400}"#,
            FailureKind::InvalidRequest,
        ),
    ];
    for (body, kind) in table {
        assert_eq!(from_document(0, &serde_json::from_str(body).unwrap()).kind, kind, "{body}");
    }
}

#[test]
fn d03_waits_come_from_the_headers() {
    assert_eq!(retry_after(&[header("Retry-After", "2")]), Some(2000));
    assert_eq!(
        retry_after(&[header("retry-after", "1"), header("retry-after-ms", "0")]),
        Some(1000)
    );
    assert_eq!(retry_after(&[header("retry-after-ms", "150.5")]), Some(151));
    assert_eq!(retry_after(&[header("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT")]), None);
    assert_eq!(retry_after(&[header("retry-after", "-1")]), None);
    let limited = HttpResponse {
        status: 429,
        headers: vec![header("retry-after", "7")],
        body: br#"{"error":{"message":"slow down"}}"#.to_vec(),
    };
    assert_eq!(from_response(&limited).retry, Retry::After(7000));
    assert_eq!(answer(400, "{}").retry, Retry::Never);
    assert_eq!(answer(409, "{}").retry, Retry::Again);
}
