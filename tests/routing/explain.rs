//! What happened to a request, and who may see it (rule F4).

use clasp_tests::support::client::ask;
use clasp_tests::support::upstream::Answer;

use crate::support::{A_THEN_B, KEY_A, explained, failure, steps, two};

#[tokio::test]
async fn f04_every_decision_is_in_the_record() {
    let house = two(A_THEN_B).await;
    house.a.otherwise(failure(529));
    house.b.then(failure(500)).then(Answer::text("from b"));
    let answer = house.clasp.client().messages(&ask("x")).await;
    let record = explained(&house.clasp.client(), &answer).await;
    assert_eq!(
        steps(&record),
        ["decided", "tried", "failed", "tried", "failed", "waits", "tried", "opened"],
        "{record}"
    );
    let step = |at: usize| &record["steps"][at];
    assert_eq!(step(0)["targets"][0]["model"], "gpt-4.1");
    assert_eq!(step(0)["targets"][1]["provider"], "b");
    assert_eq!(
        (&step(2)["kind"], &step(2)["then"]),
        (&"overloaded".into(), &"the next target".into())
    );
    assert_eq!(step(4)["then"], "the same again");
    assert_eq!((&record["status"], &record["provider"]), (&200.into(), &"b".into()));
    assert!(record["usage"]["output"].as_u64().is_some(), "{record}");
    assert!(!record.to_string().contains(KEY_A));
}

#[tokio::test]
async fn f04_a_failure_is_kept_like_a_success() {
    let house = two("models: {default: a/gpt-4.1}\n").await;
    house.a.otherwise(failure(400));
    let answer = house.clasp.client().messages(&ask("x")).await;
    let record = explained(&house.clasp.client(), &answer).await;
    assert_eq!(record["status"], 400);
    assert_eq!(steps(&record), ["decided", "tried", "failed"]);
}

#[tokio::test]
async fn the_pages_answer_this_machine_under_its_own_name_alone() {
    let house = two(A_THEN_B).await;
    let get = async |host: &str, path: &str| {
        let mut connection = house.clasp.client().connect().await;
        connection.write(format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n\r\n").as_bytes()).await;
        connection.answer(false).await
    };
    assert_eq!(get("localhost:8080", "/admin/explain").await.status(), 200);
    assert_eq!(get("evil.example", "/admin/explain").await.status(), 403);
    assert_eq!(get("localhost", "/admin/explain/req_unknown").await.status(), 404);
    // A proxy on this machine asks for others.
    assert_eq!(get("localhost\r\nx-forwarded-for: 10.1.2.3", "/admin/explain").await.status(), 403);
}

#[tokio::test]
async fn f04_an_untranslated_answer_tells_the_records_id_too() {
    let house = two("models: {default: a/gpt-4.1}\n").await;
    house.a.then(Answer::text("ok").header("x-request-id", "the-providers-own"));
    let chat =
        serde_json::json!({"model": "gpt-4.1", "messages": [{"role": "user", "content": "x"}]});
    let client = house.clasp.client();
    let answer = crate::support::send(&client, "/v1/chat/completions", &[], &chat).await;
    assert_eq!(answer.head.header("x-clasp-lane"), Some("untranslated"));
    assert_eq!(answer.head.header("x-request-id"), Some("the-providers-own"));
    assert_eq!(explained(&client, &answer).await["status"], 200);
}

#[tokio::test]
async fn a_name_of_any_length_is_not_kept() {
    let house = two("models: {default: a/gpt-4.1}\n").await;
    let body = clasp_tests::support::client::with(ask("x"), "model", "m".repeat(100_000));
    house.clasp.client().messages(&body).await.error(400);
    let chat = serde_json::json!({"model": "m".repeat(100_000), "messages": []});
    let client = house.clasp.client();
    let refused = crate::support::send(&client, "/v1/chat/completions", &[], &chat).await;
    assert_eq!(refused.status(), 400);
    assert_eq!(house.a.counts().requests, 0);
}
