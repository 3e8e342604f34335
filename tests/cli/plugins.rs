//! `clasp plugin …` for those who run plugins.

use clasp_tests::support::clasp::Setup;
use serde_json::Value;

#[tokio::test]
async fn what_is_built_in_is_listed_and_told() {
    let done = Setup::bare().args(&["plugin", "list"]).run().await;
    assert!(done.status.success() && done.stdout.contains("openai"), "{}", done.stdout);
    let done = Setup::bare().args(&["plugin", "inspect", "openai"]).run().await;
    let told: Value = serde_json::from_str(&done.stdout).unwrap();
    assert!(done.stdout.contains("OPENAI_API_KEY") && told.is_object(), "{told:#}");
}

#[tokio::test]
async fn files_that_are_no_plugins_do_not_pass_the_check() {
    let setup = Setup::bare().args(&["plugin", "check", "./text.wasm", "./missing.wasm"]);
    std::fs::write(setup.home().join("text.wasm"), "this is no WebAssembly").unwrap();
    let done = setup.run().await;
    assert!(!done.status.success());
    let told = done.stdout + &done.stderr;
    for word in ["text.wasm", "not WebAssembly", "missing.wasm"] {
        assert!(told.contains(word), "no {word} in {told}");
    }
}

#[tokio::test]
async fn a_folder_that_is_no_crate_is_not_built() {
    let setup = Setup::bare().args(&["plugin", "build", "./nothing"]);
    std::fs::create_dir(setup.home().join("nothing")).unwrap();
    let done = setup.run().await;
    assert!(!done.status.success() && done.stderr.contains("nothing"), "{}", done.stderr);
}

#[tokio::test]
async fn profiles_are_listed_told_and_checked() {
    let done = Setup::bare().args(&["plugin", "list"]).run().await;
    assert!(done.stdout.contains("(built in) groq"), "{}", done.stdout);
    let done = Setup::bare().args(&["plugin", "inspect", "groq"]).run().await;
    let told: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(told["default_base_url"], "https://api.groq.com/openai/v1", "{told:#}");

    let setup = Setup::bare().args(&["plugin", "check", "./acme.json"]);
    std::fs::write(setup.home().join("acme.json"), r#"{"base_url": "https://api.acme.com"}"#)
        .unwrap();
    let done = setup.run().await;
    assert!(done.status.success() && done.stdout.contains("profile acme"), "{}", done.stdout);
    let setup = Setup::bare().args(&["plugin", "check", "./acme.json"]);
    std::fs::write(setup.home().join("acme.json"), r#"{"stop_maxx": 3}"#).unwrap();
    let done = setup.run().await;
    assert!(!done.status.success() && done.stderr.contains("`stop_max`"), "{}", done.stderr);
}
