//! `count_tokens`: the provider's own count, and ours where it fails.

use clasp_tests::support::client::ask;
use clasp_tests::support::upstream::Answer;
use serde_json::{Value, json};

use crate::setup::{TARGET, error, start};

async fn counted(clasp: &clasp_tests::support::clasp::Clasp, body: &Value) -> u64 {
    let path = "/v1/messages/count_tokens?beta=true";
    let answer = clasp.client().post(path, body.to_string().as_bytes()).await;
    assert_eq!(answer.status(), 200, "{:?}", answer.body);
    answer.json()["input_tokens"].as_u64().unwrap()
}

#[tokio::test]
async fn the_provider_counts_where_it_can() {
    let (vendor, clasp) = start().await;
    let body = ask("count this");
    vendor.then(Answer::json(200, &json!({"input_tokens": 4711})));
    assert_eq!(counted(&clasp, &body).await, 4711);
    let sent = vendor.only_request();
    assert_eq!(
        (sent.path.as_str(), &sent.body["model"]),
        ("/v1/messages/count_tokens", &json!(TARGET))
    );
    vendor.assert_clean();

    // Whatever fails there, the client gets a count.
    for answer in
        [error(500, "api_error", "x"), Answer::json(200, &json!({"x": 1})), Answer::close()]
    {
        vendor.then(answer);
        let own = counted(&clasp, &body).await;
        assert!((1..100).contains(&own), "{own}");
    }
    vendor.then(Answer::never());
    assert!(counted(&clasp, &body).await < 100);
}
