use std::process::{Command, Stdio};

use clasp_upstream::{Client, Endpoint, Options};

use crate::vendor::{Vendor, post, within};

/// Runs in a process of its own, whose environment names a proxy.
#[tokio::test]
#[ignore = "started by the tests below"]
async fn asks_for_what_the_environment_says() {
    let Ok(base_url) = std::env::var("ASKED") else { return };
    let endpoint = Endpoint {
        plugin: "acme".into(),
        base_url,
        operator_base_url: true,
        ..Endpoint::default()
    };
    let client = Client::new(Options::default()).unwrap();
    let answer = within(client.send(&endpoint, &post("/x", "{}"))).await.unwrap();
    assert_eq!(answer.body.collect(2).await.unwrap(), "ok");
}

/// The request line that arrives at `vendor` when a process with this proxy asks for `asked`.
async fn line_at(vendor: &Vendor, proxy: &str, asked: &str) -> String {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--ignored", "proxy::asks_for_what_the_environment_says"])
        .env("ASKED", asked)
        .env("HTTP_PROXY", proxy)
        .env_remove("http_proxy")
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut connection = vendor.accept().await;
    let received = connection.request().await;
    connection.answer("ok").await;
    let status = tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap();
    assert!(status.success());
    received.line
}

#[tokio::test]
async fn a_proxy_of_the_environment_is_used() {
    let vendor = Vendor::start().await;
    let proxy = format!("http://{}", vendor.authority());
    let line = line_at(&vendor, &proxy, "http://api.acme.example/v1").await;
    assert_eq!(line, "POST http://api.acme.example/v1/x HTTP/1.1");
}

#[tokio::test]
async fn this_machine_is_never_asked_through_a_proxy() {
    let (vendor, proxy) = (Vendor::start().await, Vendor::start().await);
    let asked = format!("http://{}/v1", vendor.authority());
    let line = line_at(&vendor, &format!("http://{}", proxy.authority()), &asked).await;
    assert_eq!(line, "POST /v1/x HTTP/1.1");
}
