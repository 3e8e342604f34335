#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::time::{Duration, Instant};

use super::{Queue, QueueFull, Ticket};

const SECOND: Duration = Duration::from_secs(1);

fn enter(
    queue: &Arc<Queue<&'static str>>,
    key: &str,
    name: &'static str,
    now: Instant,
) -> Ticket<&'static str> {
    queue.enter(key, now, now + SECOND, now, name).unwrap()
}

fn drain(queue: &Queue<&'static str>, now: Instant) -> Vec<&'static str> {
    std::iter::from_fn(|| queue.next(now)).collect()
}

#[test]
fn keys_take_turns_and_within_one_the_first_goes_first() {
    let (queue, now) = (Arc::new(Queue::new(10)), Instant::now());
    let arrivals =
        [("a", "a1"), ("a", "a2"), ("a", "a3"), ("b", "b1"), ("c", "c1"), ("b", "b2"), ("a", "a4")];
    let _tickets = arrivals.map(|(key, name)| enter(&queue, key, name, now));
    let depths = [("a", 4), ("b", 2), ("c", 1)].map(|(key, depth)| (key.to_owned(), depth));
    assert_eq!(queue.depths(), BTreeMap::from(depths));
    assert_eq!(drain(&queue, now), ["a1", "b1", "c1", "a2", "b2", "a3", "a4"]);
    assert!(queue.is_empty());
}

#[test]
fn who_leaves_has_no_turn() {
    let (queue, now) = (Arc::new(Queue::new(10)), Instant::now());
    let first = enter(&queue, "a", "a1", now);
    let second = enter(&queue, "a", "a2", now);
    let other = enter(&queue, "b", "b1", now);
    drop(first);
    drop(other);
    assert_eq!((queue.len(), queue.next(now)), (1, Some("a2")));
    drop(second);
    assert_eq!(queue.next(now), None);
    let _again = enter(&queue, "b", "b2", now);
    assert_eq!(drain(&queue, now), ["b2"], "each key has one turn");
    let first = enter(&queue, "a", "a3", now);
    let _second = enter(&queue, "b", "b3", now);
    drop(first);
    assert_eq!(queue.next(now), Some("b3"), "and none when nobody waits");
}

#[test]
fn who_waited_too_long_has_no_turn() {
    let (queue, now) = (Arc::new(Queue::new(2)), Instant::now());
    let _short = queue.enter("a", now, now + SECOND, now, "short").unwrap();
    let _long = queue.enter("a", now, now + SECOND * 3, now, "long").unwrap();
    assert_eq!(queue.enter("a", now, now + SECOND, now, "more").unwrap_err(), QueueFull);
    let later = now + SECOND;
    let _more = enter(&queue, "b", "more", later);
    assert_eq!(drain(&queue, later), ["long", "more"]);
    assert_eq!(queue.enter("a", later, later, later, "late").unwrap_err(), QueueFull);
}

#[test]
fn a_full_queue_refuses() {
    let now = Instant::now();
    let queue = Arc::new(Queue::new(0));
    assert_eq!(queue.enter("a", now, now + SECOND, now, "a").unwrap_err(), QueueFull);
    let queue = Arc::new(Queue::new(3));
    let _tickets =
        [("a", "a1"), ("b", "b1"), ("c", "c1")].map(|(key, name)| enter(&queue, key, name, now));
    for key in ["a", "b", "c", "d"] {
        assert_eq!(queue.enter(key, now, now + SECOND, now, "more").unwrap_err(), QueueFull);
    }
}

#[test]
fn one_key_does_not_keep_the_others_out() {
    type Call = (Sender<()>, &'static str);
    let (queue, now) = (Arc::new(Queue::<Call>::new(4)), Instant::now());
    let enter = |key: &str, name| -> Result<(Ticket<Call>, Receiver<()>), QueueFull> {
        let (sender, receiver) = channel();
        let ticket = queue.enter(key, now, now + SECOND, now, (sender, name))?;
        Ok((ticket, receiver))
    };
    let hog: Vec<_> =
        ["a1", "a2", "a3", "a4"].map(|name| enter("a", name).unwrap()).into_iter().collect();
    let _one = enter("b", "b1").unwrap();
    let _two = enter("b", "b2").unwrap();
    assert!(enter("b", "b3").is_err(), "two each is fair");
    assert_eq!(hog[3].1.try_recv(), Err(TryRecvError::Disconnected), "it is told");
    assert_eq!(hog[0].1.try_recv(), Err(TryRecvError::Empty));
    let names: Vec<_> = std::iter::from_fn(|| queue.next(now)).map(|call| call.1).collect();
    assert_eq!(names, ["a1", "b1", "a2", "b2"]);
}

#[test]
fn nobody_is_called_before_it_is_worth_it() {
    let (queue, now) = (Arc::new(Queue::new(10)), Instant::now());
    let _early = queue.enter("a", now + SECOND, now + SECOND * 9, now, "early").unwrap();
    let _late = queue.enter("b", now + SECOND * 3, now + SECOND * 9, now, "late").unwrap();
    let _next = queue.enter("b", now, now + SECOND * 9, now, "next").unwrap();
    assert_eq!((queue.next(now), queue.next(now)), (Some("next"), None));
    let then = now + SECOND * 3;
    assert_eq!((queue.next(then), queue.next(then)), (Some("early"), Some("late")));
}

#[test]
fn a_queue_that_is_made_smaller_keeps_who_is_in_it() {
    let (queue, now) = (Arc::new(Queue::new(2)), Instant::now());
    let _tickets = ["a1", "a2"].map(|name| enter(&queue, "a", name, now));
    queue.resize(1);
    assert_eq!(queue.enter("a", now, now + SECOND, now, "a3").unwrap_err(), QueueFull);
    assert_eq!((queue.next(now), queue.next(now)), (Some("a1"), Some("a2")));
}
