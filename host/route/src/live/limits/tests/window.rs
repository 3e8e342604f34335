//! No time of `per` lets more than `count` through, and all of it can be used.

use std::time::{Duration, Instant};

use clasp_model::policy::Rate;
use proptest::prelude::*;

use super::{Bucket, Wait, rate};

/// Asks for 1 every `gap` milliseconds; the milliseconds at which it was let in.
fn asked(rate: Rate, gap: u64, until: u64) -> Vec<u64> {
    let start = Instant::now();
    let mut bucket = Bucket::new(start);
    let at = (0..until).step_by(usize::try_from(gap).unwrap());
    at.filter(|at| bucket.take(rate, 1, start + Duration::from_millis(*at)).is_ok()).collect()
}

/// The most of `times`, in order, within any `per`.
fn most(times: &[u64], per: u64) -> usize {
    let within = |from| times[from..].iter().take_while(|at| **at < times[from] + per).count();
    (0..times.len()).map(within).max().unwrap_or_default()
}

fn slots(bucket: &mut Bucket, now: Instant) -> usize {
    bucket.passed(now).unwrap().1.len()
}

#[test]
fn a_hundred_a_minute_are_a_hundred_in_any_minute() {
    for burst in [2, 10, 17, 100, 500] {
        for gap in [1, 7, 100, 590, 610] {
            let passed = asked(rate(100, 60, burst), gap, 600_000);
            let most = most(&passed, 60_000);
            assert!(most <= 100, "{most} with a burst of {burst}, asked every {gap} ms");
            assert!(most >= 97, "{most} with a burst of {burst}, asked every {gap} ms");
            let share = passed.len() as f64 / 1000.0;
            assert!(share >= 0.96, "{share} with a burst of {burst}, asked every {gap} ms");
        }
    }
}

#[test]
fn all_at_once_and_again_when_the_time_is_over() {
    let start = Instant::now();
    let mut bucket = Bucket::new(start);
    let rate = rate(100, 60, 100);
    for minute in 0..5 {
        let now = start + Duration::from_secs(60 * minute);
        for _ in 0..100 {
            assert_eq!(bucket.take(rate, 1, now), Ok(()));
        }
        assert_eq!(bucket.take(rate, 1, now), Err(Wait(Duration::from_secs(60))));
    }
}

#[test]
fn what_is_charged_counts_in_the_window_too() {
    let start = Instant::now();
    let mut bucket = Bucket::new(start);
    let rate = rate(100, 60, 100);
    assert_eq!(bucket.take(rate, 0, start), Ok(()));
    bucket.charge(rate, 110, start);
    let later = start + Duration::from_secs(30);
    // The pace is kept again after 6 s.
    assert_eq!(bucket.take(rate, 0, later), Err(Wait(Duration::from_secs(30))));
    bucket.give_back(rate, 20, later);
    assert_eq!(bucket.take(rate, 10, later), Ok(()));
    assert_eq!(bucket.take(rate, 1, later), Err(Wait(Duration::from_secs(30))));
    bucket.give_back(rate, 10, later);
    assert_eq!(bucket.take(rate, 11, later), Err(Wait(Duration::from_secs(30))));
    assert_eq!(bucket.take(rate, 10, later), Ok(()), "the newest was given back, and no older");
}

#[test]
fn a_cost_above_the_count_goes_when_nothing_counts() {
    let start = Instant::now();
    let mut bucket = Bucket::new(start);
    let rate = rate(100, 60, 100);
    assert_eq!(bucket.take(rate, 1, start), Ok(()));
    assert_eq!(bucket.take(rate, 101, start), Err(Wait(Duration::from_secs(60))));
    let later = start + Duration::from_secs(60);
    assert_eq!(bucket.take(rate, 101, later), Ok(()));
    assert_eq!(bucket.take(rate, 1, later), Err(Wait(Duration::from_secs(60))));
}

#[test]
fn a_refused_request_that_asks_again_and_again_delays_nobody() {
    let start = Instant::now();
    let mut bucket = Bucket::new(start);
    let rate = rate(100, 60, 100);
    for _ in 0..90 {
        assert_eq!(bucket.take(rate, 1, start), Ok(()));
    }
    // As where another limit of the same request refuses.
    for millisecond in 1..60_000 {
        let now = start + Duration::from_millis(millisecond);
        assert_eq!(bucket.take(rate, 1, now), Ok(()));
        bucket.give_back(rate, 1, now);
    }
    // Within the first slot it can be taken for what was let through.
    assert_eq!(bucket.take(rate, 100, start + Duration::from_secs(61)), Ok(()));
}

