#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use clasp_model::{
    Auth, Failure, FailureKind, Header, HttpRequest, Method, Secret, Source, Template,
};
use http::HeaderMap;
use secrecy::SecretString;

use super::apply;
use crate::client::Options;
use crate::endpoint::Endpoint;
use crate::headers::outgoing;
use crate::identity::{Account, Fetcher, Identity};

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

fn account(variables: &[(&str, &str)]) -> Identity {
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), SecretString::from(*value)))
        .collect();
    Identity::new(Account { variables, ..Account::default() })
}

fn tls() -> rustls::ClientConfig {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}

fn applied(endpoint: &Endpoint, path: &str) -> Result<(String, HeaderMap), Failure> {
    let mut url = endpoint.address(path)?;
    let mut headers = HeaderMap::new();
    let body = Vec::new();
    let request =
        HttpRequest { method: Method::Post, path: path.into(), headers: Vec::new(), body };
    let client = reqwest::Client::builder().tls_backend_preconfigured(tls()).build().unwrap();
    let options = Options::default();
    let fetcher = Fetcher { far: client.clone(), direct: client, options, has_proxy: false };
    let applying = apply(&fetcher, endpoint, &request, &mut url, &mut headers);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(applying)?;
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
fn an_account_is_used_after_keys_and_before_none() {
    let mut endpoint = endpoint(vec![Auth::AwsSigv4("bedrock".into())], &[]);
    let failure = applied(&endpoint, "/x").unwrap_err();
    assert_eq!(failure.kind, FailureKind::Authentication);
    assert!(failure.message.contains("set ACME_AWS_ACCESS_KEY_ID"), "{failure}");
    endpoint.auth.push(header("authorization", "Bearer {token}"));
    endpoint.declared = vec![declared("token", &["ACME_TOKEN"], false)];
    let failure = applied(&endpoint, "/x").unwrap_err();
    assert!(failure.message.contains("set ACME_TOKEN (The key), or ACME_AWS"), "{failure}");

    endpoint.identity = account(&[
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "hunter2-long"),
        ("AWS_REGION", "eu-west-1"),
    ]);
    let (_, headers) = applied(&endpoint, "/model/a:0").unwrap();
    let text = headers["authorization"].to_str().unwrap();
    assert!(text.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"), "{text}");
    assert!(
        text.contains("/eu-west-1/bedrock/aws4_request, SignedHeaders=host;x-amz-date"),
        "{text}"
    );
    endpoint.auth.reverse();
    endpoint.secrets.insert("token".into(), SecretString::from("t"));
    assert_eq!(applied(&endpoint, "/x").unwrap().1["authorization"], "Bearer t");
}

#[test]
fn a_key_of_bedrocks_is_sent_as_it_is() {
    let mut endpoint = endpoint(vec![Auth::AwsSigv4("bedrock".into())], &[]);
    let keys = [("AWS_BEARER_TOKEN_BEDROCK", "b-k"), ("AWS_ACCESS_KEY_ID", "A")];
    endpoint.identity = account(&keys);
    assert_eq!(applied(&endpoint, "/x").unwrap().1["authorization"], "Bearer b-k");
    endpoint.auth = vec![Auth::AwsSigv4("sagemaker".into())];
    let failure = applied(&endpoint, "/x").unwrap_err();
    assert!(failure.message.contains("without AWS_SECRET_ACCESS_KEY"), "{failure}");
    endpoint.identity = account(&[("AWS_ACCESS_KEY_ID", "A"), ("AWS_SECRET_ACCESS_KEY", "b")]);
    let failure = applied(&endpoint, "/x").unwrap_err();
    assert!(failure.message.contains("set AWS_REGION"), "{failure}");
}

#[test]
fn d07_an_account_is_used_at_its_cloud_only_unless_the_operator_says_otherwise() {
    let google = Auth::Google(Vec::new());
    let mut endpoint = endpoint(vec![google], &[]);
    endpoint.identity = account(&[("GOOGLE_ACCESS_TOKEN", "ya29.t")]);
    assert_eq!(applied(&endpoint, "/x").unwrap().1["authorization"], "Bearer ya29.t");
    endpoint.operator_base_url = false;
    endpoint.hosts = vec!["*.example".into(), "*.googleapis.com".into()];
    for (base, allowed) in [
        ("https://a.example", false),
        ("https://googleapis.com.example", false),
        ("https://us-east5-aiplatform.googleapis.com", true),
    ] {
        endpoint.base_url = base.into();
        let outcome = applied(&endpoint, "/x");
        assert_eq!(outcome.is_ok(), allowed, "{base}");
        if let Err(failure) = outcome {
            assert_eq!(failure.kind, FailureKind::Permission);
            assert!(failure.message.contains("may not use an account with Google"), "{failure}");
        }
    }
}

#[test]
fn d07_what_an_account_holds_is_masked() {
    let mut endpoint = endpoint(Vec::new(), &[]);
    endpoint.identity = account(&[
        ("AZURE_CLIENT_SECRET", "very~secret"),
        ("AWS_SESSION_TOKEN", "a-session"),
        ("AWS_REGION", "eu-west-1"),
    ]);
    let text = endpoint.mask("very~secret a-session eu-west-1").into_owned();
    assert_eq!(text, "*** *** eu-west-1");
    assert!(!format!("{endpoint:?}").contains("secret~"));
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
