#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::time::{Duration, SystemTime};

use clasp_model::{Failure, FailureKind, Header, Retry, Source};

use super::{Budget, Decision, Policy, most_useful, retry_after};

const POLICY: Policy = Policy {
    attempts: 5,
    base: Duration::from_millis(500),
    cap: Duration::from_secs(3),
    retry_after_limit: Duration::from_secs(30),
};

fn failure(kind: FailureKind) -> Failure {
    Failure::new(kind, Source::Vendor, "no")
}

fn wait(milliseconds: u64) -> Decision {
    Decision::Wait(Duration::from_millis(milliseconds))
}

#[test]
fn d03_waits_double_up_to_a_cap_with_full_jitter() {
    let budget = Budget::new(0.0, 0.0, 100.0);
    let overloaded = failure(FailureKind::Overloaded);
    let next = |tries, random| POLICY.next(tries, &overloaded, &budget, random);
    assert_eq!(
        (1..=5).map(|tries| next(tries, 1.0)).collect::<Vec<_>>(),
        [wait(500), wait(1000), wait(2000), wait(3000), Decision::GiveUp]
    );
    assert_eq!(next(2, 0.0), wait(0));
    assert_eq!(next(2, 0.25), wait(250));
    assert_eq!(next(1, f64::NAN), wait(500));
    assert_eq!(next(1, 7.0), wait(500));
    let endless = Policy { attempts: u32::MAX, ..POLICY };
    assert_eq!(endless.next(4_000_000, &overloaded, &budget, 1.0), wait(3000));
}

#[test]
fn d03_only_what_may_succeed_here_is_tried_again() {
    let budget = Budget::new(0.0, 0.0, 1.0);
    for retry in [Retry::Never, Retry::Elsewhere] {
        let failure = failure(FailureKind::RateLimited).with_retry(retry);
        assert_eq!(POLICY.next(1, &failure, &budget, 0.0), Decision::GiveUp);
    }
    assert!(budget.withdraw(), "giving up costs nothing");
}

#[test]
fn d03_the_providers_word_is_honoured_up_to_a_limit() {
    let budget = Budget::new(0.0, 0.0, 100.0);
    let after = |ms| failure(FailureKind::RateLimited).with_retry(Retry::After(ms));
    assert_eq!(POLICY.next(1, &after(7000), &budget, 0.0), wait(7000));
    assert_eq!(POLICY.next(1, &after(7000), &budget, 1.0), wait(7500));
    assert_eq!(POLICY.next(1, &after(30_000), &budget, 0.0), wait(30_000));
    assert_eq!(POLICY.next(1, &after(30_001), &budget, 0.0), Decision::GiveUp);
    assert_eq!(POLICY.next(1, &after(u64::MAX), &budget, 0.0), Decision::GiveUp);
}

#[test]
fn d03_retries_never_multiply_an_outage() {
    let budget = Budget::new(0.1, 0.0, 10.0);
    let failure = failure(FailureKind::Overloaded);
    let mut retries = 0;
    for _ in 0..1000 {
        budget.deposit();
        let mut tries = 1;
        while let Decision::Wait(_) = POLICY.next(tries, &failure, &budget, 0.0) {
            retries += 1;
            tries += 1;
        }
    }
    assert!((100..=111).contains(&retries), "{retries} retries for 1000 requests");
}

#[tokio::test(start_paused = true)]
async fn d03_a_quiet_budget_fills_again_but_not_beyond_its_size() {
    let budget = Budget::new(0.0, 0.5, 2.0);
    assert_eq!((0..3).filter(|_| budget.withdraw()).count(), 2);
    tokio::time::advance(Duration::from_secs(2)).await;
    assert_eq!((0..3).filter(|_| budget.withdraw()).count(), 1);
    tokio::time::advance(Duration::from_secs(3600)).await;
    assert_eq!((0..9).filter(|_| budget.withdraw()).count(), 2);
}

#[test]
fn d04_the_most_useful_failure_wins() {
    use FailureKind::{
        Authentication, ContextTooLong, InvalidRequest, Overloaded, Protocol, ProviderError,
        RateLimited, Timeout,
    };
    let best = |kinds: &[FailureKind]| {
        most_useful(kinds.iter().map(|kind| failure(*kind)).collect()).map(|failure| failure.kind)
    };
    assert_eq!(best(&[]), None);
    assert_eq!(best(&[ProviderError, InvalidRequest, Overloaded]), Some(InvalidRequest));
    assert_eq!(best(&[Overloaded, ContextTooLong]), Some(ContextTooLong));
    assert_eq!(best(&[RateLimited, Authentication]), Some(RateLimited));
    assert_eq!(best(&[Authentication, RateLimited]), Some(Authentication));
    assert_eq!(best(&[Protocol, Timeout, ProviderError]), Some(Timeout));
    let trap = Failure::new(Protocol, Source::Plugin, "trap");
    let garbage = failure(Protocol);
    assert_eq!(most_useful(vec![trap, garbage.clone()]), Some(garbage));
}

#[test]
fn reads_retry_after() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
    let after = |name: &str, value: &str| {
        retry_after(&[Header { name: name.into(), value: value.into() }], now)
    };
    let ms = |ms| Some(Duration::from_millis(ms));
    assert_eq!(after("retry-after", "20"), ms(20_000));
    assert_eq!(after("retry-after", " 1.5 "), ms(1500));
    assert_eq!(after("retry-after", "866ms"), ms(866));
    assert_eq!(after("retry-after", "2s"), ms(2000));
    assert_eq!(after("retry-after-ms", "250"), ms(250));
    assert_eq!(after("retry-after", "Sun, 06 Nov 1994 08:50:00 GMT"), ms(23_000));
    assert_eq!(after("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT"), ms(0));
    for nonsense in ["", "soon", "-5", "inf", "NaN", "1e400", "1.2.3", "9999999999999999999999999"]
    {
        assert_eq!(after("retry-after", nonsense), None, "{nonsense}");
    }
    assert_eq!(retry_after(&[], now), None);
}
