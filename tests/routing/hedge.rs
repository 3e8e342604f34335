//! A second target beside a slow one.

use clasp_tests::support::client::ask;
use clasp_tests::support::upstream::{Answer, Gate};

use crate::support::{A_THEN_B, explained, steps, two};

#[tokio::test]
async fn the_quicker_one_answers_and_the_other_is_let_go() {
    let house = two(&format!("{A_THEN_B}routing: {{hedge: {{after: 20ms}}}}\n")).await;
    house.a.otherwise(Answer::never());
    house.b.then(Answer::text("from b"));
    let answer = house.clasp.client().messages(&ask("x")).await;
    assert_eq!(answer.message().text(), "from b");
    house.a.until("the slow one's connection is closed", |counts| counts.open == 0).await;
    let record = explained(&house.clasp.client(), &answer).await;
    assert_eq!(steps(&record), ["decided", "tried", "hedged", "tried", "opened"], "{record}");
}

#[tokio::test]
async fn a_slow_one_that_is_quicker_after_all_answers() {
    let house = two(&format!("{A_THEN_B}routing: {{hedge: {{after: 20ms}}}}\n")).await;
    let gate = Gate::new();
    house.a.then(Answer::text("from a").after(&gate));
    house.b.otherwise(Answer::never());
    let client = house.clasp.client();
    let asked = tokio::spawn(async move { client.messages(&ask("x")).await });
    house.b.until("the second one is asked", |counts| counts.open == 1).await;
    gate.open();
    assert_eq!(asked.await.unwrap().message().text(), "from a");
}

#[tokio::test]
async fn d04_a_second_one_that_refuses_does_not_stop_the_first() {
    let house = two(&format!("{A_THEN_B}routing: {{hedge: {{after: 20ms}}}}\n")).await;
    let gate = Gate::new();
    house.a.then(Answer::text("from a").after(&gate));
    house.b.otherwise(crate::support::failure(400));
    let client = house.clasp.client();
    let asked = tokio::spawn(async move { client.messages(&ask("x")).await });
    house
        .b
        .until("the second one refused", |counts| counts.requests == 1 && counts.open == 0)
        .await;
    gate.open();
    assert_eq!(asked.await.unwrap().message().text(), "from a");
}
