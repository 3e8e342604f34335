//! What an operator sets for a route.

use clasp_tests::support::client::{ask, with};

use crate::support::two;

#[tokio::test]
async fn a_routes_parameters_win_and_limits_stay_limits() {
    let more = "models:\n  default:\n    targets: [{model: a/gpt-4.1, parameters: {temperature: 0.5}}]\n    \
                parameters: {temperature: 1, max_output_tokens: 50, headers: {x-team: blue}}\n";
    let house = two(more).await;
    let client = house.clasp.client();
    client.messages(&with(with(ask("x"), "temperature", 0.9), "max_tokens", 1000)).await.message();
    client.messages(&with(ask("x"), "max_tokens", 20)).await.message();
    let [first, second] = house.a.requests().try_into().unwrap();
    assert_eq!(first.body["temperature"], 0.5);
    let limit = |body: &serde_json::Value| {
        body.get("max_completion_tokens").or(body.get("max_tokens")).cloned().unwrap_or_default()
    };
    assert_eq!((limit(&first.body), limit(&second.body)), (50.into(), 20.into()));
    assert!(first.headers.contains(&("x-team".into(), "blue".into())), "{:?}", first.headers);
}

#[tokio::test]
async fn c15_what_is_set_reaches_a_client_of_the_providers_own_dialect_too() {
    let more = "models: {default: {targets: [a/gpt-4.1], parameters: {temperature: 0.5}}}\n";
    let house = two(more).await;
    let chat =
        serde_json::json!({"model": "gpt-4.1", "messages": [{"role": "user", "content": "x"}]});
    let client = house.clasp.client();
    crate::support::send(&client, "/v1/chat/completions", &[], &chat).await;
    assert_eq!(house.a.only_request().body["temperature"], 0.5);
}
