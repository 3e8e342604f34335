//! Each API takes back what it gave, and notices every change.

use serde_json::{Value, json};

use super::super::answer::Step;
use super::super::state::{Ledger, Seal};
use super::super::talk::{Kind, Part};
use super::super::{Answer, Recorded};
use super::{Api, STATEFUL, Style, key};

fn recorded(path: &str, body: Value) -> Recorded {
    let name = path.split('/').nth(1).unwrap();
    let mut headers = vec![("content-type", "application/json".to_owned())];
    headers.extend(match name {
        "gemini" => vec![("x-goog-api-key", key(name))],
        "anthropic" => vec![
            ("x-api-key", crate::support::clasp::KEY.to_owned()),
            ("anthropic-version", "2023-06-01".to_owned()),
            ("accept-encoding", "identity".to_owned()),
        ],
        _ => vec![("authorization", format!("Bearer {}", key(name)))],
    });
    let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let bytes = body.to_string().into();
    Recorded { method: "POST".into(), path: path.into(), headers, body, bytes }
}

/// The document that an answer sends.
fn document(answer: &Answer) -> Value {
    let bytes = answer.steps(&Value::Null).into_iter().filter_map(|step| match step {
        Step::Raw(bytes) => Some(bytes),
        _ => None,
    });
    serde_json::from_slice(&bytes.last().unwrap()).unwrap()
}

fn call(id: &str) -> Part {
    let kind = Kind::Call { id: id.into(), name: "f".into(), arguments: json!({"x": 1}) };
    Part::new(kind)
}

/// A conversation with one answer in it: thinking, a text and two calls.
fn conversation(api: &dyn Api, ledger: &Ledger) -> Recorded {
    let path = path(api.name());
    let asked = recorded(path, json!({"model": "m"}));
    let mut parts = vec![
        Part::new(Kind::Thinking("First this.".into())),
        Part::new(Kind::Text("I do.".into())),
        call("call_a"),
        call("call_b"),
    ];
    api.sign(&mut parts, &mut Seal::new(api.name(), 3));
    ledger.give(api.name(), &parts);
    let answer = document(&api.answer(&asked, &parts, Style::default()));
    recorded(path, request(api.name(), &answer))
}

fn path(name: &str) -> &'static str {
    match name {
        "gemini" => "/gemini/v1beta/models/m:generateContent",
        "openai" => "/openai/v1/responses",
        "deepseek" => "/deepseek/chat/completions",
        "openrouter" => "/openrouter/api/v1/chat/completions",
        _ => "/anthropic/v1/messages",
    }
}

/// What a client sends after an answer to `Go.`.
fn request(name: &str, answer: &Value) -> Value {
    match name {
        "gemini" => {
            let mut said = answer["candidates"][0]["content"].clone();
            // A model's thoughts without a signature need not go back.
            said["parts"].as_array_mut().unwrap().retain(|part| part["thought"] != true);
            let result = |id| json!({"functionResponse": {"id": id, "name": "f", "response": {"output": "ok"}}});
            json!({"contents": [
                {"role": "user", "parts": [{"text": "Go."}]}, said,
                {"role": "user", "parts": [result("call_a"), result("call_b")]},
            ]})
        }
        "openai" => {
            let result =
                |id| json!({"type": "function_call_output", "call_id": id, "output": "ok"});
            let mut input = vec![json!({"type": "message", "role": "user", "content": "Go."})];
            input.extend(answer["output"].as_array().unwrap().iter().cloned());
            input.extend([result("call_a"), result("call_b")]);
            json!({"model": "m", "store": false, "input": input})
        }
        "anthropic" => {
            let result = |id| json!({"type": "tool_result", "tool_use_id": id, "content": "ok"});
            json!({"model": "m", "max_tokens": 9, "messages": [
                {"role": "user", "content": "Go."},
                {"role": "assistant", "content": answer["content"]},
                {"role": "user", "content": [result("call_a"), result("call_b")]},
            ]})
        }
        _ => {
            let mut said = answer["choices"][0]["message"].clone();
            said.as_object_mut().unwrap().retain(|name, _| name != "reasoning");
            let result = |id| json!({"role": "tool", "tool_call_id": id, "content": "ok"});
            json!({"model": "m", "messages": [
                {"role": "user", "content": "Go."}, said, result("call_a"), result("call_b"),
            ]})
        }
    }
}

/// Where the state of the conversation stands, and how the object that holds it goes missing.
fn place(name: &str) -> (&'static str, &'static str) {
    match name {
        "gemini" => ("/contents/1/parts/1", "thoughtSignature"),
        "openai" => ("/input/1", "encrypted_content"),
        "deepseek" => ("/messages/1", "reasoning_content"),
        "openrouter" => ("/messages/1/reasoning_details/0", "signature"),
        _ => ("/messages/1/content/1", "signature"),
    }
}

