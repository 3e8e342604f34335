#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use clasp_model::{Auth, Failure, FailureKind, Header, Secret, Source, Template};
use http::HeaderMap;
use secrecy::SecretString;

use super::apply;
use crate::endpoint::Endpoint;
use crate::headers::outgoing;

fn header(name: &str, value: &str) -> Auth {
    Auth::Header(Template { name: name.into(), value: value.into() })
}

fn query(name: &str, value: &str) -> Auth {
    Auth::Query(Template { name: name.into(), value: value.into() })
}

fn declared(name: &str, env: &[&str], required: bool) -> Secret {
    let env = env.iter().map(|name| (*name).to_owned()).collect();
    Secret { name: name.into(), description: "The key.".into(), env, required }
}

fn endpoint(auth: Vec<Auth>, secrets: &[(&str, &str)]) -> Endpoint {
    Endpoint {
        plugin: "acme".into(),
        base_url: "https://a.example".into(),
        operator_base_url: true,
        auth,
        secrets: secrets
            .iter()
            .map(|(name, value)| ((*name).to_owned(), SecretString::from(*value)))
            .collect(),
        ..Endpoint::default()
    }
}

fn applied(endpoint: &Endpoint, path: &str) -> Result<(String, HeaderMap), Failure> {
    let mut url = endpoint.address(path)?;
    let mut headers = HeaderMap::new();
    apply(endpoint, &mut url, &mut headers)?;
    Ok((url.to_string(), headers))
}

#[test]
fn fills_a_header() {
    let endpoint = endpoint(vec![header("authorization", "Bearer {api-key}")], &[("api-key", "k")]);
    let (url, headers) = applied(&endpoint, "/x").unwrap();
    assert_eq!(url, "https://a.example/x");
    assert_eq!(headers["authorization"], "Bearer k");
    assert!(headers["authorization"].is_sensitive());
}

#[test]
fn fills_several_places_and_leaves_a_secrets_own_braces() {
    let auth = vec![header("x-auth", "{user}:{ key };{user}")];
    let endpoint = endpoint(auth, &[("user", "{key}"), ("key", "k")]);
    assert_eq!(applied(&endpoint, "/x").unwrap().1["x-auth"], "{key}:k;{key}");
}

#[test]
fn fills_a_query_parameter() {
    let endpoint = endpoint(vec![query("key", "{api-key}")], &[("api-key", "a&b=c d")]);
    let (url, headers) = applied(&endpoint, "/x?alt=sse").unwrap();
    assert_eq!(url, "https://a.example/x?alt=sse&key=a%26b%3Dc+d");
    assert!(headers.is_empty());
    let failure = applied(&endpoint, "/x?key=mine").unwrap_err();
    assert_eq!(failure.source, Source::Plugin);
}

#[test]
fn the_first_whose_secrets_are_set_is_used() {
    let auth = vec![header("x-a", "{a}{b}"), header("x-b", "{b}"), header("x-c", "{c}")];
    let endpoint = endpoint(auth, &[("a", ""), ("b", "2"), ("c", "3")]);
    let (_, headers) = applied(&endpoint, "/x").unwrap();
    assert_eq!(headers.len(), 1);
    assert_eq!(headers["x-b"], "2");
}

#[test]
fn without_a_required_key_the_variable_is_named() {
    let mut endpoint = endpoint(vec![header("authorization", "Bearer {api-key}")], &[]);
    endpoint.declared = vec![declared("api-key", &["ACME_API_KEY", "ACME_KEY"], true)];
    let failure = applied(&endpoint, "/x").unwrap_err();
    assert_eq!(failure.kind, FailureKind::Authentication);
    assert_eq!(failure.message, "`acme` has no key: set ACME_API_KEY or ACME_KEY (The key)");
    endpoint.declared = vec![declared("api-key", &["ACME_API_KEY"], false)];
    assert!(applied(&endpoint, "/x").unwrap().1.is_empty(), "an optional key may be missing");
    endpoint.declared.clear();
    assert!(applied(&endpoint, "/x").is_err(), "an undeclared secret is needed");
    endpoint.auth.clear();
    assert!(applied(&endpoint, "/x").is_ok(), "nothing to authenticate with is fine");
}

