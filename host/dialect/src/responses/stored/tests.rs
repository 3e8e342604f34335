#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod page;
mod request;
mod turn;

use clasp_model::{ByteString, Failure};
use serde_json::{Value, json};

use super::{deleted, not_found, previous_not_found, store_is_off};
use crate::openai;

fn items(list: &[Value]) -> Vec<ByteString> {
    list.iter().map(|item| item.to_string().into()).collect()
}

fn value(text: &[u8]) -> Value {
    serde_json::from_slice(text).unwrap()
}

/// The status and the error, as a client gets them.
fn error(failure: &Failure) -> (u16, Value) {
    let answer = openai::error::answer(failure);
    let document = value(&answer.body);
    assert!(clasp_grammar::openai::error(&document).is_empty());
    (answer.status, document["error"].clone())
}

#[test]
fn the_answer_to_a_delete() {
    let answer = value(&deleted("resp_\"1\""));
    let expected = json!({"id": "resp_\"1\"", "object": "response.deleted", "deleted": true});
    assert_eq!(answer, expected);
}

#[test]
fn b04_a_response_that_is_not_there() {
    let (status, told) = error(&not_found("resp_1"));
    let message = "Response with id 'resp_1' not found.";
    let expected = json!({"message": message, "type": "invalid_request_error", "param": null,
                          "code": null});
    assert_eq!((status, told), (404, expected));
    let (status, told) = error(&store_is_off("resp_1"));
    assert_eq!((status, &told["code"]), (404, &Value::Null));
    assert!(told["message"].as_str().unwrap().contains("CLASP_RESPONSES_STORE=on"));
}

#[test]
fn b04_a_previous_response_that_is_not_there() {
    let off = super::previous_without_store("resp_1");
    for (failure, advice) in
        [(previous_not_found("resp_1"), "Send"), (off, "CLASP_RESPONSES_STORE=on")]
    {
        let (status, told) = error(&failure);
        assert_eq!((status, &told["code"]), (400, &json!("previous_response_not_found")));
        assert_eq!(told["param"], "previous_response_id");
        let message = told["message"].as_str().unwrap();
        assert!(message.starts_with("Previous response with id 'resp_1' not found"), "{message}");
        assert!(message.contains(advice), "{message}");
    }
}
