//! `clasp demo`, and serving with the embedded provider.

use clasp_tests::support::clasp::Setup;
use clasp_tests::support::client::{ask, ask_stream, weather_tool, with};
use serde_json::json;

#[tokio::test]
async fn the_demo_needs_nothing_and_shows_a_tool_call() {
    let done = Setup::bare().args(&["demo"]).run().await;
    assert!(done.status.success(), "{}", done.stderr);
    for word in ["ANTHROPIC_BASE_URL", "get_weather(", "tool_use", "end_turn"] {
        assert!(done.stdout.contains(word), "no {word} in {}", done.stdout);
    }
    assert!(!done.stderr.contains("ERROR"), "{}", done.stderr);
}

#[tokio::test]
async fn the_embedded_provider_serves_by_name_and_where_nothing_is_set_up() {
    let clasp = Setup::bare().start().await;
    let line = clasp.log().line("no key was found").await;
    assert!(line.contains("OPENAI_API_KEY"), "{line}");
    clasp.client().messages(&ask("hello")).await.message();

    let clasp = Setup::bare().args(&["-provider", "demo"]).start().await;
    let client = clasp.client();
    client.messages(&ask("hello")).await.message();
    client.streamed(&ask_stream("hello")).await.good();
    let body = with(ask_stream("What is the weather?"), "tools", json!([weather_tool()]));
    client.streamed(&body).await.good();
}
