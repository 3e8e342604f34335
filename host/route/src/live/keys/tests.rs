#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::time::{Duration, Instant, SystemTime};

use clasp_model::Header;
use proptest::prelude::*;

use super::time::{date, period};
use super::{KeyState, NoKey, Picked, Pool, exhausted};
use crate::live::LONGEST_REST;

const SECOND: Duration = Duration::from_secs(1);

/// 2026-11-21T20:00:00Z
const WALL: u64 = 1_795_291_200;

fn wall() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(WALL)
}

fn headers(pairs: &[(&str, &str)]) -> Vec<Header> {
    let header = |(name, value): &(&str, &str)| Header {
        name: (*name).to_owned(),
        value: (*value).to_owned(),
    };
    pairs.iter().map(header).collect()
}

fn pick(pool: &Pool, now: Instant) -> Option<usize> {
    pool.pick(now, None).ok().map(|picked| picked.index)
}

#[test]
fn keys_take_turns_by_weight() {
    let (pool, now) = (Pool::new([3, 1, 0]), Instant::now());
    let picked: Vec<_> = (0..8).filter_map(|_| pick(&pool, now)).collect();
    assert_eq!(picked, [0, 0, 1, 0, 0, 0, 1, 0]);
    pool.rest(0, Some(SECOND), now);
    pool.rest(1, Some(SECOND), now);
    assert_eq!(pick(&pool, now), Some(2), "weight 0 when no other can be used");
}

#[test]
fn what_is_preferred_stays_on_its_key_while_that_can_be_used() {
    let (pool, now) = (Pool::new([2, 1, 1]), Instant::now());
    let picked = |hash: u64| pool.pick(now, Some(hash)).unwrap().index;
    let before: Vec<_> = (0..4000).map(picked).collect();
    assert_eq!(before, (0..4000).map(picked).collect::<Vec<_>>());
    let share = before.iter().filter(|index| **index == 0).count();
    assert!((1850..2150).contains(&share), "{share} of 4000 for half the weight");
    pool.rest(0, Some(SECOND), now);
    for (hash, index) in (0..4000).zip(before) {
        let now = picked(hash);
        assert!(index == now || index == 0, "only those of the key that rests move");
    }
}

#[test]
fn d03_a_key_rests_as_long_as_the_provider_says() {
    let (pool, now) = (Pool::new([1, 1]), Instant::now());
    let until = pool.rest(0, Some(SECOND * 20), now);
    assert_eq!(until, now + SECOND * 20);
    assert_eq!(pool.rest(0, Some(SECOND), now), until, "a shorter word does not end it");
    assert_eq!((0..3).filter_map(|_| pick(&pool, now)).collect::<Vec<_>>(), [1, 1, 1]);
    pool.rest(1, Some(SECOND * 10), now);
    let none = NoKey { until: Some(now + SECOND * 10) };
    assert_eq!(pool.pick(now, None), Err(none));
    assert_eq!(pool.peek(now), Some(none.until));
    assert_eq!(pool.peek(now + SECOND * 10), None);
    assert_eq!(pick(&pool, now + SECOND * 10), Some(1));
    assert_eq!(pool.rest(0, Some(Duration::MAX), now), now + LONGEST_REST);
}

#[test]
fn a_rest_of_which_nothing_is_told_doubles_until_the_key_works() {
    let (pool, mut now) = (Pool::new([1]), Instant::now());
    for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
        let until = pool.rest(0, None, now);
        assert_eq!(until, now + SECOND * seconds);
        assert_eq!(pool.rest(0, Some(Duration::ZERO), now), until, "those that ran together");
        now = until;
    }
    pool.good(0);
    assert_eq!(pool.rest(0, None, now), now + SECOND);
}

#[test]
fn a_wrong_key_is_out_while_there_are_others() {
    let (pool, now) = (Pool::new([1, 1]), Instant::now());
    assert!(pool.bad(0, "invalid x-api-key", now));
    assert!(!pool.bad(0, "invalid x-api-key", now), "reported once");
    let later = now + SECOND * 86_400;
    assert_eq!((0..3).filter_map(|_| pick(&pool, later)).collect::<Vec<_>>(), [1, 1, 1]);
    let state = pool.status(now)[0].state.clone();
    assert_eq!(state, KeyState::Bad { why: "invalid x-api-key".into() });
    pool.rest(1, Some(SECOND), now);
    assert_eq!(pool.pick(now, None), Err(NoKey { until: Some(now + SECOND) }));
}

