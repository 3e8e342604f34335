//! The limit in Redis and the one of an instance by itself are the same: both get the same
//! arrivals by the same clock, which the script is given here instead of asking Redis for it.

use std::time::{Duration, Instant};

use clasp_model::policy::Rate;
use clasp_route::live::{Bucket, Limiter, Wait};
use fastrand::Rng;
use redis::{Connection, Script};

use crate::server::Server;

struct Both {
    script: Script,
    connection: Connection,
    key: String,
    start: Instant,
    bucket: Bucket,
    /// Microseconds since the start.
    at: u64,
}

impl Both {
    fn new(server: &Server, key: &str) -> Self {
        let mut script = include_str!("../../src/rates/take.lua").to_owned();
        // The keys' own time goes on, and must not matter.
        for (from, to) in
            [("redis.call('TIME')", "{0, ARGV[#ARGV]}"), ("'PX', milliseconds", "'EX', 1000")]
        {
            assert_eq!(script.matches(from).count(), 1, "{from}");
            script = script.replace(from, to);
        }
        let client = redis::Client::open(server.options().url).unwrap();
        let start = Instant::now();
        Self {
            script: Script::new(&script),
            connection: client.get_connection().unwrap(),
            key: key.to_owned(),
            start,
            bucket: Bucket::new(start),
            at: 0,
        }
    }

    fn now(&self) -> Instant {
        self.start + Duration::from_micros(self.at)
    }

    /// What Redis says: the microseconds to wait.
    fn ask(&mut self, mode: &str, rate: Rate, amounts: &[(u64, i64)]) -> u64 {
        let mut invocation = self.script.key(&self.key);
        invocation.arg(mode).arg(rate.count).arg(rate.per.as_micros() as u64).arg(rate.burst);
        invocation.arg(amounts.len());
        for (age, amount) in amounts {
            invocation.arg(*age).arg(*amount);
        }
        invocation.arg(self.at).invoke(&mut self.connection).unwrap()
    }

    /// Takes of both; the microseconds to wait.
    fn take(&mut self, rate: Rate, cost: u64) -> u64 {
        let shared = self.ask("take", rate, &[(0, cost as i64)]);
        let own = match self.bucket.take(rate, cost, self.now()) {
            Ok(()) => 0,
            Err(Wait(wait)) => wait.as_nanos().div_ceil(1000) as u64,
        };
        assert_eq!(shared, own, "{cost} of {rate:?} at {} µs", self.at);
        own
    }
}

fn rate(random: &mut Rng) -> Rate {
    let longest = *random.choice([1_000, 1_000_000, 60_000_000, 3_600_000_000].iter()).unwrap();
    let per = Duration::from_micros(random.u64(1..=longest));
    Rate { count: random.u64(1..200), per, burst: random.u64(1..250) }
}

#[test]
fn an_instance_and_redis_decide_the_same() {
    let Some(server) = Server::start() else { return };
    let (mut taken, mut refused) = (0, 0);
    for seed in 0..60 {
        let mut random = Rng::with_seed(seed);
        let mut both = Both::new(&server, &format!("case {seed}"));
        let mut rate = rate(&mut random);
        for _ in 0..150 {
            let pace = rate.per.as_micros() as u64 / rate.count;
            both.at += random.u64(0..=pace * 2);
            let cost = *random.choice([0, 1, 1, 1, 2, 7, 40, 300].iter()).unwrap();
            match random.u8(0..20) {
                0 => {
                    both.ask("charge", rate, &[(0, cost as i64)]);
                    both.bucket.charge(rate, cost, both.now());
                }
                1 => {
                    both.ask("charge", rate, &[(0, -(cost as i64))]);
                    both.bucket.give_back(rate, cost, both.now());
                }
                2 if random.u8(0..5) == 0 => {
                    rate = self::rate(&mut random);
                    both.ask("charge", rate, &[(0, 1)]);
                    both.bucket.charge(rate, 1, both.now());
                }
                choice => {
                    let wait = both.take(rate, cost);
                    if wait == 0 {
                        taken += 1;
                    } else {
                        refused += 1;
                        if choice < 10 {
                            both.at += wait;
                            assert_eq!(both.take(rate, cost), 0, "it waited as it was told");
                        }
                    }
                }
            }
        }
    }
    println!("{taken} taken, {refused} refused");
    assert!(taken > 1000 && refused > 1000);
}

