//! Probabilities of tokens, beside the text that they are about.

use clasp_model::{Event, Field};
use serde_json::{Value, json};

use super::{answer, call, end_turn, raw, text, write};

fn logprobs(list: &Value) -> Event {
    Event::Extra(Field { name: "logprobs".into(), value: raw(&list.to_string()) })
}

fn entry(token: &str) -> Value {
    json!({"token": token, "logprob": -0.5, "bytes": token.as_bytes(), "top_logprobs": []})
}

/// The probabilities of each chunk, where it has some.
fn told(stream: &str) -> Vec<(Value, Value)> {
    let chunks = stream.split("\n\n").filter_map(|event| event.strip_prefix("data: {"));
    let chunks = chunks.map(|data| serde_json::from_str::<Value>(&format!("{{{data}")).unwrap());
    let choice = chunks.map(|chunk| chunk["choices"][0].clone());
    let some = choice.filter(|choice| !choice["logprobs"].is_null());
    some.map(|choice| (choice["delta"]["content"].clone(), choice["logprobs"].clone())).collect()
}

#[test]
fn they_stand_beside_their_text() {
    let events = [
        logprobs(&json!([entry("Hi")])),
        text("Hi"),
        text("!"),
        logprobs(&json!([entry(" y")])),
        logprobs(&json!([entry("ou")])),
        text(" you"),
        call(0, Some("a"), Some("b"), "{}"),
        end_turn(),
    ];
    let list = |entries: &[&str]| {
        let entries: Vec<Value> = entries.iter().map(|token| entry(token)).collect();
        json!({"content": entries, "refusal": null})
    };
    let wanted = [(json!("Hi"), list(&["Hi"])), (json!(" you"), list(&[" y", "ou"]))];
    assert_eq!(told(&write(true, &events)), wanted);
    let plain: Value = serde_json::from_str(&write(false, &events)).unwrap();
    assert_eq!(plain["choices"][0]["logprobs"], list(&["Hi", " y", "ou"]));
    answer(&events);
}

#[test]
fn without_a_text_or_an_entry_there_are_none() {
    for list in [json!([]), json!({"tokens": ["a"]}), json!([{"token": "a"}])] {
        let events = [logprobs(&list), text("a"), end_turn()];
        assert_eq!(told(&write(true, &events)), []);
        answer(&events);
    }
    let events = [text("a"), logprobs(&json!([entry("b")])), end_turn()];
    assert_eq!(told(&write(true, &events)), []);
    let plain: Value = serde_json::from_str(&write(false, &events)).unwrap();
    assert_eq!(plain["choices"][0]["logprobs"], Value::Null);
}