#[test]
fn kinds_to_come_are_refused_clearly() {
    let mut endpoint = endpoint(vec![Auth::AwsSigv4("bedrock".into())], &[]);
    let failure = applied(&endpoint, "/x").unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unsupported);
    assert!(failure.message.contains("AWS Signature Version 4"), "{failure}");
    assert!(failure.message.contains("not supported yet by this build"), "{failure}");
    endpoint.auth.push(header("authorization", "Bearer {token}"));
    endpoint.declared = vec![declared("token", &["ACME_TOKEN"], false)];
    let failure = applied(&endpoint, "/x").unwrap_err();
    assert!(failure.message.contains("set ACME_TOKEN"), "{failure}");
    endpoint.secrets.insert("token".into(), SecretString::from("t"));
    assert_eq!(applied(&endpoint, "/x").unwrap().1["authorization"], "Bearer t");
}

#[test]
fn d07_a_key_that_cannot_be_sent_is_not_shown() {
    for bad in ["hunter2\n", "hun\rter2", "hunter2\0", "hünter2\u{1}", "hünter2"] {
        let endpoint = endpoint(vec![header("x-key", "{api-key}")], &[("api-key", bad)]);
        let failure = applied(&endpoint, "/x").unwrap_err();
        assert_eq!(failure.kind, FailureKind::Authentication, "{bad:?}");
        assert_eq!(failure.source, Source::Host);
        assert!(!failure.message.contains("ter2"), "{failure}");
        assert!(failure.message.contains("api-key"), "{failure}");
    }
}

#[test]
fn a_wrong_template_is_the_plugins_fault() {
    for auth in [header("x", "{api"), header("x", "{}"), header("host", "h"), header("a b", "x")] {
        let failure = applied(&endpoint(vec![auth.clone()], &[]), "/x").unwrap_err();
        assert_eq!(failure.source, Source::Plugin, "{auth:?}");
        assert!(failure.message.contains("manifest of the plugin `acme`"), "{failure}");
    }
}

fn named(name: &str, value: &str) -> Header {
    Header { name: name.into(), value: value.into() }
}

#[test]
fn d07_credentials_and_connection_headers_of_a_plugin_are_stripped() {
    let of_plugin: Vec<Header> = [
        "Authorization",
        "X-Api-Key",
        "api-key",
        "x-goog-api-key",
        "Cookie",
        "Proxy-Authorization",
        "Host",
        "Content-Length",
        "Connection",
        "Keep-Alive",
        "Transfer-Encoding",
        "TE",
        "Trailer",
        "Upgrade",
        "Proxy-Connection",
        "Expect",
        "Accept-Encoding",
        "Referer",
    ]
    .iter()
    .map(|name| named(name, "x-listed"))
    .chain([named("x-listed", "1"), named("Content-Type", "application/json"), named("x-a", "1")])
    .chain([named("x-a", "2")])
    .collect();
    let headers = outgoing("acme", &of_plugin, &[]).unwrap();
    let names: Vec<&str> = headers.keys().map(http::HeaderName::as_str).collect();
    assert_eq!(names, ["user-agent", "content-type", "x-a", "accept-encoding"]);
    assert_eq!(headers["accept-encoding"], "identity");
    assert!(headers["user-agent"].to_str().unwrap().starts_with("clasp/"));
    assert_eq!(headers.get_all("x-a").iter().count(), 2);
}

#[test]
fn the_operators_headers_win() {
    let of_plugin = [named("x-a", "1"), named("x-a", "2"), named("user-agent", "plugin/1")];
    let of_operator =
        [named("X-A", "3"), named("Authorization", "Bearer k"), named("Host", "evil")];
    let headers = outgoing("acme", &of_plugin, &of_operator).unwrap();
    assert_eq!(headers.get_all("x-a").iter().collect::<Vec<_>>(), ["3"]);
    assert_eq!(headers["authorization"], "Bearer k");
    assert_eq!(headers["user-agent"], "plugin/1");
    assert!(!headers.contains_key("host"));
}

#[test]
fn a_header_that_cannot_be_sent_names_whose_it_is() {
    let failure = outgoing("acme", &[named("x-a", "v\r\nx-b: 1")], &[]).unwrap_err();
    assert_eq!((failure.kind, failure.source), (FailureKind::Protocol, Source::Plugin));
    assert!(failure.message.contains("x-a") && !failure.message.contains("x-b"), "{failure}");
    let failure = outgoing("acme", &[], &[named("a b", "v")]).unwrap_err();
    assert_eq!(failure.source, Source::Host);
    assert!(outgoing("acme", &[named("x-title", "Zürich")], &[]).is_ok());
}
