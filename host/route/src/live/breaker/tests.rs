#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use clasp_model::policy::Breaker;
use clasp_model::{Failure, FailureKind, Source};

use super::{Admission, Breakers, CircuitState, Outcome, Permit};
use crate::live::LONGEST_REST;

const TARGET: &str = "acme/large";

fn settings() -> Breaker {
    Breaker { enabled: true, threshold: 3, ..Breaker::default() }
}

fn breakers() -> (Arc<Breakers>, Instant) {
    (Arc::new(Breakers::new(settings())), Instant::now())
}

fn closed(breakers: &Arc<Breakers>, now: Instant) -> Permit {
    match breakers.admit(TARGET, now) {
        Admission::Closed(permit) => permit,
        other => panic!("{other:?}"),
    }
}

fn probe(breakers: &Arc<Breakers>, now: Instant) -> Permit {
    match breakers.admit(TARGET, now) {
        Admission::Probe(permit) => permit,
        other => panic!("{other:?}"),
    }
}

fn open(breakers: &Arc<Breakers>, now: Instant) -> Instant {
    match breakers.admit(TARGET, now) {
        Admission::Open { until } => until,
        other => panic!("{other:?}"),
    }
}

/// Fails until it opens; the time of the first probe.
fn fail(breakers: &Arc<Breakers>, now: Instant) -> Instant {
    for _ in 0..3 {
        let _ = closed(breakers, now).end(Outcome::Failed, now);
    }
    open(breakers, now)
}

#[test]
fn d03_failures_in_a_row_open_it_for_the_timeout() {
    let (breakers, now) = breakers();
    assert_eq!(closed(&breakers, now).end(Outcome::Failed, now), None);
    assert_eq!(closed(&breakers, now).end(Outcome::Failed, now), None);
    assert_eq!(closed(&breakers, now).end(Outcome::Good, now), None, "not in a row");
    assert_eq!(closed(&breakers, now).end(Outcome::Failed, now), None);
    assert_eq!(closed(&breakers, now).end(Outcome::Failed, now), None);
    let until = now + Duration::from_secs(30);
    let changed = closed(&breakers, now).end(Outcome::Failed, now);
    assert_eq!(changed, Some(CircuitState::Open { until }));
    assert_eq!(breakers.peek(TARGET, now), Some(until));
    assert_eq!(open(&breakers, until - Duration::from_nanos(1)), until);
    assert_eq!(breakers.peek(TARGET, until), None);
    assert!(matches!(breakers.admit("acme/small", now), Admission::Closed(_)), "others are free");
}

#[test]
fn it_opens_by_the_share_that_failed_once_there_are_enough() {
    let (breakers, now) = breakers();
    let settings = Breaker { threshold: 1000, minimum: 10, failure_rate: 0.5, ..settings() };
    breakers.configure(settings);
    for second in 0..9 {
        let now = now + Duration::from_secs(second);
        let outcome = if second % 2 == 0 { Outcome::Good } else { Outcome::Failed };
        assert_eq!(closed(&breakers, now).end(outcome, now), None);
    }
    let now = now + Duration::from_secs(9);
    let changed = closed(&breakers, now).end(Outcome::Failed, now);
    assert!(matches!(changed, Some(CircuitState::Open { .. })), "5 of 10");
}

#[test]
fn failures_outside_the_window_do_not_count() {
    let (breakers, now) = breakers();
    breakers.configure(Breaker { threshold: 1000, minimum: 3, ..settings() });
    for minute in 0..20 {
        let now = now + Duration::from_secs(minute * 61);
        assert_eq!(closed(&breakers, now).end(Outcome::Failed, now), None);
        assert_eq!(breakers.states(now)[0].1.requests, 1);
        let over = now + Duration::from_secs(60);
        assert_eq!(breakers.states(over)[0].1.requests, 0);
    }
}

#[test]
fn what_says_nothing_of_the_target_neither_opens_nor_closes() {
    let (breakers, now) = breakers();
    for _ in 0..100 {
        assert_eq!(closed(&breakers, now).end(Outcome::Neither, now), None);
        drop(closed(&breakers, now));
    }
    assert_eq!(breakers.states(now), []);
    let until = fail(&breakers, now);
    for _ in 0..100 {
        assert_eq!(probe(&breakers, until).end(Outcome::Neither, until), None);
    }
    assert_eq!(breakers.states(until)[0].1.state, CircuitState::HalfOpen);
}

#[test]
fn one_probe_at_a_time_and_it_closes_after_enough_good_ones() {
    let (breakers, now) = breakers();
    let until = fail(&breakers, now);
    let first = probe(&breakers, until);
    assert!(open(&breakers, until) > until, "one at a time");
    assert!(breakers.peek(TARGET, until).is_some());
    assert_eq!(first.end(Outcome::Good, until), None, "one of two");
    let second = probe(&breakers, until);
    assert_eq!(second.end(Outcome::Good, until), Some(CircuitState::Closed));
    let _ = closed(&breakers, until);
    assert_eq!(breakers.states(until), [], "it starts afresh");
}

#[test]
fn a_client_that_leaves_frees_the_probe() {
    let (breakers, now) = breakers();
    let until = fail(&breakers, now);
    drop(probe(&breakers, until));
    drop(probe(&breakers, until));
    assert_eq!(breakers.states(until)[0].1.state, CircuitState::HalfOpen);
}

