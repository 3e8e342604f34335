#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Traffic;

const TARGET: &str = "acme/large";

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

#[test]
fn counts_what_runs() {
    let (traffic, now) = (Arc::new(Traffic::default()), Instant::now());
    let (one, other) = (traffic.start(TARGET, now), traffic.start(TARGET, now));
    assert_eq!((traffic.running(TARGET), traffic.running("acme/small")), (2, 0));
    drop(one);
    assert_eq!(traffic.running(TARGET), 1);
    drop(other);
    assert_eq!(traffic.running(TARGET), 0);
    assert_eq!(traffic.targets(now), []);
}

#[test]
fn recent_measures_count_more() {
    let (traffic, start) = (Arc::new(Traffic::default()), Instant::now());
    let running = traffic.start(TARGET, start);
    assert_eq!(traffic.first_token(TARGET, start), None);
    for _ in 0..1000 {
        running.first_token(ms(5000), start);
    }
    assert_eq!(traffic.first_token(TARGET, start), Some(ms(5000)));
    for _ in 0..20 {
        running.first_token(ms(100), start);
    }
    let mean = traffic.first_token(TARGET, start).unwrap();
    assert!(ms(1000) < mean && mean < ms(2000), "{mean:?}: twenty new ones weigh most");
    let later = start + Duration::from_secs(960);
    running.first_token(ms(100), later);
    let mean = traffic.first_token(TARGET, later).unwrap();
    assert!(mean < ms(300), "{mean:?}: old ones faded");
}

#[test]
fn a_slow_target_is_not_slow_for_ever() {
    let (traffic, start) = (Arc::new(Traffic::default()), Instant::now());
    let running = traffic.start(TARGET, start);
    running.first_token(ms(60_000), start);
    running.ended(false, start);
    let known =
        |minutes: u64| traffic.first_token(TARGET, start + Duration::from_secs(minutes * 60));
    assert_eq!(known(8), Some(ms(60_000)));
    assert_eq!(known(9), None);
    assert_eq!(traffic.success(TARGET, start), Some(0.0));
    assert_eq!(traffic.success(TARGET, start + Duration::from_secs(600)), None);
}

#[test]
fn the_share_that_went_well() {
    let (traffic, now) = (Arc::new(Traffic::default()), Instant::now());
    let running = traffic.start(TARGET, now);
    for well in [true, true, true, false] {
        running.ended(well, now);
    }
    assert_eq!(traffic.success(TARGET, now), Some(0.75));
    let (name, target) = traffic.targets(now).pop().unwrap();
    assert_eq!((name.as_str(), target.running, target.success), (TARGET, 1, Some(0.75)));
}

#[test]
fn names_that_clients_make_up_are_forgotten() {
    let (traffic, now) = (Arc::new(Traffic::default()), Instant::now());
    for number in 0..50_000 {
        drop(traffic.start(&format!("acme/{number}"), now));
    }
    assert!(traffic.0.len() <= 16 * 64, "{}", traffic.0.len());
    let held: Vec<_> = (0..50_000).map(|number| traffic.start(&format!("{number}"), now)).collect();
    assert!(traffic.0.len() <= super::MOST);
    drop(held);
}
