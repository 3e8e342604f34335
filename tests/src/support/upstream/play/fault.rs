//! What goes wrong when a marker says so. `refused` and `busy` are errors of the API that was
//! asked; all others have OpenAI's envelope, so they are played over Chat Completions.

use super::{Api, Marker};
use crate::support::upstream::{Answer, Break, Point};

/// `answer`, gone wrong. `after` says where it breaks off: behind so many frames, or within a
/// whole answer behind so many `bytes`.
pub(super) fn of(fault: &str, marker: &Marker, api: &dyn Api, answer: Answer) -> Answer {
    let frames = Point::Frames(marker.number("after").unwrap_or(3));
    let at = marker.number("bytes").map_or(frames, Point::Bytes);
    let broken = |how: Break| answer.clone().broken(at, how);
    match fault {
        "refused" => api.refusal(super::REFUSED),
        "busy" => api.error(429, super::BUSY).header("retry-after", "30"),
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
