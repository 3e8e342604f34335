//! Answers about stored responses, and why there is none.

use bytes::{BufMut, Bytes, BytesMut};
use clasp_model::{Failure, FailureKind, Source};

use crate::json::write;
use crate::openai::error::detail_of;

/// How to have responses stored.
const SETTING: &str = "CLASP_RESPONSES_STORE=on";

/// What tells that a response was deleted.
pub fn deleted(id: &str) -> Bytes {
    let mut out = BytesMut::with_capacity(id.len() + 60);
    out.put_slice(b"{\"id\":");
    write::string(&mut out, id);
    out.put_slice(b",\"object\":\"response.deleted\",\"deleted\":true}");
    out.freeze()
}

/// There is no response of this id: 404.
pub fn not_found(id: &str) -> Failure {
    unknown(format!("Response with id '{id}' not found."))
}

/// There is no response of any id, because none is stored: 404.
pub fn store_is_off(id: &str) -> Failure {
    unknown(format!(
        "Response with id '{id}' not found: responses are not stored here. Start clasp with \
         {SETTING} to have them stored."
    ))
}

/// A request goes on from a response that is not stored: 400.
pub fn previous_not_found(id: &str) -> Failure {
    previous(format!(
        "Previous response with id '{id}' not found. It was deleted or is too old, or it was never \
         stored. Send the whole conversation in `input`."
    ))
}

/// A request goes on from a response where none is stored: 400.
pub(crate) fn previous_without_store(id: &str) -> Failure {
    previous(format!(
        "Previous response with id '{id}' not found: responses are not stored here. Send the whole \
         conversation in `input`, or start clasp with {SETTING} to have them stored."
    ))
}

fn unknown(message: String) -> Failure {
    Failure::new(FailureKind::NotFound, Source::Client, message)
}

fn previous(message: String) -> Failure {
    let mut failure = Failure::invalid(message);
    failure.detail = Some(detail_of("previous_response_id"));
    failure.code = Some("previous_response_not_found".to_owned());
    failure
}
