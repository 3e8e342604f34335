//! Responses that are kept, and conversations that go on from them (Part 3, stored responses).

use clasp_tests::support::clasp::{Clasp, Setup};
use clasp_tests::support::client::Answer as Whole;
use clasp_tests::support::openai::Dialect;
use clasp_tests::support::upstream::{Chat, Vendor};
use serde_json::{Value, json};

const RESPONSES: Dialect = Dialect::Responses;

fn settings(vendor: &Vendor) -> Setup {
    Setup::new(vendor).env("OPENAI_LANE", "off").env("CLASP_RESPONSES_STORE", "on")
}

async fn start() -> (Vendor, Clasp) {
    let vendor = Vendor::start().await;
    let clasp = settings(&vendor).start().await;
    (vendor, clasp)
}

fn body(input: &str, previous: Option<&Value>, stream: bool) -> Value {
    let mut body = json!({"model": "gpt-test", "input": input, "stream": stream});
    if let Some(previous) = previous {
        body["previous_response_id"] = previous.clone();
    }
    body
}

async fn call(clasp: &Clasp, method: &str, path: &str) -> Whole {
    clasp.client().send(method, path).await
}

#[tokio::test]
async fn a_conversation_goes_on_from_its_last_answer() {
    let (vendor, clasp) = start().await;
    let client = clasp.client();
    let city = json!({"city": "Paris"});
    vendor
        .then(Chat::new().text("first answer"))
        .then(Chat::new().call("call_1", "get_weather", &city))
        .then(Chat::new().text("third answer"));
    let first = RESPONSES.plain(&client, &body("one", None, false)).await;
    assert_eq!(first["store"], true);
    let second = RESPONSES.stream(&client, &body("two", Some(&first["id"]), true)).await;
    let second = second.good(RESPONSES);
    assert_eq!(second["previous_response_id"], first["id"]);
    let mut third = body("", Some(&second["id"]), false);
    third["input"] =
        json!([{"type": "function_call_output", "call_id": "call_1", "output": "sun"}]);
    third["instructions"] = json!("Be brief.");
    let third = RESPONSES.plain(&client, &third).await;
    assert_eq!(third["output"][0]["content"][0]["text"], "third answer");

    let sent = vendor.requests().pop().unwrap().body["messages"].clone();
    let roles: Vec<&str> =
        sent.as_array().unwrap().iter().map(|message| message["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["system", "user", "assistant", "user", "assistant", "tool"], "{sent:#}");
    assert_eq!(sent[5]["tool_call_id"], sent[4]["tool_calls"][0]["id"]);
    vendor.assert_clean();
}

#[tokio::test]
async fn an_answer_can_be_asked_for_again_and_taken_out() {
    let (vendor, clasp) = start().await;
    let client = clasp.client();
    let answer = RESPONSES.plain(&client, &body("one", None, false)).await;
    let path = format!("/v1/responses/{}", answer["id"].as_str().unwrap());
    assert_eq!(call(&clasp, "GET", &path).await.json(), answer);
    let items = call(&clasp, "GET", &format!("{path}/input_items?order=asc")).await.json();
    assert_eq!(items["data"][0]["content"][0]["text"], "one", "{items}");
    assert_eq!((&items["object"], &items["has_more"]), (&json!("list"), &json!(false)));
    let wrong = call(&clasp, "GET", &format!("{path}/input_items?limit=many")).await;
    RESPONSES.error(&wrong, 400);

    let gone = call(&clasp, "DELETE", &path).await.json();
    assert_eq!((&gone["id"], &gone["deleted"]), (&answer["id"], &json!(true)));
    for (method, path) in
        [("GET", path.clone()), ("DELETE", path.clone()), ("GET", format!("{path}/input_items"))]
    {
        RESPONSES.error(&call(&clasp, method, &path).await, 404);
    }
    let next = RESPONSES.ask(&client, &body("two", Some(&answer["id"]), false)).await;
    assert_eq!(RESPONSES.error(&next, 400)["code"], "previous_response_not_found");
    assert_eq!(vendor.counts().requests, 1);
}

#[tokio::test]
async fn who_wants_nothing_kept_has_nothing_kept() {
    let (_vendor, clasp) = start().await;
    let mut unkept = body("one", None, false);
    unkept["store"] = json!(false);
    let answer = RESPONSES.plain(&clasp.client(), &unkept).await;
    assert_eq!(answer["store"], false);
    let path = format!("/v1/responses/{}", answer["id"].as_str().unwrap());
    RESPONSES.error(&call(&clasp, "GET", &path).await, 404);
}

#[tokio::test]
async fn answers_outlive_a_restart() {
    let vendor = Vendor::start().await;
    let file = tempfile::tempdir().unwrap();
    let path = file.path().join("kept.redb");
    let path = path.to_str().unwrap();
    let clasp = settings(&vendor).env("CLASP_RESPONSES_STORE", path).start().await;
    let answer = RESPONSES.plain(&clasp.client(), &body("one", None, false)).await;

    // Another clasp cannot have the file, and says what to do.
    let second = settings(&vendor).env("CLASP_RESPONSES_STORE", path).run().await;
    assert!(!second.status.success());
    assert!(second.stderr.contains(path), "{}", second.stderr);

    drop(clasp);
    let clasp = settings(&vendor).env("CLASP_RESPONSES_STORE", path).start().await;
    let answer_path = format!("/v1/responses/{}", answer["id"].as_str().unwrap());
    assert_eq!(call(&clasp, "GET", &answer_path).await.json(), answer);
}

#[tokio::test]
async fn without_the_store_everything_says_how_to_turn_it_on() {
    let vendor = Vendor::start().await;
    let clasp = Setup::new(&vendor).env("OPENAI_LANE", "off").start().await;
    let client = clasp.client();
    let asked = RESPONSES.ask(&client, &body("two", Some(&json!("resp_1")), false)).await;
    let asked = RESPONSES.error(&asked, 400);
    let got = RESPONSES.error(&call(&clasp, "GET", "/v1/responses/resp_1").await, 404);
    for error in [asked, got] {
        assert!(error["message"].as_str().unwrap().contains("CLASP_RESPONSES_STORE"), "{error}");
    }
    assert_eq!(vendor.counts().requests, 0);
}
