//! How an answer ended, in the words of all servers (rules A6, A8).

use serde_json::{Value, json};

use super::chunk::BaseResponse;
use crate::failure;
use crate::types::{Failure, FailureKind, FinishReason};

/// Finish words that say that the answer is not whole.
pub(crate) const BROKEN: &[&str] =
    &["error", "network_error", "insufficient_system_resource", "abort"];

/// What a finish word means. `native` is the word of the vendor behind a gateway, `stop` the stop
/// sequence that was met.
pub(crate) fn reason(word: &str, native: &str, stop: Option<&str>) -> FinishReason {
    match word {
        "length" | "max_tokens" => FinishReason::MaxTokens,
        "model_length" | "model_context_window_exceeded" => FinishReason::ContextFull,
        "content_filter" | "refusal" | "safety" | "sensitive" => FinishReason::Refusal,
        _ if native == "refusal" => FinishReason::Refusal,
        _ if stop.is_some() => FinishReason::StopSequence(stop.map(str::to_owned)),
        _ if native == "stop_sequence" => FinishReason::StopSequence(None),
        "tool_calls" | "function_call" | "tool_use" => FinishReason::ToolCalls,
        "stop" | "end_turn" | "eos" => FinishReason::EndTurn,
        other => FinishReason::Other(other.to_owned()),
    }
}

/// The failure behind a word of [`BROKEN`].
pub(crate) fn broken(word: &str) -> Failure {
    let kind = match word {
        "insufficient_system_resource" => FailureKind::Overloaded,
        _ => FailureKind::ProviderError,
    };
    failure::new(kind, format!("the provider broke off its answer: {word}"))
}

/// Whether an error stands beside the answer.
pub(crate) fn is_error(base: &BaseResponse<'_>) -> bool {
    !matches!(&*base.status_code.0, "" | "0")
}

/// That error as an error document.
pub(crate) fn document(base: &BaseResponse<'_>) -> Value {
    json!({ "error": { "code": base.status_code.0, "message": base.status_msg.0 } })
}
