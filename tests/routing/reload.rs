//! Settings that change while requests run.

use clasp_tests::support::clasp::Setup;
use clasp_tests::support::client::{ask, ask_stream};
use clasp_tests::support::upstream::{Answer, Gate, Vendor};
use tokio::task::JoinSet;

use crate::support::yaml;

#[tokio::test]
async fn a_change_under_a_hundred_streams_breaks_none() {
    const STREAMS: usize = 100;
    let (a, b) = (Vendor::start().await, Vendor::start().await);
    let to = |target: &str| yaml(&a, &b, &format!("models: {{default: {target}/gpt-4.1}}\n"));
    let clasp = Setup::bare().config(&to("a")).start().await;
    let gate = Gate::new();
    a.otherwise(Answer::text("one two three four").hold(2, &gate));
    let mut streams = JoinSet::new();
    for _ in 0..STREAMS {
        let client = clasp.client();
        streams.spawn(async move { client.streamed(&ask_stream("x")).await });
    }
    a.until("all run", |counts| counts.open == STREAMS).await;
    clasp.configure(&to("b"));
    clasp.log().line("changed settings apply").await;
    b.otherwise(Answer::text("from b"));
    assert_eq!(clasp.client().messages(&ask("x")).await.message().text(), "from b");
    gate.open();
    while let Some(ended) = streams.join_next().await {
        assert_eq!(ended.unwrap().good().text(), "one two three four");
    }
}

#[tokio::test]
async fn a_broken_change_is_refused_with_place_and_reason() {
    let (a, b) = (Vendor::start().await, Vendor::start().await);
    let good = yaml(&a, &b, "models: {default: a/gpt-4.1}\n");
    let clasp = Setup::bare().config(&good).start().await;
    let line = good.lines().count() + 1;
    clasp.configure(&format!("{good}que: {{enabled: true}}\n"));
    let told = clasp.log().line_with(&["ERROR", "stay as they were"]).await;
    let place = format!("clasp.yaml:{line}");
    assert!(told.contains(&place) && told.contains("queue"), "{told}");
    a.otherwise(Answer::text("still a"));
    assert_eq!(clasp.client().messages(&ask("x")).await.message().text(), "still a");
    // What is put right then counts.
    clasp.configure(&yaml(&a, &b, "models: {default: b/gpt-4.1}\n"));
    clasp.log().line("changed settings apply").await;
    b.otherwise(Answer::text("from b"));
    assert_eq!(clasp.client().messages(&ask("x")).await.message().text(), "from b");
}
