//! A plugin from a file that wants an account and settings (rule D7).

use clasp_tests::support::clasp::{MODEL, Setup};
use clasp_tests::support::client::ask;
use clasp_tests::support::upstream::Vendor;
use serde_json::{Value, json};

use crate::versions::{guest, put};

/// The machine's own account, which is not this plugin's.
const MACHINE: [(&str, &str); 4] = [
    ("AWS_ACCESS_KEY_ID", "MACHINEID"),
    ("AWS_SECRET_ACCESS_KEY", "machine-secret"),
    ("AWS_PROFILE", "machine-profile"),
    ("OPENAI_API_KEY", "openai-secret"),
];

fn setup() -> Setup {
    let setup = Setup::bare().env("PROVIDER", "accounts").env("CLASP_MODEL", MODEL);
    let plugins = setup.home().join(".clasp/plugins");
    std::fs::create_dir_all(&plugins).unwrap();
    put(&plugins.join("accounts.wasm"), &guest("clasp-guest-accounts"));
    MACHINE.iter().fold(setup, |setup, (name, value)| setup.env(name, value))
}

#[tokio::test]
async fn d07_a_plugin_logs_in_with_what_is_set_for_it() {
    let vendor = Vendor::start().await;
    vendor.lenient();
    let clasp = setup()
        .env("ACCOUNTS_BASE_URL", &vendor.base_url())
        .env("ACCOUNTS_AWS_ACCESS_KEY_ID", "OWNID")
        .env("ACCOUNTS_AWS_SECRET_ACCESS_KEY", "own-secret")
        .env("ACCOUNTS_REGION", "eu-west-3")
        .start()
        .await;
    clasp.client().messages(&ask("x")).await.message();
    let sent = vendor.only_request();
    let authorization = sent.header("authorization").unwrap();
    assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=OWNID/"), "{authorization}");
    assert!(authorization.contains("/eu-west-3/bedrock/aws4_request, "), "{authorization}");
    let settings: Value = serde_json::from_str(sent.header("x-settings").unwrap()).unwrap();
    assert_eq!(settings, json!({"region": "eu-west-3", "level": "low"}));
}

#[tokio::test]
async fn d07_the_machines_account_is_not_a_plugins() {
    let vendor = Vendor::start().await;
    vendor.lenient();
    let clasp = setup()
        .env("ACCOUNTS_BASE_URL", &vendor.base_url())
        .env("ACCOUNTS_REGION", "eu-west-3")
        .start()
        .await;
    clasp.client().messages(&ask("x")).await;
    let sent = vendor.only_request();
    assert_eq!(sent.header("authorization"), None);
    assert!(!format!("{:?}", sent.headers).to_lowercase().contains("machine"));

    let clasp = setup().env("ACCOUNTS_REGION", "eu-west-3").start().await;
    let answer = clasp.client().messages(&ask("x")).await;
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(text.contains("authentication_error"), "{text}");
    assert!(text.contains("set ACCOUNTS_AWS_ACCESS_KEY_ID"), "{text}");
}

#[tokio::test]
async fn a_setting_that_does_not_fit_is_told_at_the_start() {
    let refused = |name: &'static str, value: &'static str, words: &'static [&'static str]| async move {
        let done = setup().env(name, value).run().await;
        assert!(!done.status.success());
        for word in words {
            assert!(done.stderr.contains(word), "no {word:?} in {}", done.stderr);
        }
    };
    refused("ACCOUNTS_LEVEL", "middle", &["ACCOUNTS_LEVEL", "must be low or high"]).await;
    refused("ACCOUNTS_LEVEL", "low", &["needs region", "ACCOUNTS_REGION"]).await;
}
