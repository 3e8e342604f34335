//! Why an answer ended (rules A6, A8).
//!
//! <https://ai.google.dev/api/generate-content#FinishReason>, as of 2026-11-21. A call that the
//! model got wrong is a failure that another try may make good: an empty answer in its place would
//! end a client's work as if it were done.

use crate::{Event, Failure, FailureKind, FinishReason, failure};

use super::chunk::Feedback;

/// The event for a reason, given as a word or a number. `said`: the answer holds something;
/// `called`: a call.
pub(crate) fn event(reason: &str, message: Option<&str>, said: bool, called: bool) -> Event {
    let finished = match reason {
        "STOP" | "1" if called => FinishReason::ToolCalls,
        "STOP" | "1" => FinishReason::EndTurn,
        "MAX_TOKENS" | "2" => FinishReason::MaxTokens,
        _ if filtered(reason) => FinishReason::Refusal,
        _ if broken(reason) || !said => return Event::Failed(failed(reason, message)),
        other => FinishReason::Other(other.to_owned()),
    };
    Event::Finished(finished)
}

/// Whether the word says that there is no reason yet.
pub(crate) fn is_open(reason: &str) -> bool {
    matches!(reason, "" | "FINISH_REASON_UNSPECIFIED" | "0")
}

/// Whether a filter ended the answer. As numbers both services agree on these.
pub(crate) fn filtered(reason: &str) -> bool {
    const WORDS: &[&str] = &[
        "SAFETY",
        "RECITATION",
        "LANGUAGE",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
        "MODEL_ARMOR",
        "IMAGE_SAFETY",
        "IMAGE_PROHIBITED_CONTENT",
        "IMAGE_RECITATION",
        "3",
        "4",
        "6",
        "7",
        "8",
    ];
    WORDS.contains(&reason)
}

/// Whether the model, or Google, got it wrong.
fn broken(reason: &str) -> bool {
    const WORDS: &[&str] = &[
        "MALFORMED_FUNCTION_CALL",
        "UNEXPECTED_TOOL_CALL",
        "TOO_MANY_TOOL_CALLS",
        "MISSING_THOUGHT_SIGNATURE",
        "MALFORMED_RESPONSE",
    ];
    WORDS.contains(&reason)
}

fn failed(reason: &str, message: Option<&str>) -> Failure {
    let detail = message.map(|message| format!(": {message}")).unwrap_or_default();
    let what = if broken(reason) { "the model's answer cannot be used" } else { "no answer came" };
    Failure {
        code: Some(reason.to_owned()),
        ..failure::new(FailureKind::ProviderError, format!("{what} ({reason}){detail}"))
    }
}

/// The failure of a prompt that was blocked.
pub(crate) fn blocked(feedback: &Feedback<'_>) -> Option<Failure> {
    let reason = feedback.reason.as_option().filter(|reason| {
        !matches!(*reason, "BLOCK_REASON_UNSPECIFIED" | "BLOCKED_REASON_UNSPECIFIED" | "0")
    })?;
    let detail = feedback.message.as_option().map(|message| format!(": {message}"));
    let message = format!("the prompt was blocked ({reason}){}", detail.unwrap_or_default());
    Some(Failure {
        code: Some(reason.to_owned()),
        ..failure::new(FailureKind::ContentFiltered, message)
    })
}
