//! Providers that only stream, or never do (rule B3).

use clasp_tests::support::clasp::Setup;
use clasp_tests::support::client::{ask, ask_stream};
use clasp_tests::support::upstream::{Answer, Vendor};

use crate::support::KNOWN;

async fn house(streaming: &str) -> (Vendor, clasp_tests::support::clasp::Clasp) {
    let vendor = Vendor::start().await;
    let yaml = format!(
        "provider: v\nproviders: {{v: {{plugin: openai, base_url: {}, api_key: sk-test-0123456789abcdef, \
         streaming: {streaming}, models: {KNOWN}}}}}\nmodels: {{default: gpt-4.1}}\n",
        vendor.base_url()
    );
    let clasp = Setup::bare().config(&yaml).start().await;
    (vendor, clasp)
}

#[tokio::test]
async fn b03_a_provider_that_never_streams_gives_a_stream_of_its_whole_answer() {
    let (vendor, clasp) = house("never").await;
    vendor.otherwise(Answer::text("one two three"));
    let ended = clasp.client().streamed(&ask_stream("x")).await;
    assert_eq!(ended.good().text(), "one two three");
    assert_ne!(vendor.only_request().body["stream"], true);
}

#[tokio::test]
async fn b03_a_provider_that_only_streams_gives_a_whole_answer() {
    let (vendor, clasp) = house("always").await;
    vendor.otherwise(Answer::text("one two three"));
    assert_eq!(clasp.client().messages(&ask("x")).await.message().text(), "one two three");
    assert_eq!(vendor.only_request().body["stream"], true);
}

#[tokio::test]
async fn b03_the_same_for_clients_of_the_providers_own_dialect() {
    let (vendor, clasp) = house("always").await;
    vendor.otherwise(Answer::text("one two three"));
    let chat =
        serde_json::json!({"model": "gpt-4.1", "messages": [{"role": "user", "content": "x"}]});
    let answer = crate::support::send(&clasp.client(), "/v1/chat/completions", &[], &chat).await;
    assert_eq!(answer.json()["choices"][0]["message"]["content"], "one two three");
    assert_eq!(vendor.only_request().body["stream"], true);
}
