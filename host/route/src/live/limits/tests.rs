#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::time::{Duration, Instant};

use clasp_model::policy::Rate;

use super::{Bucket, Claim, Full, Limiter, Passed, Wait};

mod window;

const fn rate(count: u64, seconds: u64, burst: u64) -> Rate {
    Rate { count, per: Duration::from_secs(seconds), burst }
}

#[test]
fn a_burst_and_then_the_even_pace() {
    let (limiter, now) = (Limiter::default(), Instant::now());
    let rate = rate(60, 60, 10);
    let passed = |now| (0..100).filter(|_| limiter.take("a", rate, 1, now).is_ok()).count();
    assert_eq!(passed(now), 10);
    assert_eq!(limiter.take("a", rate, 1, now), Err(Wait(Duration::from_secs(1))));
    assert_eq!(passed(now + Duration::from_millis(999)), 0);
    assert_eq!(passed(now + Duration::from_secs(1)), 1);
    assert_eq!(passed(now + Duration::from_secs(4)), 3);
    assert_eq!(passed(now + Duration::from_secs(4000)), 10);
    assert_eq!(limiter.take("b", rate, 1, now), Ok(()), "each name has its own");
}

#[test]
fn retry_after_is_in_whole_seconds_rounded_up() {
    let seconds = |nanoseconds| Wait(Duration::from_nanos(nanoseconds)).retry_after();
    assert_eq!(seconds(0), 1);
    assert_eq!(seconds(1), 1);
    assert_eq!(seconds(1_000_000_000), 1);
    assert_eq!(seconds(1_000_000_001), 2);
    assert_eq!(Wait(Duration::MAX).retry_after(), u64::MAX);
}

#[test]
fn a_cost_that_is_known_afterwards_is_waited_for_by_the_next() {
    let (limiter, now) = (Limiter::default(), Instant::now());
    let rate = rate(60_000, 60, 10_000);
    assert_eq!(limiter.take("a", rate, 1, now), Ok(()));
    limiter.charge("a", rate, 29_999, now);
    let Wait(wait) = limiter.take("a", rate, 1, now).unwrap_err();
    assert_eq!(wait, Duration::from_millis(20_001), "back to 9,999 at 1,000 a second");
    assert_eq!(limiter.take("a", rate, 1, now + wait), Ok(()));
    limiter.give_back("a", rate, 10_000, now + wait);
    assert_eq!(limiter.take("a", rate, 10_000, now + wait), Ok(()));
}

#[test]
fn a_cost_above_the_burst_goes_when_nothing_else_did() {
    let (limiter, now) = (Limiter::default(), Instant::now());
    let rate = rate(60, 60, 10);
    assert_eq!(limiter.take("a", rate, 25, now), Ok(()));
    assert_eq!(limiter.take("a", rate, 25, now), Err(Wait(Duration::from_secs(25))));
    assert_eq!(limiter.take("a", rate, 1, now), Err(Wait(Duration::from_secs(16))));
}

#[test]
fn all_limits_or_none() {
    let (limiter, now) = (Limiter::default(), Instant::now());
    let own = Claim { name: "key/a", rate: rate(60, 60, 5), cost: 1 };
    let all = Claim { name: "all", rate: rate(60, 60, 3), cost: 1 };
    for _ in 0..3 {
        assert_eq!(limiter.take_all(&[own, all], now), Ok(()));
    }
    for _ in 0..9 {
        let refused = limiter.take_all(&[own, all], now);
        assert_eq!(refused, Err(Wait(Duration::from_secs(1))));
    }
    assert_eq!(limiter.take(own.name, own.rate, 2, now), Ok(()), "a refused request took nothing");
}

#[test]
fn a_changed_limit_keeps_what_was_taken() {
    let (limiter, now) = (Limiter::default(), Instant::now());
    assert_eq!(limiter.take("a", rate(60, 60, 10), 10, now), Ok(()));
    let hourly = rate(3600, 3600, 10);
    assert_eq!(limiter.take("a", hourly, 1, now), Err(Wait(Duration::from_secs(1))));
    assert_eq!(limiter.take("a", hourly, 5, now + Duration::from_secs(5)), Ok(()));
}

#[test]
fn a_thread_whose_clock_is_behind_is_told_the_whole_wait() {
    let (limiter, now) = (Limiter::default(), Instant::now());
    let rate = rate(60, 60, 1);
    let later = now + Duration::from_millis(5);
    assert_eq!(limiter.take("a", rate, 1, later), Ok(()));
    let Wait(wait) = limiter.take("a", rate, 1, now).unwrap_err();
    let early = later + Duration::from_millis(996);
    assert!(limiter.take("a", rate, 1, early).is_err(), "no time counts twice");
    assert_eq!(limiter.take("a", rate, 1, now + wait), Ok(()));
}

#[test]
fn names_that_ask_no_more_are_forgotten() {
    let (limiter, start) = (Limiter::default(), Instant::now());
    for number in 0..100_000_u32 {
        let now = start + Duration::from_millis(u64::from(number));
        assert_eq!(limiter.take(&number.to_string(), rate(1, 1, 1), 1, now), Ok(()));
    }
    assert!(limiter.buckets.len() < 4000, "{}", limiter.buckets.len());
}

#[test]
fn places_are_given_back() {
    let limiter = Limiter::default();
    let (one, other) = (limiter.enter("a", 2).unwrap(), limiter.enter("a", 2).unwrap());
    assert_eq!(limiter.enter("a", 2).unwrap_err(), Full);
    assert_eq!((limiter.running("a"), limiter.running("b")), (2, 0));
    drop(one);
    let again = limiter.enter("a", 2).unwrap();
    assert_eq!(limiter.enter("a", 2).unwrap_err(), Full);
    drop((other, again));
    assert_eq!(limiter.running("a"), 0);
    assert_eq!(limiter.enter("none", 0).unwrap_err(), Full);
}

#[test]
fn numbers_at_the_ends_do_not_overflow() {
    let now = Instant::now();
    let mut bucket = Bucket::new(now);
    let vast = Rate { count: u64::MAX, per: Duration::MAX, burst: u64::MAX };
    bucket.charge(vast, u64::MAX, now);
    let _ = bucket.take(vast, u64::MAX, now);
    let nothing = Rate { count: 0, per: Duration::ZERO, burst: 0 };
    let mut bucket = Bucket::new(now);
    assert_eq!(bucket.take(nothing, 1, now), Ok(()));
    let _ = bucket.take(nothing, u64::MAX, now);
}

#[test]
fn what_was_let_through_can_be_told_to_others() {
    let (limiter, start) = (Limiter::default(), Instant::now());
    let seconds = |seconds| start + Duration::from_secs(seconds);
    let rate = rate(60, 60, 60);
    for second in [0, 2, 30] {
        assert_eq!(limiter.take("a", rate, second + 1, seconds(second)), Ok(()));
    }
    assert_eq!(limiter.take("looked at", rate, 0, seconds(30)), Ok(()));
    let all = [(seconds(0), 1), (seconds(2), 3), (seconds(30), 31)];
    let passed = |amounts: &[_]| Passed { name: "a".into(), rate, amounts: amounts.to_vec() };
    assert_eq!(limiter.passed(seconds(59)), [passed(&all)]);
    assert_eq!(limiter.drain(seconds(60)), [passed(&all[1..])]);
    assert_eq!(limiter.drain(seconds(60)), []);
    assert_eq!(limiter.take("a", rate, 60, seconds(60)), Ok(()), "it is forgotten here");
}