/// What the provider says to a conversation after `change`: faults, and its own error.
fn judged(api: &dyn Api, change: impl FnOnce(&mut Value)) -> (Vec<String>, Option<Value>) {
    let ledger = Ledger::default();
    let mut request = conversation(api, &ledger);
    change(&mut request.body);
    let request = recorded(&request.path, request.body);
    let mut faults = api.faults(&request);
    let (lost, first) = ledger.check(api, &request, &api.read(&request.body));
    faults.extend(lost);
    (faults, first.and_then(|lost| api.lost(&lost)).map(|answer| document(&answer)))
}

#[test]
fn what_was_given_is_taken_back() {
    for api in STATEFUL {
        let (faults, error) = judged(api, |_| {});
        assert_eq!((faults, error), (Vec::new(), None), "{}", api.name());
    }
}

#[test]
fn a_changed_state_is_noticed() {
    for api in STATEFUL {
        let (object, member) = place(api.name());
        let (faults, error) = judged(api, |body| {
            let state = &mut body.pointer_mut(object).unwrap()[member];
            let text = state.as_str().unwrap();
            assert!(text.contains("State000003+/0"), "{}: {text}", api.name());
            *state = json!(text.replace("+/", " /"));
        });
        assert!(!faults.is_empty(), "{} takes it", api.name());
        let error = error.unwrap();
        assert!(error["error"]["message"].is_string(), "{}: {error}", api.name());
    }
}

#[test]
fn a_missing_state_is_refused_in_the_provider_s_words() {
    let words = [
        ("gemini", "Function call is missing a thought_signature in functionCall parts."),
        ("openai", "was provided without its required 'reasoning' item"),
        ("deepseek", "The `reasoning_content` in the thinking mode must be passed back"),
        ("openrouter", "Provider returned error"),
        ("anthropic", "blocks in the latest assistant message cannot be modified"),
    ];
    for (api, (name, words)) in STATEFUL.into_iter().zip(words) {
        assert_eq!(api.name(), name);
        let (faults, error) = judged(api, |body| {
            // The whole object that is there for the state alone.
            match name {
                "openai" => drop(body["input"].as_array_mut().unwrap().remove(1)),
                "anthropic" => {
                    drop(body["messages"][1]["content"].as_array_mut().unwrap().remove(1))
                }
                "gemini" | "deepseek" => {
                    let (object, member) = place(name);
                    let object = body.pointer_mut(object).unwrap().as_object_mut().unwrap();
                    object.remove(member).unwrap();
                }
                _ => drop(body["messages"][1].as_object_mut().unwrap().remove("reasoning_details")),
            }
        });
        assert!(!faults.is_empty(), "{name} takes it");
        let error = error.unwrap();
        let message = error["error"]["message"].as_str().unwrap();
        assert!(message.contains(words), "{name}: {message}");
    }
}

#[test]
fn state_at_another_place_is_noticed() {
    let (faults, _) = judged(&super::gemini::Gemini, |body| {
        let parts = &mut body["contents"][1]["parts"];
        let signature = parts[1]["thoughtSignature"].take();
        parts[1].as_object_mut().unwrap().remove("thoughtSignature");
        parts[2]["thoughtSignature"] = signature;
    });
    assert!(faults.iter().any(|fault| fault.contains("came back as")), "{faults:?}");
    let (faults, _) = judged(&super::responses::OPENAI, |body| {
        body["input"].as_array_mut().unwrap().swap(1, 2);
    });
    assert!(!faults.is_empty(), "behind the text that it led to");
    let (faults, _) = judged(&super::openrouter::OpenRouter, |body| {
        body["messages"][1]["reasoning_details"].as_array_mut().unwrap().swap(0, 1);
    });
    assert!(!faults.is_empty());
}

#[test]
fn d07_a_key_of_another_provider_is_noticed() {
    for api in STATEFUL {
        let mut request = conversation(api, &Ledger::default());
        for (_, value) in &mut request.headers {
            *value = value.replace("key-of-", "key-of-another-").replace("sk-test", "sk-other");
        }
        assert_eq!(api.faults(&request).len(), 1, "{}", api.name());
    }
}

#[test]
fn state_of_others_is_noticed() {
    for (index, api) in STATEFUL.into_iter().enumerate() {
        let other = STATEFUL[(index + 1) % STATEFUL.len()].name();
        for text in [Seal::new(other, 1).next(), "clasp1:gemini:x".to_owned()] {
            let (faults, _) = judged(api, |body| {
                let (object, member) = match api.name() {
                    "gemini" => ("/contents/0/parts/0", "text"),
                    "openai" => ("/input/0", "content"),
                    _ => ("/messages/0", "content"),
                };
                body.pointer_mut(object).unwrap()[member] = json!(text);
            });
            assert_eq!(faults.len(), 1, "{}: {faults:?}", api.name());
        }
    }
}

#[test]
fn a_call_without_its_result_is_refused() {
    for api in STATEFUL {
        let list = match api.name() {
            "gemini" => "/contents/2/parts",
            "openai" => "/input",
            "anthropic" => "/messages/2/content",
            _ => "/messages",
        };
        let (faults, _) =
            judged(api, |body| drop(body.pointer_mut(list).unwrap().as_array_mut().unwrap().pop()));
        assert_eq!(faults.len(), 1, "{}: {faults:?}", api.name());
    }
}
