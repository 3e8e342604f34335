//! Wrong settings: what, where, how to put it right, and an exit status that is not 0.

use clasp_tests::support::clasp::{Finished, KEY, Setup};
use clasp_tests::support::upstream::Vendor;

/// Runs to the end, which must be a refusal that holds these words.
async fn refused(setup: Setup, words: &[&str]) -> Finished {
    let done = setup.run().await;
    assert!(!done.status.success(), "{} {}", done.stdout, done.stderr);
    for word in words {
        assert!(done.stderr.contains(word), "no {word:?} in: {}", done.stderr);
    }
    assert!(!done.stderr.contains("panicked") && !done.stderr.contains("RUST_BACKTRACE"));
    done
}

#[tokio::test]
async fn a_missing_key_names_its_variable() {
    refused(Setup::bare().env("PROVIDER", "openai"), &["OPENAI_API_KEY"]).await;
}

#[tokio::test]
async fn an_unknown_provider_names_those_that_there_are() {
    refused(Setup::bare().env("PROVIDER", "opnai"), &["opnai", "openai"]).await;
}

#[tokio::test]
async fn an_unknown_flag_names_the_nearest() {
    refused(Setup::bare().args(&["--prot", "1"]), &["--prot", "--port"]).await;
    refused(Setup::bare().args(&["-prot", "1"]), &["prot", "port"]).await;
}

#[tokio::test]
async fn an_unknown_command_is_named() {
    refused(Setup::bare().args(&["dmeo"]), &["dmeo", "demo"]).await;
}

#[tokio::test]
async fn all_faults_are_told_at_once_with_their_places() {
    let setup = Setup::bare()
        .env("PROVIDER", "openai")
        .env("OPENAI_API_KEY", KEY)
        .env("OPENAI_BASE_URL", "not a url")
        .env("CLASP_PORT", "99999")
        .env("CLASP_BODY_LIMIT", "huge")
        .env("CLASP_HTTP_TIMEOUT", "soon");
    let words = ["CLASP_PORT", "65535", "CLASP_BODY_LIMIT", "CLASP_HTTP_TIMEOUT"];
    let done = refused(setup, &words).await;
    assert!(!done.stderr.contains(KEY) && !done.stdout.contains(KEY));
}

#[tokio::test]
async fn a_base_url_that_is_none_names_its_variable() {
    let setup = Setup::bare().env("PROVIDER", "openai").env("OPENAI_API_KEY", KEY);
    refused(setup.env("OPENAI_BASE_URL", "not a url"), &["OPENAI_BASE_URL"]).await;
}

#[tokio::test]
async fn other_machines_are_not_let_in_by_accident() {
    let vendor = Vendor::start().await;
    refused(Setup::new(&vendor).args(&["-host", "0.0.0.0"]), &["0.0.0.0", "insecure"]).await;
    let clasp = Setup::new(&vendor).args(&["-host", "0.0.0.0", "-insecure"]).start().await;
    assert_eq!(clasp.address().ip().to_string(), "0.0.0.0");
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let vendor = Vendor::start().await;
    let taken = vendor.address().port().to_string();
    refused(Setup::new(&vendor).env("CLASP_PORT", &taken), &[&taken, "in use", "--port"]).await;
}

#[tokio::test]
async fn a_named_plugin_must_be_one() {
    let vendor = Vendor::start().await;
    let named = |setup: Setup| setup.args(&["--plugin", "./mine.wasm"]);
    refused(named(Setup::new(&vendor)), &["mine.wasm"]).await;
    for bytes in [
        b"this is no WebAssembly".as_slice(),
        b"",
        b"\0asm\x01\0\0\0",
        b"\0asm\x0d\0\x01\0",
        b"\0asm\x0d\0\x01",
    ] {
        let setup = Setup::new(&vendor);
        std::fs::write(setup.home().join("mine.wasm"), bytes).unwrap();
        let done = refused(named(setup), &["mine.wasm"]).await;
        assert!(done.stderr.len() > 80, "hardly an explanation: {}", done.stderr);
    }
}

#[tokio::test]
async fn a_key_that_is_none_is_refused_without_being_shown() {
    let key = "sk-\u{e4}\u{f6}\u{fc}-secret";
    let setup = Setup::bare().env("PROVIDER", "openai").env("OPENAI_API_KEY", key);
    let done = refused(setup, &["OPENAI_API_KEY"]).await;
    assert!(!done.stderr.contains("secret"), "{}", done.stderr);
}
