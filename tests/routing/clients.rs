//! Client keys: who may come in, and what for.

use clasp_tests::support::clasp::{Clasp, Setup};
use clasp_tests::support::client::ask;
use clasp_tests::support::upstream::Vendor;

use crate::support::{ask_with, failure, key, send, two, yaml};

const ALICE: &str = "clasp-alice-0123456789abcdef";
const BOB: &str = "clasp-bob-0123456789abcdef";

fn keys() -> String {
    format!(
        "models: {{default: a/gpt-4.1, cheap: a/gpt-4.1-mini}}\nkeys:\n  - {{name: alice, key: {ALICE}, \
         project: blue}}\n  - {{name: bob, key: {BOB}, models: [cheap, \"small-*\"]}}\n  - {{name: op, \
         key: clasp-operator-0123456789, admin: true}}\n"
    )
}

fn bearer(key: &str) -> String {
    format!("Bearer {key}")
}

#[tokio::test]
async fn without_a_key_nobody_comes_in() {
    let house = two(&keys()).await;
    let client = house.clasp.client();
    client.messages(&ask("x")).await.error(401);
    ask_with(&client, &[("authorization", "Bearer wrong")], &ask("x")).await.error(401);
    for path in ["/v1/messages/count_tokens", "/v1/responses", "/v1/chat/completions"] {
        assert_eq!(send(&client, path, &[], &ask("x")).await.status(), 401, "{path}");
    }
    assert_eq!(client.send("GET", "/v1/models").await.status(), 401);
    assert_eq!(client.send("GET", "/health").await.status(), 200);
    assert_eq!(client.send("GET", "/health/ready").await.status(), 200);
    assert_eq!(house.a.counts().requests, 0);
}

#[tokio::test]
async fn d07_a_clients_key_reaches_no_provider_and_no_log() {
    let house = two(&keys()).await;
    let client = house.clasp.client();
    for headers in [("authorization", bearer(ALICE)), ("api-key", ALICE.to_owned())] {
        let headers = [(headers.0, headers.1.as_str())];
        ask_with(&client, &headers, &ask("x")).await.message();
        let chat =
            serde_json::json!({"model": "gpt-4.1", "messages": [{"role": "user", "content": "x"}]});
        assert_eq!(send(&client, "/v1/chat/completions", &headers, &chat).await.status(), 200);
    }
    for request in house.a.requests() {
        assert!(!format!("{request:?}").contains(ALICE), "{request:?}");
        assert_eq!(key(&request), crate::support::KEY_A);
    }
    assert!(!house.clasp.log().text().contains(ALICE));
}

#[tokio::test]
async fn a_key_may_ask_for_its_models_alone() {
    let house = two(&keys()).await;
    let client = house.clasp.client();
    let bob = bearer(BOB);
    let headers = [("authorization", bob.as_str())];
    let with = |model: &str| clasp_tests::support::client::with(ask("x"), "model", model);
    let error = ask_with(&client, &headers, &with("claude-opus-4-5")).await.error(403);
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("bob") && message.contains("small-*"), "{message}");
    ask_with(&client, &headers, &with("cheap")).await.message();
    ask_with(&client, &headers, &with("Small-one")).await.message();
    ask_with(&client, &headers, &with("cheap[1m]")).await.message();
    ask_with(&client, &headers, &with("claude/b/small-one")).await.error(403);
    let count = with("claude-opus-4-5");
    let counted = send(&client, "/v1/messages/count_tokens", &headers, &count).await;
    assert_eq!(counted.status(), 403, "{:?}", counted.body);
    let mut connection = client.connect().await;
    let get = format!("GET /v1/models HTTP/1.1\r\nhost: test\r\nauthorization: {bob}\r\n\r\n");
    connection.write(get.as_bytes()).await;
    let listed = connection.answer(false).await.json();
    let ids: Vec<&str> = listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|model| model["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["cheap"]);
}

#[tokio::test]
async fn the_pages_for_operators_want_the_admin_key() {
    let house = two(&keys()).await;
    let client = house.clasp.client();
    let status = async |key: &str| {
        let mut connection = client.connect().await;
        let get = format!(
            "GET /admin/status HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {key}\r\n\r\n"
        );
        connection.write(get.as_bytes()).await;
        connection.answer(false).await.status()
    };
    assert_eq!(status("clasp-operator-0123456789").await, 200);
    assert_eq!(status(ALICE).await, 403);
    assert_eq!(status("nobody").await, 401);
}

#[tokio::test]
async fn the_old_single_key_works_by_flag_variable_and_file() {
    const OLD: &str = "old-single-key-0123456789";
    let vendor = Vendor::start().await;
    let by_flag = Setup::new(&vendor).args(&["-auth", "-auth-api-key", OLD]).start().await;
    let by_variable =
        Setup::new(&vendor).env("CLASP_AUTH", "true").env("CLASP_AUTH_API_KEY", OLD).start().await;
    let by_file = Setup::new(&vendor)
        .config(&format!("auth: {{enabled: true, api_key: {OLD}}}\n"))
        .start()
        .await;
    let check = async |clasp: &Clasp| {
        clasp.client().messages(&ask("x")).await.error(401);
        let key = bearer(OLD);
        ask_with(&clasp.client(), &[("authorization", &key)], &ask("x")).await.message();
    };
    check(&by_flag).await;
    check(&by_variable).await;
    check(&by_file).await;
}

#[tokio::test]
async fn a_stored_response_is_its_keys_own() {
    let (a, b) = (Vendor::start().await, Vendor::start().await);
    let more = format!("{}responses: {{store: \"on\"}}\n", keys());
    let yaml = yaml(&a, &b, &more).replace("plugin: openai", "plugin: openai, lane: false");
    let clasp = Setup::bare().config(&yaml).start().await;
    let (alice, op) = (bearer(ALICE), bearer("clasp-operator-0123456789"));
    let request = serde_json::json!({"model": "gpt-4.1", "input": "x", "store": true});
    let headers = [("authorization", alice.as_str())];
    let made = send(&clasp.client(), "/v1/responses", &headers, &request).await;
    assert_eq!(made.status(), 200, "{:?}", made.body);
    let made = made.json();
    let path = format!("/v1/responses/{}", made["id"].as_str().unwrap());
    let get = async |key: &str| {
        let mut connection = clasp.client().connect().await;
        let get = format!("GET {path} HTTP/1.1\r\nhost: t\r\nauthorization: {key}\r\n\r\n");
        connection.write(get.as_bytes()).await;
        connection.answer(false).await.status()
    };
    assert_eq!((get(&alice).await, get(&op).await), (200, 404));
}

#[tokio::test]
async fn projects_and_keys_decide_where_a_request_goes() {
    let more = format!(
        "{}routing:\n  rules:\n    - {{name: blues, when: {{projects: [blue]}}, targets: [b/gpt-4.1]}}\n",
        keys()
    );
    let house = two(&more).await;
    house.a.otherwise(failure(500));
    let alice = bearer(ALICE);
    let answer = ask_with(&house.clasp.client(), &[("authorization", &alice)], &ask("x")).await;
    assert_eq!(answer.head.header("x-clasp-provider"), Some("b"));
    assert_eq!(house.a.counts().requests, 0);
}
