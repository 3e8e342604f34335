//! The example plugin adds its vendor to a proxy that runs.

use clasp_tests::support::clasp::KEY;
use clasp_tests::support::client::{ask, ask_stream, weather_tool, with};
use clasp_tests::support::upstream::{Chat, Vendor};
use clasp_tests::support::within;
use serde_json::json;

use crate::versions::{guest, put, setup};

#[tokio::test]
async fn f03_the_example_serves_as_soon_as_its_file_is_there() {
    let component = guest("deepseek");
    let (vendor, deepseek) = (Vendor::start().await, Vendor::start().await);
    // What this vendor takes is not what OpenAI takes.
    deepseek.lenient();
    let (setup, plugins) = setup(&vendor);
    let clasp = setup
        .env("DEEPSEEK_BASE_URL", &deepseek.base_url())
        .env("DEEPSEEK_API_KEY", "deepseek-key")
        .start()
        .await;
    let client = clasp.client();
    put(&plugins.join("deepseek.wasm"), &component);
    let model = |body| with(body, "model", "deepseek/deepseek-chat");
    within("deepseek serves", async {
        while deepseek.counts().requests == 0 {
            client.messages(&model(ask("x"))).await;
        }
    })
    .await;

    let city = json!({"city": "Oslo"});
    deepseek.then(Chat::new().thinking("where?").call("call_1", "get_weather", &city));
    let body = model(with(ask_stream("x"), "tools", json!([weather_tool()])));
    let message = client.streamed(&body).await.good();
    assert_eq!(message.thinking(), "where?");
    assert_eq!(message.calls()[0]["input"], city);

    // The thinking must come back with the call, or this vendor refuses the next turn.
    let result = json!([{"type": "tool_result", "tool_use_id": message.calls()[0]["id"],
        "content": "mild"}]);
    let messages = json!([{"role": "user", "content": "x"},
        {"role": "assistant", "content": message.content},
        {"role": "user", "content": result}]);
    client.messages(&with(body, "messages", messages)).await;
    let sent = deepseek.requests().pop().unwrap();
    assert_eq!(sent.body["model"], "deepseek-chat");
    assert_eq!(sent.body["messages"][1]["reasoning_content"], "where?", "{}", sent.body);
    // Each vendor gets its own key.
    assert_eq!(sent.header("authorization"), Some("Bearer deepseek-key"));
    client.messages(&ask("x")).await.message();
    let authorization = format!("Bearer {KEY}");
    let other = vendor.requests().pop().unwrap();
    assert_eq!(other.header("authorization"), Some(&*authorization));
}