#[test]
fn a_failed_probe_opens_it_again() {
    let (breakers, now) = breakers();
    let until = fail(&breakers, now);
    assert_eq!(probe(&breakers, until).end(Outcome::Good, until), None);
    let again = until + Duration::from_secs(30);
    let changed = probe(&breakers, until).end(Outcome::Failed, until);
    assert_eq!(changed, Some(CircuitState::Open { until: again }));
    assert_eq!(probe(&breakers, again).end(Outcome::Good, again), None, "counted from 0 again");
}

#[test]
fn a_long_stream_does_not_hold_the_probe_and_its_end_counts() {
    let (breakers, now) = breakers();
    let until = fail(&breakers, now);
    let mut first = probe(&breakers, until);
    assert_eq!(first.answered(until), None);
    assert_eq!(first.answered(until), None, "counted once");
    let mut second = probe(&breakers, until);
    assert!(matches!(first.end(Outcome::Failed, until), Some(CircuitState::Open { .. })));
    assert_eq!(second.answered(until), None, "of another time");

    let later = until + Duration::from_secs(30);
    let mut first = probe(&breakers, later);
    assert_eq!(first.answered(later), None);
    let mut second = probe(&breakers, later);
    assert_eq!(second.answered(later), Some(CircuitState::Closed));
    assert_eq!(second.end(Outcome::Failed, later), None);
    assert_eq!(breakers.states(later)[0].1.in_a_row, 1, "broken off after it closed");
}

#[test]
fn what_began_before_a_change_says_nothing_after_it() {
    let (breakers, now) = breakers();
    let slow: Vec<_> = (0..9).map(|_| closed(&breakers, now)).collect();
    let until = fail(&breakers, now);
    let running = probe(&breakers, until);
    for permit in slow {
        assert_eq!(permit.end(Outcome::Failed, until), None);
    }
    assert_eq!(running.end(Outcome::Good, until), None);
    assert_eq!(breakers.states(until)[0].1.state, CircuitState::HalfOpen);
}

#[test]
fn another_instance_opens_and_closes_it() {
    let (breakers, now) = breakers();
    let until = now + Duration::from_secs(5);
    breakers.force(TARGET, CircuitState::Open { until }, now);
    assert_eq!(open(&breakers, now), until);
    breakers.force(TARGET, CircuitState::HalfOpen, now);
    let running = probe(&breakers, now);
    breakers.force(TARGET, CircuitState::Closed, now);
    let _ = closed(&breakers, now);
    breakers.force(TARGET, CircuitState::HalfOpen, now);
    let other = probe(&breakers, now);
    drop(running);
    let _ = open(&breakers, now);
    drop(other);
    let _ = probe(&breakers, now);
    let far = now + Duration::from_secs(1_000_000);
    breakers.force(TARGET, CircuitState::Open { until: far }, now);
    assert_eq!(open(&breakers, now), now + LONGEST_REST);
}

#[test]
fn a_breaker_that_is_switched_off_stops_nothing() {
    let now = Instant::now();
    let breakers = Arc::new(Breakers::new(Breaker { threshold: 1, ..Breaker::default() }));
    for _ in 0..9 {
        assert_eq!(closed(&breakers, now).end(Outcome::Failed, now), None);
    }
    breakers.force(TARGET, CircuitState::Open { until: now + LONGEST_REST }, now);
    assert_eq!(breakers.peek(TARGET, now), None);
    assert_eq!(breakers.states(now), []);
}

#[test]
fn names_that_clients_make_up_are_forgotten() {
    let (breakers, start) = breakers();
    for number in 0..50_000_u32 {
        let now = start + Duration::from_millis(u64::from(number) * 10);
        let Admission::Closed(permit) = breakers.admit(&format!("acme/{number}"), now) else {
            panic!("open");
        };
        let _ = permit.end(Outcome::Good, now);
    }
    // 6,000 a minute, which is the window.
    assert!(breakers.circuits.len() < 16_000, "{}", breakers.circuits.len());
    let now = start + Duration::from_secs(500);
    for number in 0..20_000_u32 {
        let Admission::Closed(permit) = breakers.admit(&format!("acme/x{number}"), now) else {
            panic!("open");
        };
        let _ = permit.end(Outcome::Failed, now);
    }
    assert!(breakers.circuits.len() <= super::MOST, "{}", breakers.circuits.len());
}

#[test]
fn threads_agree_on_one_probe() {
    let (breakers, now) = breakers();
    let until = fail(&breakers, now);
    let kept: Vec<_> = std::thread::scope(|scope| {
        let ask = || match breakers.admit(TARGET, until) {
            Admission::Probe(permit) => Some(permit),
            _ => None,
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().filter_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(kept.len(), 1);
}

#[test]
fn what_counts_as_a_failure_of_the_target() {
    use FailureKind::{
        Authentication, Billing, ContextTooLong, InvalidRequest, NotFound, Overloaded, Protocol,
        ProviderError, RateLimited, Timeout,
    };
    let vendor = |kind| Outcome::of(&Failure::new(kind, Source::Vendor, "no"));
    for kind in [Overloaded, Timeout, ProviderError, Protocol] {
        assert_eq!(vendor(kind), Outcome::Failed, "{kind:?}");
    }
    for kind in [InvalidRequest, ContextTooLong, NotFound, RateLimited, Authentication, Billing] {
        assert_eq!(vendor(kind), Outcome::Neither, "{kind:?}");
    }
    for source in [Source::Client, Source::Host, Source::Plugin] {
        let failure = Failure::new(ProviderError, source, "no");
        assert_eq!(Outcome::of(&failure), Outcome::Neither, "{source:?}");
    }
}
