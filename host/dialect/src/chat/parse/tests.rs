#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod conversation;
mod faults;
mod media;
mod options;
mod tools;

use clasp_model::{ByteString, Dialect, Request};
use serde_json::{Value, json};

use crate::{ChatEcho, Echo, parse};

/// A request with these members besides the usual ones.
fn request(members: Value) -> Value {
    let mut request =
        json!({"model": "gpt-x", "messages": [{"role": "user", "content": "Hello!"}]});
    for (name, value) in members.as_object().unwrap() {
        request[name] = value.clone();
    }
    request
}

fn read(body: &Value) -> (Request, ChatEcho) {
    let body = ByteString::from(body.to_string());
    let parsed = parse(Dialect::OpenaiChat, &body, &[]).unwrap();
    let Echo::Chat(echo) = parsed.echo else { panic!("{:?}", parsed.echo) };
    (parsed.request, echo)
}

fn parsed(members: Value) -> Request {
    read(&request(members)).0
}

/// The extra members, as one object.
fn extra(request: &Request) -> Value {
    let value = |json: &str| serde_json::from_str(json).unwrap();
    let fields = request.extra.iter();
    Value::Object(fields.map(|field| (field.name.clone(), value(field.value.as_str()))).collect())
}

/// A value of the vocabulary as cases have it.
fn shown<T: serde::Serialize>(value: T) -> Value {
    serde_json::to_value(value).unwrap()
}

/// A message without an escape stays a slice of the body.
#[test]
fn texts_are_slices_of_the_body() {
    let body = ByteString::from(request(json!({})).to_string());
    let request = parse(Dialect::OpenaiChat, &body, &[]).unwrap().request;
    let clasp_model::Part::Text(text) = &request.messages[0].parts[0] else { panic!() };
    assert!(body.as_bytes().as_ptr_range().contains(&text.text.as_ptr()));
}
