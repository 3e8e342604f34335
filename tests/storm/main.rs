//! A storm: three providers that fail in turn, in every way there is, under two hundred clients, for
//! a minute of simulated time.
//!
//! All of it runs on one thread and on a clock that stands still while anybody works: it goes on only
//! when everybody waits. So a minute takes what the work takes, and each run is like the others.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod house;
mod weather;

use std::collections::BTreeMap;
use std::time::Duration;

use clasp_tests::support::client::{Client, ask, ask_stream};
use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::house::House;
use crate::weather::{LENGTH, Weather};

const CLIENTS: usize = 200;

/// The mean time that a client thinks between two requests.
const THINKS: Duration = Duration::from_secs(4);

/// How one request went.
struct Told {
    good: bool,
    /// Content had come when it broke off.
    midway: bool,
    what: String,
    record: Value,
}

#[tokio::test(start_paused = true)]
async fn d03_no_client_notices_what_a_healthy_target_can_mend() {
    fastrand::seed(7);
    let weather = Weather::new();
    let house = House::start(&weather).await;
    let began = weather.begin();
    house.weather(began);
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        let client = house.client();
        let dice = fastrand::Rng::with_seed(number as u64);
        clients.spawn(converse(client, dice, began));
    }
    let mut seen_open: BTreeMap<String, bool> = BTreeMap::new();
    while began.elapsed() < LENGTH {
        tokio::time::sleep(Duration::from_millis(500)).await;
        for breaker in house.status().await["breakers"].as_array().unwrap() {
            let target = breaker["target"].as_str().unwrap().to_owned();
            *seen_open.entry(target).or_default() |= breaker["state"] == "open";
        }
    }
    let mut told = Vec::new();
    while let Some(client) = clients.join_next().await {
        told.extend(client.unwrap());
    }

    let lost: Vec<&Told> = told.iter().filter(|one| !one.good && !one.midway).collect();
    let first = lost.first().map(|one| format!("{}: {}", one.what, one.record));
    assert!(lost.is_empty(), "{} of {} were lost: {}", lost.len(), told.len(), first.unwrap());

    // Nothing else was tried than what the records say, and not much more than once each.
    let mut tries: BTreeMap<String, usize> = BTreeMap::new();
    for step in told.iter().flat_map(|one| one.record["steps"].as_array().unwrap()) {
        if step["step"] == "tried" {
            *tries.entry(step["provider"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    for name in ["a", "b", "c"] {
        let vendor = house.vendor(name);
        let told = tries.get(name).copied().unwrap_or(0);
        match Weather::refuses(name) {
            None => assert_eq!(vendor.tries(), told, "tries at {name}"),
            // A connection that is refused is a try that nobody sees.
            Some(_) => assert!(vendor.tries() < told, "tries at {name}"),
        }
        assert!(vendor.foreign_keys().is_empty(), "{name} saw {:?}", vendor.foreign_keys());
    }
    let all: usize = tries.values().sum();
    let share = all as f64 / told.len() as f64;
    assert!(share <= 1.2, "{share:.3} tries for each of {} requests: {tries:?}", told.len());

    assert_eq!(seen_open.values().filter(|open| **open).count(), 3, "{seen_open:?}");
    for breaker in house.status().await["breakers"].as_array().unwrap() {
        assert_eq!(breaker["state"], "closed", "{breaker}");
    }
    // A target that breaks off is left alone after a few.
    let midway = told.iter().filter(|one| one.midway).count();
    assert!(midway <= 20, "{midway} broke off midway");
    println!("{} requests, {share:.3} tries each ({tries:?}), {midway} broken midway", told.len());
}

/// One client until the end of the storm.
async fn converse(client: Client, mut dice: fastrand::Rng, began: Instant) -> Vec<Told> {
    let mut told = Vec::new();
    loop {
        tokio::time::sleep(THINKS.mul_f64(-(1.0 - dice.f64()).ln())).await;
        if began.elapsed() >= LENGTH {
            return told;
        }
        told.push(match dice.bool() {
            true => streamed(&client).await,
            false => plain(&client).await,
        });
    }
}

async fn plain(client: &Client) -> Told {
    let answer = client.messages(&ask("x")).await;
    let id = answer.head.header("x-clasp-request-id").unwrap().to_owned();
    let good = answer.status() == 200 && answer.message().text() == weather::TEXT;
    let what = format!("{} {}", answer.status(), String::from_utf8_lossy(&answer.body));
    Told { good, midway: false, what, record: house::explained(client, &id).await }
}

async fn streamed(client: &Client) -> Told {
    let stream = client.stream(&ask_stream("x")).await;
    let id = stream.head.header("x-clasp-request-id").unwrap().to_owned();
    let status = stream.head.status();
    if status != 200 {
        let what = format!("{status} {}", stream.rest_text().await);
        return Told {
            good: false,
            midway: false,
            what,
            record: house::explained(client, &id).await,
        };
    }
    let ended = stream.end().await;
    let midway = !ended.clean || ended.message.error.is_some();
    let good = !midway && ended.good().text() == weather::TEXT;
    let what = "broke off midway".to_owned();
    Told { good, midway, what, record: house::explained(client, &id).await }
}
