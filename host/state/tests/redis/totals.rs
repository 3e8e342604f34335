use std::time::Duration;

use clasp_state::{Link, State};

use crate::server::{Server, until};

const DAY: Duration = Duration::from_secs(86_400);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_add_up() {
    let Some(mut server) = Server::start() else { return };
    let (one, other) = (server.state().await, server.state().await);
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..200 {
        let state = if number % 2 == 0 { one.clone() } else { other.clone() };
        tasks.spawn(async move { state.add("month", 3, DAY).await });
    }
    tasks.join_all().await;
    assert_eq!(one.add("month", 0, DAY).await, 600);

    server.kill();
    assert_eq!(one.add("month", 5, DAY).await, 605, "what it heard last, and its own");
    until(&one, Link::Away).await;
    assert_eq!(one.add("month", 5, DAY).await, 610);
    server.run();
    until(&one, Link::Shared).await;
    until(&other, Link::Shared).await;
    assert_eq!(one.add("month", 1, DAY).await, 11, "a new Redis is told what the old was not");
    assert_eq!(other.add("month", 1, DAY).await, 12);
    let left: i64 = server.ask(&["PTTL", "clasp:total:month"]);
    assert!((86_300_000..=86_400_000).contains(&left), "{left}");
    assert_eq!(one.add("vast", u64::MAX, Duration::MAX).await, 1 << 53);
}

#[tokio::test(start_paused = true)]
async fn alone_it_adds_up_here() {
    let state = State::local();
    assert_eq!(state.add("day", 3, DAY).await, 3);
    assert_eq!(state.add("day", 4, DAY).await, 7);
    assert_eq!(state.add("other", 1, DAY).await, 1);
    tokio::time::advance(DAY).await;
    assert_eq!(state.add("day", 1, DAY).await, 1);
}