#[test]
fn what_redis_is_told_later_counts_as_it_was() {
    let Some(server) = Server::start() else { return };
    for seed in 0..30 {
        let mut random = Rng::with_seed(seed);
        let mut both = Both::new(&server, &format!("told {seed}"));
        // The pace is known to a slot only.
        let rate = Rate { burst: 1 << 40, ..rate(&mut random) };
        let pace = rate.per.as_micros() as u64 / rate.count;
        let limiters = [Limiter::default(), Limiter::default()];
        let mut passed = Vec::new();
        for _ in 0..random.u64(1..300) {
            both.at += random.u64(0..=pace * 2);
            if both.bucket.take(rate, 1, both.now()).is_ok() {
                random.choice(&limiters).unwrap().charge("a", rate, 1, both.now());
                passed.push(both.at);
            }
        }
        for limiter in &limiters {
            for passed in limiter.passed(both.now()) {
                let age = |at| both.now().duration_since(at).as_micros() as u64;
                let told = passed.amounts.iter().map(|(at, amount)| (age(*at), *amount as i64));
                let told: Vec<_> = told.collect();
                both.ask("charge", rate, &told);
            }
        }
        // Whose slots begin elsewhere: never too short, and by two slots too long at most.
        let (per, slot) = (rate.per.as_micros() as u64, rate.per.as_micros().div_ceil(60) as u64);
        for cost in [1, rate.count.div_ceil(2), rate.count] {
            let most = usize::try_from(rate.count - cost).unwrap();
            let last = passed.iter().rev().nth(most).map_or(0, |at| at + per);
            let exact = last.saturating_sub(both.at);
            let told = both.ask("take", rate, &[(0, cost as i64)]);
            assert!(exact <= told && told <= exact + 2 * slot, "{told}, not {exact} µs: {rate:?}");
            if told == 0 {
                both.ask("charge", rate, &[(0, -(cost as i64))]);
            }
        }
    }
}

#[test]
fn the_pace_is_kept_by_what_redis_is_told_later() {
    let Some(server) = Server::start() else { return };
    let mut both = Both::new(&server, "pace");
    let rate = Rate { count: 60, per: Duration::from_secs(60), burst: 10 };
    both.at = 3_600_000_000;
    // Ten at once three seconds ago: three have come in since.
    both.ask("charge", rate, &[(3_000_000, 10)]);
    assert_eq!(both.ask("take", rate, &[(0, 4)]), 1_000_000);
    assert_eq!(both.ask("take", rate, &[(0, 3)]), 0);
    assert_eq!(both.ask("take", rate, &[(0, 1)]), 1_000_000);
    // What is too old does not count.
    both.ask("charge", rate, &[(60_000_000, 50)]);
    both.at += 10_000_000;
    assert_eq!(both.ask("take", rate, &[(0, 10)]), 0);
}

#[test]
fn a_clock_that_is_put_back_keeps_nothing_for_longer() {
    let Some(server) = Server::start() else { return };
    let mut both = Both::new(&server, "clock");
    let rate = Rate { count: 5, per: Duration::from_secs(60), burst: 5 };
    both.at = 7_200_000_000;
    assert_eq!(both.ask("take", rate, &[(0, 5)]), 0);
    both.at -= 3_600_000_000;
    assert_eq!(both.ask("take", rate, &[(0, 5)]), 60_000_000);
    both.ask("charge", rate, &[(0, 1)]);
    both.at += 60_000_000;
    assert_eq!(
        both.ask("take", rate, &[(0, 5)]),
        12_000_000,
        "the pace of the one that was charged"
    );
}
