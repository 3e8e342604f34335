//! What the server's errors mean, and what to do about them (rules D1–D3).
//!
//! <https://docs.ollama.com/api/errors>, as of 2026-11-21; the wordings are those of the server's
//! source.

use clasp_plugin::{ContextSize, Failure, FailureKind, HttpResponse, Retry, failure};
use serde_json::Value;

use crate::request::{INSTEAD_OF_TOOLS, State};

/// Reads an answer with an error status.
pub(crate) fn from_response(response: &HttpResponse, model: &str, state: &State) -> Failure {
    refine(failure::from_response(response), model, state)
}

/// Reads a line with an error.
pub(crate) fn in_stream(text: &str, model: &str, state: &State) -> Failure {
    let document = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
    refine(failure::from_document(0, &document), model, state)
}

fn refine(mut failure: Failure, model: &str, state: &State) -> Failure {
    let words = failure.message.to_lowercase();
    let says = |word: &str| words.contains(word);
    let mut advise = |advice: &str| {
        let joint = if failure.message.ends_with('.') { " " } else { "; " };
        failure.message = format!("{}{joint}{advice}", failure.message);
    };
    if says("does not support tools") {
        advise(INSTEAD_OF_TOOLS);
        become_kind(&mut failure, FailureKind::Unsupported, Retry::Elsewhere);
    } else if says("does not support thinking") {
        advise("turn thinking off for this model");
        become_kind(&mut failure, FailureKind::Unsupported, Retry::Elsewhere);
    } else if says("does not support") {
        become_kind(&mut failure, FailureKind::Unsupported, Retry::Elsewhere);
    } else if says("model") && says("not found") {
        advise(&format!("`ollama pull {model}` gets it, `ollama list` names those there are"));
        become_kind(&mut failure, FailureKind::NotFound, Retry::Elsewhere);
    } else if failure.kind == FailureKind::NotFound && says("page not found") {
        advise("the base URL is the server's address alone, without /v1");
    } else if says("requires more system memory") || says("out of memory") {
        advise("choose a smaller model, or set a smaller `num_ctx` for this provider");
        become_kind(&mut failure, FailureKind::ProviderError, Retry::Elsewhere);
    } else if says("unable to load model") || says("unsupported model") {
        become_kind(&mut failure, FailureKind::ProviderError, Retry::Elsewhere);
    } else if failure.kind == FailureKind::Authentication {
        advise("sign in with `ollama signin`, or set OLLAMA_API_KEY");
    } else if failure.kind == FailureKind::ContextTooLong {
        let size = failure.context.get_or_insert_with(ContextSize::default);
        size.limit = size.limit.or(state.num_ctx.map(u64::from));
    }
    failure
}

fn become_kind(failure: &mut Failure, kind: FailureKind, retry: Retry) {
    failure.kind = kind;
    failure.retry = retry;
}
