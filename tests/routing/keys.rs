//! Several keys of one provider.

use clasp_tests::support::clasp::{Clasp, Setup};
use clasp_tests::support::client::ask;
use clasp_tests::support::upstream::{Answer, Vendor};

use crate::support::{KNOWN, admin, explained, failure, key};

const ONE: &str = "sk-one-0123456789abcdef0123456789abc";
const TWO: &str = "sk-two-0123456789abcdef0123456789abc";

async fn pool() -> (Vendor, Clasp) {
    let vendor = Vendor::start().await;
    let yaml = format!(
        "provider: pool\nproviders:\n  pool:\n    plugin: openai\n    base_url: {}\n    models: {KNOWN}\n    api_keys:\n      \
         - {{key: {ONE}, name: one}}\n      - {{key: {TWO}, name: two}}\nmodels: {{default: gpt-4.1}}\n",
        vendor.base_url()
    );
    let clasp = Setup::bare().config(&yaml).start().await;
    (vendor, clasp)
}

fn used(vendor: &Vendor) -> Vec<String> {
    vendor.requests().iter().map(|request| key(request).to_owned()).collect()
}

#[tokio::test]
async fn keys_take_turns() {
    let (vendor, clasp) = pool().await;
    for _ in 0..6 {
        clasp.client().messages(&ask("x")).await.message();
    }
    let used = used(&vendor);
    assert_eq!(used.iter().filter(|key| *key == ONE).count(), 3, "{used:?}");
    assert_eq!(used.iter().filter(|key| *key == TWO).count(), 3, "{used:?}");
}

#[tokio::test]
async fn d03_a_limited_key_rests_and_another_serves_at_once() {
    let (vendor, clasp) = pool().await;
    vendor.choose(|request, _| match key(request) == ONE {
        true => failure(429).header("retry-after", "600"),
        false => Answer::text("ok"),
    });
    for _ in 0..5 {
        assert_eq!(clasp.client().messages(&ask("x")).await.message().text(), "ok");
    }
    let used = used(&vendor);
    assert_eq!(used.iter().filter(|key| *key == ONE).count(), 1, "it rests: {used:?}");
}

#[tokio::test]
async fn d03_with_every_key_limited_the_client_hears_when_to_come_back() {
    let (vendor, clasp) = pool().await;
    vendor.otherwise(failure(429).header("retry-after", "600"));
    let answer = clasp.client().messages(&ask("x")).await;
    answer.error(429);
    assert_eq!(answer.head.header("retry-after"), Some("600"));
    let before = vendor.counts().requests;
    let answer = clasp.client().messages(&ask("x")).await;
    assert!(matches!(answer.status(), 429 | 529), "{}", answer.status());
    let wait: u64 = answer.head.header("retry-after").unwrap().parse().unwrap();
    assert!((590..=600).contains(&wait), "{wait}");
    assert_eq!(vendor.counts().requests, before, "the provider is left alone");
}

#[tokio::test]
async fn a_wrong_key_is_taken_out_and_reported() {
    let (vendor, clasp) = pool().await;
    vendor.choose(|request, _| match key(request) == ONE {
        true => Answer::error(401, "Incorrect API key", "invalid_request_error", None),
        false => Answer::text("ok"),
    });
    for _ in 0..4 {
        clasp.client().messages(&ask("x")).await.message();
    }
    let used = used(&vendor);
    assert_eq!(used.iter().filter(|key| *key == ONE).count(), 1, "{used:?}");
    clasp.log().line_with(&["ERROR", "refuses this key"]).await;
    let status = admin(&clasp.client(), "/admin/status").await.to_string();
    assert!(status.contains("bad") && status.contains("\"one\""), "{status}");
    assert!(!status.contains(ONE) && !clasp.log().text().contains(ONE));
}

#[tokio::test]
async fn a_key_is_left_before_it_meets_its_limit() {
    let (vendor, clasp) = pool().await;
    vendor.choose(|request, _| match key(request) == ONE {
        true => Answer::text("ok")
            .header("x-ratelimit-remaining-requests", "0")
            .header("x-ratelimit-limit-requests", "60")
            .header("x-ratelimit-reset-requests", "10m0s"),
        false => Answer::text("ok"),
    });
    for _ in 0..5 {
        clasp.client().messages(&ask("x")).await.message();
    }
    let used = used(&vendor);
    assert_eq!(used.iter().filter(|key| *key == ONE).count(), 1, "{used:?}");
}

#[tokio::test]
async fn f04_the_record_names_keys_and_never_shows_them() {
    let (vendor, clasp) = pool().await;
    vendor.then(failure(429).header("retry-after", "600"));
    let answer = clasp.client().messages(&ask("x")).await;
    let record = explained(&clasp.client(), &answer).await;
    let text = record.to_string();
    assert!(text.contains("\"one\"") && text.contains("\"two\""), "{text}");
    assert!(!text.contains(ONE) && !text.contains(TWO), "{text}");
}

#[tokio::test]
async fn d07_a_key_that_a_provider_repeats_is_masked_whichever_it_is() {
    const PLAIN: [&str; 2] = ["0f3a77d1c2b94e5f8a60", "77aa10b2c3d4e5f60718"];
    let vendor = Vendor::start().await;
    let yaml = format!(
        "provider: pool\nproviders: {{pool: {{plugin: openai, base_url: \"{}\", models: {KNOWN}, \
         api_keys: [{}, {}]}}}}\nmodels: {{default: gpt-4.1}}\n",
        vendor.base_url(),
        PLAIN[0],
        PLAIN[1]
    );
    let clasp = Setup::bare().config(&yaml).start().await;
    vendor.choose(|request, _| {
        let message = format!("Incorrect API key provided: {}", key(request));
        Answer::error(401, &message, "invalid_request_error", Some("invalid_api_key"))
    });
    let answer = clasp.client().messages(&ask("x")).await;
    answer.error(401);
    // All of them are wrong by now, and that is what the client hears.
    let again = clasp.client().messages(&ask("x")).await;
    assert_eq!(again.status(), 401, "{:?}", again.body);
    let record = explained(&clasp.client(), &again).await.to_string();
    let status = admin(&clasp.client(), "/admin/status").await.to_string();
    let answers = [answer.body, again.body].map(|body| String::from_utf8_lossy(&body).into_owned());
    for text in answers.iter().chain([&record, &status, &clasp.log().text()]) {
        assert!(PLAIN.iter().all(|key| !text.contains(key)), "{text}");
    }
}
