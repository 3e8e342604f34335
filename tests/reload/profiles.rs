//! Profiles that come, change, break and go: a new vendor without a component of its own.

use clasp_tests::support::client::{ask, with};
use clasp_tests::support::upstream::{Answer, Vendor};
use clasp_tests::support::within;
use serde_json::{Value, json};

use crate::versions::{put, setup};

#[tokio::test]
async fn f03_a_profile_comes_changes_breaks_and_goes() {
    let (vendor, acme) = (Vendor::start().await, Vendor::start().await);
    // What this vendor takes is not what OpenAI takes.
    acme.lenient();
    let (setup, plugins) = setup(&vendor);
    let clasp = setup.env("ACME_API_KEY", "acme-key").start().await;
    let client = clasp.client();
    let file = plugins.join("acme.json");
    let body = with(with(ask("x"), "model", "acme/large"), "max_tokens", json!(7));
    let sent = async |member: &str| {
        within(member, async {
            loop {
                client.messages(&body).await;
                let last = acme.requests().pop();
                if let Some(last) = last.filter(|last| last.body.get(member) == Some(&json!(7))) {
                    return last;
                }
            }
        })
        .await
    };

    let lines = clasp.log().len();
    put(&file, b"");
    let line = clasp.log().line_after(lines, "acme.json").await;
    assert!(line.contains("the file is empty"), "{line}");

    let profile = |more: Value| {
        let mut profile = json!({"base_url": acme.base_url()});
        profile.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        profile.to_string().into_bytes()
    };
    put(&file, &profile(json!({})));
    let first = sent("max_tokens").await;
    assert_eq!(first.body["model"], "large");
    assert_eq!(first.header("authorization"), Some("Bearer acme-key"));

    put(&file, &profile(json!({"output_limit": "max_completion_tokens"})));
    sent("max_completion_tokens").await;

    let lines = clasp.log().len();
    put(&file, &profile(json!({"output_limits": "max_tokens"})));
    let line = clasp.log().line_after(lines, "acme.json").await;
    assert!(line.contains("did you mean `output_limit`?"), "{line}");
    acme.then(Answer::text("the old one serves"));
    assert_eq!(client.messages(&body).await.message().text(), "the old one serves");

    let lines = clasp.log().len();
    std::fs::remove_file(&file).unwrap();
    clasp.log().line_after(lines, "plugin file removed").await;
    let asked = acme.requests().len();
    client.messages(&body).await;
    assert_eq!(acme.requests().len(), asked, "the provider is gone");
}

#[tokio::test]
async fn f03_a_profile_takes_the_place_of_one_that_is_built_in_and_gives_it_back() {
    let (vendor, mine) = (Vendor::start().await, Vendor::start().await);
    mine.lenient();
    let (setup, plugins) = setup(&vendor);
    let clasp = setup
        .env("MISTRAL_API_KEY", "mistral-key")
        .env("MISTRAL_BASE_URL", &mine.base_url())
        .start()
        .await;
    let client = clasp.client();
    let body = with(
        with(ask("x"), "model", "mistral/m"),
        "tools",
        json!([{"name": "f", "input_schema": {"type": "object", "properties": {}}}]),
    );
    let body = with(body, "tool_choice", json!({"type": "any"}));
    let chosen = async |word: &str| {
        within(word, async {
            loop {
                client.messages(&body).await;
                let last = mine.requests().pop();
                if last.is_some_and(|last| last.body["tool_choice"] == word) {
                    return;
                }
            }
        })
        .await;
    };
    chosen("any").await;
    let file = plugins.join("mistral.json");
    put(&file, b"{\"any_tool\": \"some\"}");
    chosen("some").await;
    std::fs::remove_file(&file).unwrap();
    chosen("any").await;
}
