//! Providers that are asked whether they are there.

use clasp_tests::support::client::ask;
use clasp_tests::support::upstream::Answer;

use crate::support::{A_THEN_B, KEY_A, failure, two};

const CHECKS: &str = "health_check: {enabled: true, interval: 20ms, timeout: 5s}\n";

#[tokio::test]
async fn a_provider_that_is_down_is_passed_over_until_it_is_back() {
    let house = two(&format!("{A_THEN_B}{CHECKS}")).await;
    house.b.otherwise(Answer::text("from b"));
    house.a.otherwise(Answer::text("from a")).lists(Some(failure(503)));
    house.clasp.log().line_with(&["the provider is down", "\"a\""]).await;
    let before = house.a.requests().iter().filter(|one| one.method == "POST").count();
    let answer = house.clasp.client().messages(&ask("x")).await;
    assert_eq!(answer.message().text(), "from b");
    let asked = house.a.requests().iter().filter(|one| one.method == "POST").count();
    assert_eq!(asked, before, "it is left alone");
    let health = house.clasp.client().send("GET", "/health").await.json();
    assert_eq!(health["status"], "degraded");
    assert_eq!(health["providers"]["a"]["status"], "down");
    assert!(!health.to_string().contains(KEY_A));

    house.a.lists(None);
    house.clasp.log().line_with(&["the provider is back", "\"a\""]).await;
    assert_eq!(house.clasp.client().messages(&ask("x")).await.message().text(), "from a");
}

#[tokio::test]
async fn the_only_target_is_asked_whatever_its_check_says() {
    let house = two(&format!("models: {{default: a/gpt-4.1}}\n{CHECKS}")).await;
    house.a.otherwise(Answer::text("from a")).lists(Some(failure(503)));
    house.clasp.log().line_with(&["the provider is down", "\"a\""]).await;
    assert_eq!(house.clasp.client().messages(&ask("x")).await.message().text(), "from a");
}
