//! Several providers and a proxy with a configuration file in front of them.

use clasp_tests::support::clasp::{Clasp, Setup};
use clasp_tests::support::client::{Answer, Client, post};
use clasp_tests::support::upstream::{self, Recorded, Vendor};
use serde_json::Value;

/// Providers `a` and `b`, and the proxy.
pub(crate) struct Two {
    pub(crate) a: Vendor,
    pub(crate) b: Vendor,
    pub(crate) clasp: Clasp,
}

/// What is said of a provider's models, so that nobody asks for its list.
pub(crate) const KNOWN: &str =
    "{gpt-4.1: {context_window: 1000000}, gpt-4.1-mini: {context_window: 1000000}}";

/// The keys of the providers that [`two`] sets up.
pub(crate) const KEY_A: &str = "sk-a-0123456789abcdef0123456789abcdef";
pub(crate) const KEY_B: &str = "sk-b-0123456789abcdef0123456789abcdef";

/// A configuration with the providers `a` and `b`, and `more`.
pub(crate) fn yaml(a: &Vendor, b: &Vendor, more: &str) -> String {
    let one = |name: &str, vendor: &Vendor, key: &str| {
        let url = vendor.base_url();
        format!(
            "  {name}: {{plugin: openai, base_url: \"{url}\", api_key: {key}, models: {KNOWN}}}\n"
        )
    };
    let (a, b) = (one("a", a, KEY_A), one("b", b, KEY_B));
    format!("provider: a\nproviders:\n{a}{b}{more}")
}

/// Two providers and the proxy with `more` in its configuration.
pub(crate) async fn two(more: &str) -> Two {
    let (a, b) = (Vendor::start().await, Vendor::start().await);
    let clasp = Setup::bare().config(&yaml(&a, &b, more)).start().await;
    Two { a, b, clasp }
}

/// Both providers, `a` first, `b` when it fails.
pub(crate) const A_THEN_B: &str =
    "models: {default: {targets: [a/gpt-4.1], fallback: [b/gpt-4.1-mini]}}\n";

pub(crate) fn failure(status: u16) -> upstream::Answer {
    upstream::Answer::error(status, "Scripted failure", "server_error", None)
}

/// The provider's key that a request came with.
pub(crate) fn key(request: &Recorded) -> &str {
    let found = request.headers.iter().find(|(name, _)| name == "authorization");
    found.map_or("", |(_, value)| value.trim_start_matches("Bearer "))
}

/// A question with headers.
pub(crate) async fn ask_with(client: &Client, headers: &[(&str, &str)], body: &Value) -> Answer {
    send(client, "/v1/messages", headers, body).await
}

pub(crate) async fn send(
    client: &Client,
    path: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> Answer {
    let mut connection = client.connect().await;
    connection.write(&post(path, headers, body.to_string().as_bytes())).await;
    connection.answer(false).await
}

/// What is known of a request.
pub(crate) async fn explained(client: &Client, answer: &Answer) -> Value {
    let id = answer.head.header("x-clasp-request-id").unwrap();
    admin(client, &format!("/admin/explain/{id}")).await
}

/// A page for operators.
pub(crate) async fn admin(client: &Client, path: &str) -> Value {
    admin_as(client, path, "nobody").await
}

/// A page for operators, for whoever has this key.
pub(crate) async fn admin_as(client: &Client, path: &str, key: &str) -> Value {
    let mut connection = client.connect().await;
    let get = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nx-api-key: {key}\r\n\r\n");
    connection.write(get.as_bytes()).await;
    connection.answer(false).await.json()
}

/// The names of a record's steps.
pub(crate) fn steps(record: &Value) -> Vec<&str> {
    let steps = record["steps"].as_array().unwrap();
    steps.iter().map(|step| step["step"].as_str().unwrap()).collect()
}
