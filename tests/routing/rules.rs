//! Rules on what is in a request.

use clasp_tests::support::client::{ask, weather_tool, with};
use serde_json::json;

use crate::support::{explained, two};

const RULES: &str = "models: {default: a/gpt-4.1, \"fast-*\": {targets: [{model: a/gpt-4.1-mini}]}}
routing:
  rules:
    - {name: long, when: {tokens_above: 2000}, targets: [b/gpt-4.1]}
    - {name: tools, when: {tools: true, models: [\"claude-*\"]}, targets: [b/gpt-4.1-mini]}
";

#[tokio::test]
async fn the_first_rule_that_holds_decides_and_is_named() {
    let house = two(RULES).await;
    let client = house.clasp.client();
    let plain = client.messages(&ask("short")).await;
    assert_eq!(plain.head.header("x-clasp-provider"), Some("a"));
    let long = client.messages(&ask(&"word ".repeat(4000))).await;
    assert_eq!(long.head.header("x-clasp-provider"), Some("b"));
    assert_eq!(explained(&client, &long).await["steps"][0]["rule"], "long");
    let body = with(with(ask("x"), "tools", json!([weather_tool()])), "model", "claude-sonnet-4-5");
    let tools = client.messages(&body).await;
    assert_eq!(tools.head.header("x-clasp-model"), Some("gpt-4.1-mini"));
    let fast = client.messages(&with(ask("x"), "model", "Fast-One")).await;
    assert_eq!(fast.head.header("x-clasp-model"), Some("gpt-4.1-mini"));
}

#[tokio::test]
async fn c15_rules_on_content_hold_for_the_providers_own_dialect_too() {
    let house = two(RULES).await;
    let text = "word ".repeat(4000);
    let chat = json!({"model": "gpt-4.1", "messages": [{"role": "user", "content": text}]});
    let client = house.clasp.client();
    let answer = crate::support::send(&client, "/v1/chat/completions", &[], &chat).await;
    assert_eq!(answer.head.header("x-clasp-provider"), Some("b"));
}

#[tokio::test]
async fn c15_without_rules_in_play_the_lane_is_kept() {
    let house = two("models: {default: a/gpt-4.1}\n").await;
    let chat = json!({"model": "gpt-4.1", "messages": [{"role": "user", "content": "x"}]});
    let client = house.clasp.client();
    let answer = crate::support::send(&client, "/v1/chat/completions", &[], &chat).await;
    assert_eq!(answer.head.header("x-clasp-lane"), Some("untranslated"));
}