#[test]
fn it_stays_small() {
    let start = Instant::now();
    for rate in
        [rate(1_000_000, 60, 1_000_000), Rate { per: Duration::from_nanos(119), ..rate(9, 1, 9) }]
    {
        let mut bucket = Bucket::new(start);
        let step = rate.per / 50_000;
        for number in 0..100_000 {
            let at = (step * number).max(Duration::from_nanos(u64::from(number)));
            let now = start + at;
            let _ = bucket.take(rate, 1, now);
            let slots = slots(&mut bucket, now);
            assert!(slots <= 62, "{slots}");
        }
    }
}

#[test]
fn a_changed_limit_counts_what_was_let_through() {
    let start = Instant::now();
    let mut bucket = Bucket::new(start);
    assert_eq!(bucket.take(rate(100, 60, 100), 80, start), Ok(()));
    let now = start + Duration::from_secs(30);
    assert_eq!(bucket.take(rate(50, 60, 50), 1, now), Err(Wait(Duration::from_secs(30))));
    assert_eq!(bucket.take(rate(90, 3600, 90), 11, now), Err(Wait(Duration::from_secs(3570))));
    assert_eq!(bucket.take(rate(100, 20, 1000), 100, now), Ok(()), "80 are 30 s old");
}

/// One ask: the nanoseconds since the one before, its cost, whether it waits as it is told.
type Ask = (u64, u64, bool);

fn asks(costs: std::ops::Range<u64>) -> impl Strategy<Value = Vec<Ask>> {
    prop::collection::vec((0_u64..2_000_000_000, costs, any::<bool>()), 1..400)
}

/// When `asks` are let in, and their costs. Each that has to wait is told neither too little nor
/// too much.
fn pass(rate: Rate, asks: Vec<Ask>) -> Result<Vec<(u64, u64)>, TestCaseError> {
    let start = Instant::now();
    let mut bucket = Bucket::new(start);
    let mut at = 0;
    let mut passed = Vec::new();
    for (gap, cost, waits) in asks {
        at += gap;
        let mut now = start + Duration::from_nanos(at);
        let mut taken = bucket.take(rate, cost, now);
        if let Err(Wait(wait)) = taken {
            prop_assert!(wait > Duration::ZERO);
            let before = now + wait - Duration::from_nanos(1);
            prop_assert!(bucket.clone().take(rate, cost, before).is_err(), "told too much");
            if waits {
                let seconds = Wait(wait).retry_after();
                at += if gap % 2 == 0 { seconds * 1_000_000_000 } else { wait.as_nanos() as u64 };
                now = start + Duration::from_nanos(at);
                taken = bucket.take(rate, cost, now);
                prop_assert_eq!(taken, Ok(()), "it waited as it was told");
            }
        }
        prop_assert!(slots(&mut bucket, now) <= 62);
        if taken.is_ok() {
            passed.push((at, cost));
        }
    }
    Ok(passed)
}

/// What is let through in every time of `per` that begins with one of `passed`.
fn windows(passed: &[(u64, u64)], per: u64) -> impl Iterator<Item = &[(u64, u64)]> {
    let within = move |from: usize| {
        let end = passed[from..].partition_point(|(at, _)| *at < passed[from].0 + per);
        &passed[from..from + end]
    };
    (0..passed.len()).map(within)
}

fn sum(passed: &[(u64, u64)]) -> u64 {
    passed.iter().map(|(_, cost)| cost).sum()
}

proptest! {
    #[test]
    fn any_window_has_at_most_the_count(
        count in 1_u64..200,
        per in 1_u64..60_000_000_000,
        burst in 1_u64..250,
        asks in asks(1..2),
    ) {
        let rate = Rate { count, per: Duration::from_nanos(per), burst };
        let passed = pass(rate, asks)?;
        for window in windows(&passed, per) {
            prop_assert!(sum(window) <= count, "{} in one window of {count}", sum(window));
        }
        // And the pace: of no shorter time more than the burst and what came in.
        for (from, (begin, _)) in passed.iter().enumerate() {
            for (number, (end, _)) in (1_u64..).zip(&passed[from..]) {
                let came = u128::from(end - begin) * u128::from(count) / u128::from(per);
                prop_assert!(u128::from(number) <= u128::from(burst) + came + 1);
            }
        }
    }

    /// More than the count goes by itself, and nothing else near it.
    #[test]
    fn any_window_has_at_most_the_count_or_one_that_is_above_it(
        count in 1_u64..100,
        per in 1_u64..20_000_000_000,
        burst in 1_u64..120,
        asks in asks(1..120),
    ) {
        let rate = Rate { count, per: Duration::from_nanos(per), burst };
        for window in windows(&pass(rate, asks)?, per) {
            let fits = sum(window) <= count || window.len() == 1;
            prop_assert!(fits, "{window:?} of {count}");
        }
    }
}
