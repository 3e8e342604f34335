//! What goes wrong when a marker says so. Errors have OpenAI's envelope, so faults are played over
//! Chat Completions.

use super::Marker;
use crate::support::upstream::{Answer, Break, Point};

/// `answer`, gone wrong.
pub(super) fn of(fault: &str, marker: &Marker, answer: Answer) -> Answer {
    let at = marker.number("after").unwrap_or(3);
    let broken = |how: Break| answer.clone().broken(Point::Frames(at), how);
    match fault {
        "cut" => broken(Break::Close),
        "clean-cut" => broken(Break::Clean),
        "reset" => broken(Break::Reset),
        "stall" => broken(Break::Stall),
        // It stands in the answer already.
        "error" => answer,
        "no-answer" => Answer::never(),
        "reset-at-once" => Answer::reset(),
        "html" => Answer::body(502, "text/html", "<html><body>Bad Gateway</body></html>"),
        "overflow" => Answer::error(
            400,
            "This model's maximum context length is 128000 tokens. However, your messages \
             resulted in 208310 tokens. Please reduce the length of the messages.",
            "invalid_request_error",
            Some("context_length_exceeded"),
        ),
        "429" => Answer::error(
            429,
            "Rate limit reached for requests",
            "requests",
            Some("rate_limit_exceeded"),
        )
        .header("retry-after", marker.keys.get("retry").map_or("1", String::as_str)),
        "401" => Answer::error(
            401,
            "Incorrect API key provided: sk-proj-********abcd.",
            "invalid_request_error",
            Some("invalid_api_key"),
        ),
        "404" => Answer::error(
            404,
            "The model does not exist or you do not have access to it.",
            "invalid_request_error",
            Some("model_not_found"),
        ),
        status => {
            let status = status.parse().unwrap_or(500);
            let kind = if status < 500 { "invalid_request_error" } else { "server_error" };
            Answer::error(status, "Scripted failure", kind, None)
        }
    }
}
