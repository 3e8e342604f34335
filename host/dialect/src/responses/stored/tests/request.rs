use clasp_model::{ByteString, Dialect, Failure, FailureKind, Source};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::items;
use crate::parse;
use crate::responses::{Wants, continued, earlier, in_own_input, input_items, wants};

fn of(body: &str) -> Wants {
    wants(&body.into())
}

fn go_on(body: &str, earlier: &[Value]) -> String {
    continued(&body.into(), &items(earlier)).unwrap().to_string()
}

fn fault(body: &str) -> Failure {
    parse(Dialect::OpenaiResponses, &body.into(), &[]).unwrap_err()
}

#[test]
fn what_a_request_wants() {
    let wants = |previous: Option<&str>, store| Wants { previous: previous.map(Into::into), store };
    for (body, expected) in [
        (r#"{"model":"m","input":"hi"}"#, wants(None, true)),
        (r#"{"store":null,"previous_response_id":null}"#, wants(None, true)),
        (r#"{"store" : false}"#, wants(None, false)),
        (r#"{"store":true,"previous_response_id":"resp_1"}"#, wants(Some("resp_1"), true)),
        (
            r#"{"previous_response_id":"resp_1","previous_response_id":"resp_2"}"#,
            wants(Some("resp_2"), true),
        ),
        // Names may be escaped, and stand in other places.
        (r#"{"\u0073tore":false,"previous_respons\u0065_id":"\u0072"}"#, wants(Some("r"), false)),
        (r#"{"input":[{"store":false,"previous_response_id":"resp_1"}]}"#, wants(None, true)),
        (r#"{"input":"\"store\":false"}"#, wants(None, true)),
        // The parser says what is wrong.
        (r#"{"store":"no"}"#, wants(None, true)),
        (r#"{"previous_response_id":1}"#, wants(None, true)),
        (r#"{"store":false"#, wants(None, true)),
        (r#"["store"]"#, wants(None, true)),
    ] {
        assert_eq!(of(body), expected, "{body}");
    }
}

#[test]
fn d05_what_the_parser_says_of_it() {
    let fault =
        |members: &str| fault(&format!(r#"{{"model":"m","input":"hi",{members}}}"#)).message;
    assert_eq!(fault(r#""store":"no""#), "store: Input should be a valid boolean, not a string");
    let message = "previous_response_id: Input should be a valid string, not a number";
    assert_eq!(fault(r#""previous_response_id":1"#), message);
    let message = fault(r#""previous_response_id":"resp_1""#);
    assert!(message.contains("CLASP_RESPONSES_STORE=on"), "{message}");
}

#[test]
fn earlier_items_come_before_its_own() {
    let said = [json!({"a": 1}), json!({"b": 2})];
    for (body, expected) in [
        (
            r#"{"model" : "m", "previous_response_id": "resp_1", "input": [ {"c":3}], "x":[]}"#,
            r#"{"model" : "m", "previous_response_id": null, "input": [{"a":1},{"b":2}, {"c":3}], "x":[]}"#,
        ),
        (
            r#"{"input":"say \"hi\"","previous_response_id":"resp_1"}"#,
            r#"{"input":[{"a":1},{"b":2},{"type":"message","role":"user","content":[{"type":"input_text","text":"say \"hi\""}]}],"previous_response_id":null}"#,
        ),
        (
            r#"{"input":[ ],"previous_response_id":"resp_1"}"#,
            r#"{"input":[{"a":1},{"b":2} ],"previous_response_id":null}"#,
        ),
        (
            r#"{"previous_response_id":"resp_1","input":null}"#,
            r#"{"previous_response_id":null,"input":[{"a":1},{"b":2}]}"#,
        ),
        // A client may have nothing to add.
        (
            r#"{"previous_response_id":"resp_1","model":"m"}"#,
            r#"{"previous_response_id":null,"input":[{"a":1},{"b":2}],"model":"m"}"#,
        ),
        // The last one counts.
        (
            r#"{"previous_response_id":"r","input":"a","input":[1],"previous_response_id":"s"}"#,
            r#"{"previous_response_id":null,"input":"a","input":[{"a":1},{"b":2},1],"previous_response_id":null}"#,
        ),
        // For the parser to refuse.
        (r#"{"previous_response_id":5,"input":5}"#, r#"{"previous_response_id":null,"input":5}"#),
    ] {
        assert_eq!(go_on(body, &said), expected);
    }
    let alone = r#"{"previous_response_id":"resp_1","input":["x"]}"#;
    assert_eq!(go_on(alone, &[]), r#"{"previous_response_id":null,"input":["x"]}"#);
    let alone = r#"{"previous_response_id":"resp_1","input":"x"}"#;
    assert!(go_on(alone, &[]).contains(r#""input":[{"type":"message""#));
    let broken = continued(&"{\"input\":[}".into(), &[]).unwrap_err();
    assert!(broken.message.contains("not valid JSON"), "{broken}");
}

#[test]
fn the_items_of_a_request() {
    let of = |body: &str| {
        let list = input_items(&body.into()).unwrap();
        list.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(of(r#"{"input":[ {"a": 1} , {"b":"\n"}]}"#), [r#"{"a": 1}"#, r#"{"b":"\n"}"#]);
    assert_eq!(
        of(r#"{"input":"\"\ud83d"}"#),
        [r#"{"type":"message","role":"user","content":[{"type":"input_text","text":"\"\ufffd"}]}"#]
    );
    assert!(of(r#"{"input":[]}"#).is_empty() && of(r#"{"input":null}"#).is_empty());
    assert_eq!(of(r#"{"input":[1],"input":[2]}"#), ["2"]);
}

#[test]
fn the_conversation_so_far() {
    let response = r#"{"id":"resp_1","output":[{"type":"message"}, {"type":"function_call"}]}"#;
    let so_far = earlier(items(&[json!({"a": 1})]), &response.into()).unwrap();
    let expected = [r#"{"a":1}"#, r#"{"type":"message"}"#, r#"{"type":"function_call"}"#];
    assert_eq!(so_far, expected.map(ByteString::from));
    for response in ["", "[]", r#"{"output":1}"#] {
        let failure = earlier(Vec::new(), &response.into()).unwrap_err();
        assert_eq!((failure.kind, failure.source), (FailureKind::Protocol, Source::Host));
        assert!(failure.message.contains("stored response"), "{failure}");
    }
}

#[test]
fn d05_faults_have_the_place_that_the_client_knows() {
    let said = [json!({"role": "user", "content": "a"}), json!({"role": "user", "content": "b"})];
    let own = r#"[{"role":"user","content":"c"},{"role":"user"}]"#;
    let body = format!(r#"{{"model":"m","previous_response_id":"resp_1","input":{own}}}"#);
    let failure = fault(&go_on(&body, &said));
    assert_eq!(failure.message, "input[3].content: Field required");
    let failure = in_own_input(failure, said.len());
    assert_eq!(failure.message, "input[1].content: Field required");
    let detail = failure.detail.as_ref().map(|detail| detail.as_str().to_owned());
    assert_eq!(detail.as_deref(), Some(r#"{"param":"input[1].content"}"#));
    // What is not of its own input stays.
    for message in ["input[1].content: Field required", "model: Field required", "input: No"] {
        let failure = Failure::invalid(message);
        assert_eq!(in_own_input(failure.clone(), 2), failure);
    }
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<i32>().prop_map(Value::from),
        "[a-z\"\\\\\n{}\\[\\],]{0,6}".prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::hash_map("[a-z\"]{0,4}", inner, 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    /// As if the client had sent the whole conversation, whatever else it sent.
    #[test]
    fn a_continued_request(
        earlier in prop::collection::vec(json(), 0..4),
        own in prop::collection::vec(json(), 0..4),
        others in prop::collection::vec(("[a-h]{1,3}", json()), 0..4),
        place in any::<prop::sample::Index>(),
        pretty in any::<bool>(),
    ) {
        let mut members = others;
        members.insert(place.index(members.len() + 1), ("input".into(), own.clone().into()));
        let at = place.index(members.len() + 1);
        members.insert(at, ("previous_response_id".into(), "resp_1".into()));
        let mut body: Value = Value::Object(members.into_iter().collect());
        let text = if pretty { format!("{body:#}") } else { body.to_string() };
        let got = continued(&text.as_str().into(), &items(&earlier)).unwrap();
        body["previous_response_id"] = Value::Null;
        body["input"] = [earlier, own].concat().into();
        prop_assert_eq!(serde_json::from_str::<Value>(&got).unwrap(), body.clone());
        let whole = input_items(&got).unwrap();
        let whole: Vec<Value> =
            whole.iter().map(|item| serde_json::from_str(item).unwrap()).collect();
        prop_assert_eq!(Value::from(whole), body["input"].clone());
    }
}
