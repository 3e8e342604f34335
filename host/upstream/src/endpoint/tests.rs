#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::collections::BTreeMap;

use clasp_model::{Failure, FailureKind, Header, Json, Source};
use secrecy::SecretString;

use super::Endpoint;

fn operators(base_url: &str) -> Endpoint {
    Endpoint {
        plugin: "acme".into(),
        base_url: base_url.into(),
        operator_base_url: true,
        ..Endpoint::default()
    }
}

fn plugins(base_url: &str, hosts: &[&str]) -> Endpoint {
    Endpoint {
        plugin: "acme".into(),
        base_url: base_url.into(),
        hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
        ..Endpoint::default()
    }
}

#[test]
fn joins_base_and_path() {
    for (base, path, expected) in [
        ("https://a.example", "/chat", "https://a.example/chat"),
        ("https://a.example/", "chat", "https://a.example/chat"),
        ("https://a.example/x/", "/chat", "https://a.example/x/chat"),
        ("https://a.example/x", "", "https://a.example/x"),
        ("https://a.example/v1", "/chat/completions", "https://a.example/v1/chat/completions"),
        ("https://a.example/v1", "/v1/chat", "https://a.example/v1/chat"),
        ("https://a.example/v1/", "/v1/chat", "https://a.example/v1/chat"),
        ("https://a.example/v1beta", "/v1beta/m:go", "https://a.example/v1beta/m:go"),
        ("https://a.example/v1", "/v2/chat", "https://a.example/v1/v2/chat"),
        ("https://a.example/models", "/models/x", "https://a.example/models/models/x"),
        ("https://a.example/v1", "/v1", "https://a.example/v1"),
        ("https://a.example/x?v=1", "/chat", "https://a.example/x/chat?v=1"),
        ("https://a.example/x?v=1", "/chat?w=2", "https://a.example/x/chat?v=1&w=2"),
        ("https://a.example/x", "?w=2", "https://a.example/x?w=2"),
        ("https://a.example", "/run/@cf/meta/m", "https://a.example/run/@cf/meta/m"),
        ("http://127.0.0.1:8080/v1", "/chat", "http://127.0.0.1:8080/v1/chat"),
        ("https://a.example", "/models/a:b", "https://a.example/models/a:b"),
    ] {
        let url = operators(base).address(path).unwrap();
        assert_eq!(url.as_str(), expected, "{base} + {path}");
    }
}

#[test]
fn d07_a_path_never_leaves_the_base_url() {
    for path in [
        "//evil.example/x",
        "@evil.example/x",
        ":8080@evil.example",
        "https://evil.example/x",
        "https:evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/a/../b",
        "/..",
        "/a/%2e%2E/b",
        "/a/.%2e/b",
        "/a%2f..%2fb",
        "/./a",
        "/a\r\nhost: evil.example",
        "/a\tb",
        "/a#b",
        "/a?b\n",
    ] {
        let failure = operators("https://a.example/v1").address(path).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Permission, "{path:?}");
        assert_eq!(failure.source, Source::Plugin, "{path:?}");
        assert!(failure.message.contains("`acme`"), "{failure}");
    }
}

#[test]
fn d07_a_plugins_own_base_url_must_be_among_its_hosts() {
    let allowed = |base: &str, hosts: &[&str]| plugins(base, hosts).address("/x").is_ok();
    assert!(allowed("https://api.acme.example", &["api.acme.example"]));
    assert!(allowed("https://API.Acme.example", &["api.ACME.example"]));
    assert!(allowed("https://eu.api.acme.example", &["*.acme.example"]));
    assert!(allowed("https://api.acme.example:8443", &["api.acme.example"]));
    assert!(!allowed("https://acme.example", &["*.acme.example"]));
    assert!(!allowed("https://evilacme.example", &["*.acme.example"]));
    assert!(!allowed("https://api.acme.example.evil.example", &["api.acme.example"]));
    assert!(!allowed("https://evil.example", &[]));
    assert!(!allowed("https://evil.example", &["*"]));
    assert!(!allowed("https://evil.example", &[""]));

    let failure = plugins("https://evil.example", &["api.acme.example"]).address("/").unwrap_err();
    assert_eq!(failure.kind, FailureKind::Permission);
    assert_eq!(failure.source, Source::Plugin);
    for part in ["`acme`", "evil.example", "only api.acme.example", "base URL"] {
        assert!(failure.message.contains(part), "{failure} should name {part}");
    }
}

#[test]
fn d07_plain_http_only_at_home_or_by_the_operator() {
    let address = |base: &str, host: &str| plugins(base, &[host]).address("/x");
    assert!(address("http://127.0.0.1:11434", "127.0.0.1").is_ok());
    assert!(address("http://localhost:11434", "localhost").is_ok());
    assert!(address("http://[::1]:11434", "[::1]").is_ok());
    let failure = address("http://api.acme.example", "api.acme.example").unwrap_err();
    assert!(failure.message.contains("plain http"), "{failure}");
    assert!(operators("http://api.acme.example").address("/x").is_ok());
}

#[test]
fn a_bad_base_url_is_explained_without_its_password() {
    for base in ["", "api.acme.example", "ftp://a.example", "https://", "https://a.example/#x"] {
        let failure = operators(base).address("/x").unwrap_err();
        assert_eq!(failure.source, Source::Host, "{base}");
        assert!(failure.message.contains("base URL"), "{failure}");
    }
    let failure = operators("ftp://me:secret@a.example?key=secret").address("/x").unwrap_err();
    assert!(!failure.message.contains("secret"), "{failure}");
}

#[test]
fn d07_debug_and_failures_show_no_secret() {
    let mut endpoint = operators("https://me:pass-word-1@a.example/v1?key=query-secret");
    endpoint.secrets = BTreeMap::from([("api-key".to_owned(), SecretString::from("k3y\"value"))]);
    endpoint.headers =
        vec![Header { name: "Authorization".into(), value: "Bearer header-secret".into() }];
    let shown = format!("{endpoint:?}");
    for secret in ["pass-word-1", "query-secret", "k3y", "header-secret"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    let mut failure = Failure::invalid("wrong key k3y\"value or header-secret");
    failure.code = Some("k3y\"value".into());
    failure.detail = Some(Json::from_checked(r#"{"key":"k3y\"value"}"#.into()));
    let failure = endpoint.mask_failure(failure);
    assert_eq!(failure.message, "wrong key *** or ***");
    assert_eq!(failure.code.as_deref(), Some("***"));
    assert_eq!(failure.detail.unwrap().as_str(), r#"{"key":"***"}"#);
}