#[test]
fn if_all_keys_are_wrong_one_is_tried_once_a_minute() {
    let (pool, now) = (Pool::new([1, 1]), Instant::now());
    pool.bad(0, "wrong", now);
    pool.bad(1, "wrong", now + SECOND);
    assert_eq!(pool.pick(now, None), Err(NoKey { until: Some(now + SECOND * 60) }));
    let now = now + SECOND * 61;
    assert_eq!(pool.peek(now), None);
    assert_eq!((pick(&pool, now), pick(&pool, now), pick(&pool, now)), (Some(0), Some(1), None));
    pool.good(0);
    assert_eq!((pick(&pool, now), pick(&pool, now)), (Some(0), Some(0)));
}

#[test]
fn no_keys() {
    let (pool, now) = (Pool::new([]), Instant::now());
    assert_eq!(pool.pick(now, None), Err(NoKey { until: None }));
    assert_eq!(pool.peek(now), Some(None));
    assert_eq!(pool.rest(7, None, now), now);
    assert!(!pool.bad(7, "wrong", now));
}

#[test]
fn a_key_with_nothing_left_is_passed_over_before_its_429() {
    let (pool, now) = (Pool::new([1, 1]), Instant::now());
    let spent =
        headers(&[("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "6m0s")]);
    let until = now + SECOND * 360;
    assert_eq!(pool.learn(0, &spent, wall(), now), Some(until));
    assert_eq!(pool.status(now)[0].state, KeyState::Low { until });
    assert_eq!((0..3).filter_map(|_| pick(&pool, now)).collect::<Vec<_>>(), [1, 1, 1]);
    assert_eq!(pick(&pool, until), Some(0));
    let left = headers(&[("x-ratelimit-remaining-requests", "3")]);
    assert_eq!(pool.learn(0, &headers(&[("date", "today")]), wall(), now), None);
    assert_eq!(pool.status(now)[0].state, KeyState::Low { until }, "nothing was told");
    assert_eq!(pool.learn(0, &left, wall(), now), None);
    assert_eq!(pool.status(now)[0].state, KeyState::Free);
}

#[test]
fn headers_alone_never_make_a_pool_refuse() {
    let now = Instant::now();
    let spent = |reset| {
        headers(&[("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", reset)])
    };
    let single = Pool::new([1]);
    single.learn(0, &spent("1h"), wall(), now);
    assert_eq!((single.pick(now, None), single.peek(now)), (Ok(Picked { index: 0 }), None));
    let pool = Pool::new([1, 1, 1]);
    for (index, reset) in ["5m", "30s", "10m"].into_iter().enumerate() {
        pool.learn(index, &spent(reset), wall(), now);
    }
    assert_eq!((pick(&pool, now), pick(&pool, now)), (Some(1), Some(1)), "the first to be back");
}

#[test]
fn reads_what_vendors_tell() {
    let told = |pairs: &[(&str, &str)]| exhausted(&headers(pairs), wall());
    let after = |seconds: f64| Some(Some(Duration::from_secs_f64(seconds)));
    assert_eq!(
        told(&[
            ("anthropic-ratelimit-requests-remaining", "12"),
            ("anthropic-ratelimit-requests-reset", "2026-11-21T20:00:01Z"),
            ("anthropic-ratelimit-input-tokens-remaining", "0"),
            ("anthropic-ratelimit-input-tokens-reset", "2026-11-21T20:00:44Z"),
            ("anthropic-ratelimit-output-tokens-remaining", "0"),
            ("anthropic-ratelimit-output-tokens-reset", "2026-11-21T20:00:30Z"),
        ]),
        after(44.0)
    );
    assert_eq!(
        told(&[
            ("x-ratelimit-limit-requests", "14400"),
            ("x-ratelimit-remaining-requests", "0"),
            ("x-ratelimit-reset-requests", "2m59.56s"),
            ("x-ratelimit-remaining-tokens", "17000"),
            ("x-ratelimit-reset-tokens", "7.66s"),
        ]),
        after(179.56)
    );
    assert_eq!(
        told(&[
            ("x-ratelimit-remaining-tokens-minute", "0"),
            ("x-ratelimit-reset-tokens-minute", "11.5"),
        ]),
        after(11.5)
    );
    assert_eq!(told(&[("x-ratelimit-remaining-req-minute", "0")]), after(60.0));
    let now = (WALL * 1000 + 2500).to_string();
    let open_router = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", now.as_str())];
    assert_eq!(told(&open_router), after(2.5));
    let now = (WALL + 9).to_string();
    assert_eq!(told(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", &now)]), after(9.0));
    assert_eq!(told(&[("x-ratelimit-remaining-requests", "59")]), Some(None));
    let no_limit = [("x-ratelimit-remaining-tokens", "-1"), ("x-ratelimit-reset-tokens", "6m0s")];
    assert_eq!(told(&no_limit), Some(None));
    assert_eq!(told(&[("content-type", "text/event-stream")]), None);
}

#[test]
fn hostile_headers_are_bounded() {
    let reset = |reset: &str| {
        let pairs =
            [("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", reset)];
        exhausted(&headers(&pairs), wall()).unwrap()
    };
    for far in ["99999999999999999999", "9e18", "4102444800", "4102444800000", "999999h", "8d"] {
        assert_eq!(reset(far), Some(LONGEST_REST), "{far}");
    }
    for past in ["0", "0s", "1000000000", "1000000000000"] {
        assert_eq!(reset(past), Some(Duration::ZERO), "{past}");
    }
    for garbage in ["", "soon", "-5", "NaN", "inf", "1e400", "m", "5", "5x", "1s2", "1..2s", "é"] {
        let told = reset(garbage);
        assert!(told.is_none() || garbage == "5", "{garbage}: {told:?}");
    }
    let anthropic = |reset: &str| {
        let name = "anthropic-ratelimit-tokens";
        let (left, reset_name) = (format!("{name}-remaining"), format!("{name}-reset"));
        exhausted(&headers(&[(&left, "0"), (&reset_name, reset)]), wall()).unwrap()
    };
    assert_eq!(anthropic("9999-12-31T23:59:59Z"), Some(LONGEST_REST));
    assert_eq!(anthropic("2001-01-01T00:00:00Z"), Some(Duration::ZERO));
    assert_eq!(anthropic("tomorrow"), None);
}

#[test]
fn reads_dates_and_periods() {
    let seconds = |text| {
        let date = date(text)?;
        date.duration_since(SystemTime::UNIX_EPOCH).ok().map(|since| since.as_secs())
    };
    assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0));
    assert_eq!(seconds("2000-02-29T12:00:00Z"), Some(951_825_600));
    assert_eq!(seconds("2026-11-21T20:00:00Z"), Some(WALL));
    assert_eq!(seconds("2026-11-21t20:00:00.123456z"), Some(WALL));
    assert_eq!(seconds("2026-11-21T21:30:00+01:30"), Some(WALL));
    assert_eq!(seconds("2026-11-21 12:00:00-08:00"), Some(WALL));
    for garbage in [
        "",
        "2026-11-21",
        "2026-11-21T20:00:00",
        "2026-11-21T20:00:00.Z",
        "2026-13-01T00:00:00Z",
        "2026-11-21T24:00:00Z",
        "1969-12-31T23:59:59Z",
        "2026-11-21T20:00:00+1",
        "202é-11-21T2",
        "+026-11-21T20:00:00Z",
        "2026-11-21T20:00:00Zz",
    ] {
        assert_eq!(seconds(garbage), None, "{garbage}");
    }
    assert_eq!(period("6m0s"), Some(SECOND * 360));
    assert_eq!(period("20ms"), Some(Duration::from_millis(20)));
    assert_eq!(period("1h1m1.5s"), Some(Duration::from_millis(3_661_500)));
}

proptest! {
    #[test]
    fn no_header_breaks_it_or_rests_a_key_for_long(reset in ".{0,24}", left in ".{0,8}|0") {
        let pairs = [
            ("x-ratelimit-remaining-requests", left.as_str()),
            ("x-ratelimit-reset-requests", &reset),
            ("anthropic-ratelimit-requests-remaining", "0"),
            ("anthropic-ratelimit-requests-reset", &reset),
        ];
        let longest = exhausted(&headers(&pairs), wall()).flatten().unwrap_or_default();
        prop_assert!(longest <= LONGEST_REST);
    }
}
