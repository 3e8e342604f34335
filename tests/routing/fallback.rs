//! Another target before the first byte (rules A8, D3, D4, D7).

use clasp_tests::support::client::{ask, ask_stream};
use clasp_tests::support::upstream::{Answer, Break, Point};

use crate::support::{A_THEN_B, KEY_A, KEY_B, failure, key, two};

#[tokio::test]
async fn d03_another_target_serves_and_the_client_is_told() {
    let house = two(A_THEN_B).await;
    for status in [401, 402, 403, 404, 429, 500, 529] {
        house.a.reset();
        house.b.reset();
        house.a.otherwise(failure(status).header("retry-after", "0"));
        house.b.then(Answer::text("from b"));
        let answer = house.clasp.client().messages(&ask("x")).await;
        assert_eq!(answer.message().text(), "from b", "{status}");
        assert_eq!(answer.head.header("x-clasp-provider"), Some("b"));
        assert_eq!(answer.head.header("x-clasp-model"), Some("gpt-4.1-mini"));
        assert_eq!(answer.head.header("x-clasp-fallback"), Some("a/gpt-4.1"));
    }
}

#[tokio::test]
async fn d07_each_provider_sees_its_own_key_alone() {
    let house = two(A_THEN_B).await;
    house.a.otherwise(failure(500));
    house.clasp.client().messages(&ask("x")).await.message();
    assert!(house.a.requests().iter().all(|request| key(request) == KEY_A));
    assert!(house.b.requests().iter().all(|request| key(request) == KEY_B));
    assert!(!house.b.requests().is_empty());
}

#[tokio::test]
async fn a08_a_stream_that_breaks_before_its_first_content_goes_elsewhere() {
    let house = two(A_THEN_B).await;
    house.a.otherwise(Answer::text("never seen").broken(Point::Bytes(0), Break::Close));
    house.b.then(Answer::text("from b"));
    let ended = house.clasp.client().streamed(&ask_stream("x")).await;
    assert_eq!(ended.good().text(), "from b");
}

#[tokio::test]
async fn d04_a_request_that_nobody_would_take_is_not_carried_round() {
    let house = two(A_THEN_B).await;
    house.a.otherwise(failure(400));
    house.clasp.client().messages(&ask("x")).await.error(400);
    assert_eq!((house.a.counts().requests, house.b.counts().requests), (1, 0));
}

#[tokio::test]
async fn d04_the_most_useful_of_two_failures_is_told() {
    let house = two(A_THEN_B).await;
    house.a.otherwise(failure(500));
    house.b.otherwise(failure(429).header("retry-after", "77"));
    let answer = house.clasp.client().messages(&ask("x")).await;
    answer.error(429);
    assert_eq!(answer.head.header("retry-after"), Some("77"));
}

#[tokio::test]
async fn a_context_that_is_too_long_goes_to_a_larger_target() {
    let more = "models: {default: a/gpt-4.1}\nrouting: {overflow: {targets: [b/gpt-4.1]}}\n";
    let house = two(more).await;
    let too_long = Answer::error(
        400,
        "This model's maximum context length is 128000 tokens. However, your messages resulted in \
         130000 tokens.",
        "invalid_request_error",
        Some("context_length_exceeded"),
    );
    house.a.otherwise(too_long);
    house.b.then(Answer::text("from b"));
    let answer = house.clasp.client().messages(&ask("x")).await;
    assert_eq!(answer.message().text(), "from b");
}

#[tokio::test]
async fn nobody_left_gives_the_configured_message_and_says_so() {
    let more = format!("{A_THEN_B}routing: {{degrade: {{message: \"Back soon.\"}}}}\n");
    let house = two(&more).await;
    house.a.otherwise(failure(503));
    house.b.otherwise(failure(503));
    let answer = house.clasp.client().messages(&ask("x")).await;
    assert_eq!(answer.message().text(), "Back soon.");
    assert_eq!(answer.head.header("x-clasp-degraded"), Some("message"));
    let ended = house.clasp.client().streamed(&ask_stream("x")).await;
    assert_eq!(ended.good().text(), "Back soon.");
    // What the client did wrong stays its own to mend.
    house.a.otherwise(failure(400));
    house.clasp.client().messages(&ask("x")).await.error(400);
}

#[tokio::test]
async fn a_target_whose_provider_lacks_its_key_is_passed_over_and_goes_nowhere_else() {
    let more = "models: {default: {targets: [a/gpt-4.1], fallback: [anthropic/claude-opus-4-5]}}\n";
    let house = two(more).await;
    house.a.otherwise(failure(529));
    let answer = house.clasp.client().messages(&ask("x")).await;
    answer.server_error();
    let asked: Vec<_> = house.a.requests().iter().map(|one| one.body["model"].clone()).collect();
    assert!(asked.iter().all(|model| model == "gpt-4.1"), "{asked:?}");
}
