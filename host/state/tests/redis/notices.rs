use std::time::Duration;

use clasp_state::{Link, Notice, fingerprint};
use tokio::sync::broadcast::Receiver;

use crate::server::{PATIENCE, Server, until};

async fn hear(notices: &mut Receiver<Notice>) -> Notice {
    tokio::time::timeout(PATIENCE, notices.recv()).await.expect("a notice").unwrap()
}

fn rests(key: &str, seconds: u64) -> Notice {
    let left = Duration::from_secs(seconds);
    Notice::KeyRests { target: "acme".into(), key: fingerprint(key), left }
}

fn opened(target: &str, seconds: u64) -> Notice {
    Notice::Opened { target: target.into(), left: Duration::from_secs(seconds) }
}

fn closed(target: &str) -> Notice {
    Notice::Closed { target: target.into() }
}

/// What is left of a notice, and the notice with a round time.
fn left(notice: Notice) -> (Duration, Notice) {
    match notice {
        Notice::KeyRests { target, key, left } => {
            (left, Notice::KeyRests { target, key, left: Duration::ZERO })
        }
        Notice::Opened { target, left } => (left, Notice::Opened { target, left: Duration::ZERO }),
        closed @ Notice::Closed { .. } => (Duration::ZERO, closed),
    }
}

#[tokio::test]
async fn instances_hear_each_other_but_not_themselves() {
    let Some(server) = Server::start() else { return };
    let (one, other) = (server.state().await, server.state().await);
    let (mut at_one, mut at_other) = (one.notices(), other.notices());
    one.tell(&rests("sk-1", 20)).await;
    assert_eq!(hear(&mut at_other).await, rests("sk-1", 20));
    other.tell(&opened("acme/large", 30)).await;
    other.tell(&closed("acme/large")).await;
    assert_eq!(hear(&mut at_one).await, opened("acme/large", 30), "not its own first");
    assert_eq!(hear(&mut at_one).await, closed("acme/large"));
}

#[tokio::test]
async fn who_comes_later_learns_what_holds() {
    let Some(server) = Server::start() else { return };
    let one = server.state().await;
    one.tell(&rests("sk-1", 20)).await;
    one.tell(&opened("acme/large", 30)).await;
    one.tell(&opened("acme/small", 30)).await;
    one.tell(&closed("acme/small")).await;
    one.tell(&Notice::Opened { target: "acme/over".into(), left: Duration::from_millis(1) }).await;
    one.tell(&opened("acme/long", 1_000_000)).await;
    let over = async {
        loop {
            let held: Vec<String> = server.ask(&["HVALS", "clasp:held"]);
            let now: (u64, u64) = server.ask(&["TIME"]);
            let over = held.iter().find(|held| held.contains("acme/over")).unwrap();
            let ends: u64 = over.split(' ').next().unwrap().parse().unwrap();
            if now.0 * 1000 + now.1 / 1000 > ends {
                break;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, over).await.unwrap();

    let other = server.state().await;
    let mut heard = Vec::new();
    let mut notices = other.notices();
    while let Ok(notice) = notices.try_recv() {
        heard.push(left(notice));
    }
    heard.sort_by_key(|(left, _)| *left);
    let what: Vec<_> = heard.iter().map(|(_, notice)| notice.clone()).collect();
    assert_eq!(what, [rests("sk-1", 0), opened("acme/large", 0), opened("acme/long", 0)]);
    for ((left, _), most) in heard.into_iter().zip([20, 30, 3600]) {
        let most = Duration::from_secs(most);
        assert!(most / 2 < left && left <= most, "{left:?} of {most:?}");
    }
    let ttl: i64 = server.ask(&["PTTL", "clasp:held"]);
    assert!((1..=3_600_000).contains(&ttl), "{ttl}");
}

#[tokio::test]
async fn who_connects_again_learns_what_holds() {
    let Some(mut server) = Server::start() else { return };
    let one = server.state().await;
    let mut notices = one.notices();
    server.kill();
    until(&one, Link::Away).await;
    server.run();
    until(&one, Link::Shared).await;
    let other = server.state().await;
    other.tell(&rests("sk-1", 20)).await;
    assert_eq!(hear(&mut notices).await, rests("sk-1", 20));
}

#[tokio::test]
async fn what_cannot_be_read_is_passed_over() {
    let Some(server) = Server::start() else { return };
    let one = server.state().await;
    let mut notices = one.notices();
    for text in ["", "{", "[]", r#"{"from":1,"type":"new"}"#, r#"{"type":"closed"}"#] {
        let heard: u64 = server.ask(&["PUBLISH", "clasp:notices", text]);
        assert_eq!(heard, 1);
    }
    let far = r#"{"from":1,"type":"opened","target":"a","left":99999999999,"new":1}"#;
    let _: u64 = server.ask(&["PUBLISH", "clasp:notices", far]);
    assert_eq!(hear(&mut notices).await, opened("a", 3600));
}

#[tokio::test]
async fn keys_do_not_go_to_redis() {
    let Some(server) = Server::start() else { return };
    let one = server.state().await;
    one.tell(&rests("sk-very-secret", 20)).await;
    let held: Vec<String> = server.ask(&["HGETALL", "clasp:held"]);
    assert_eq!(held.len(), 2);
    assert!(held.iter().all(|text| !text.contains("secret")), "{held:?}");
}
