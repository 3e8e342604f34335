use std::time::Duration;

use clasp_model::{Failure, FailureKind, Retry};
use clasp_upstream::{Client, Endpoint, Options};

use crate::vendor::{Vendor, client, post, within};

const SHORT: Duration = Duration::from_millis(30);

async fn failed(client: &Client, base_url: &str) -> Failure {
    let endpoint = Endpoint {
        plugin: "acme".into(),
        base_url: base_url.into(),
        operator_base_url: true,
        ..Endpoint::default()
    };
    within(client.send(&endpoint, &post("/x?key=query-secret", "{}"))).await.unwrap_err()
}

#[tokio::test]
async fn a_refused_connection_asks_whether_the_server_runs() {
    let vendor = Vendor::start().await;
    let authority = vendor.authority();
    drop(vendor);
    let failure = failed(&client(), &format!("http://{authority}")).await;
    assert_eq!((failure.kind, failure.retry), (FailureKind::ProviderError, Retry::Again));
    assert_eq!(failure.code.as_deref(), Some("refused"));
    let expected = format!(
        "nothing listens at {authority} (connection refused): is the server running there?"
    );
    assert_eq!(failure.message, expected);
}

#[tokio::test]
async fn tls_to_a_plain_server_is_named() {
    let vendor = Vendor::start().await;
    let base_url = format!("https://{}", vendor.authority());
    let client = client();
    let (failure, _connection) = tokio::join!(failed(&client, &base_url), async {
        let mut connection = vendor.accept().await;
        connection.write("HTTP/1.1 400 Bad Request\r\n\r\n").await;
        connection
    });
    assert_eq!(failure.code.as_deref(), Some("tls"), "{failure}");
    assert_eq!(failure.retry, Retry::Elsewhere);
    assert!(failure.message.contains(&vendor.authority()), "{failure}");
    assert!(failure.message.contains("plain http"), "{failure}");
}

#[tokio::test]
async fn a_handshake_without_end_runs_into_the_connect_timeout() {
    let vendor = Vendor::start().await;
    let options = Options { connect_timeout: SHORT, ..Options::default() };
    let client = Client::new(options).unwrap();
    let failure = failed(&client, &format!("https://{}", vendor.authority())).await;
    assert_eq!((failure.kind, failure.retry), (FailureKind::Timeout, Retry::Again));
    assert_eq!(failure.code.as_deref(), Some("connect-timeout"));
    assert!(failure.message.starts_with("no connection to 127.0.0.1:"), "{failure}");
}

#[tokio::test]
async fn a_silent_server_runs_into_the_first_byte_timeout() {
    let vendor = Vendor::start().await;
    let client = Client::new(Options::default().with_timeout(SHORT)).unwrap();
    let failure = failed(&client, &format!("http://{}", vendor.authority())).await;
    assert_eq!((failure.kind, failure.retry), (FailureKind::Timeout, Retry::Again));
    assert_eq!(failure.code.as_deref(), Some("first-byte-timeout"));
    let expected = "did not begin to answer within 30 ms (CLASP_HTTP_TIMEOUT sets this limit)";
    assert!(failure.message.contains(expected), "{failure}");
    // Whoever gave up has left (rule A12).
    vendor.accept().await.closed().await;
}

#[tokio::test]
async fn what_is_not_http_is_a_protocol_failure() {
    let many: String = (0..200).map(|number| format!("x-{number}: 1\r\n")).collect();
    for text in ["SSH-2.0-OpenSSH_9\r\n\r\n", &format!("HTTP/1.1 200 OK\r\n{many}\r\n")] {
        let vendor = Vendor::start().await;
        let (client, base_url) = (client(), format!("http://{}", vendor.authority()));
        let (failure, ()) = tokio::join!(failed(&client, &base_url), async {
            let mut connection = vendor.accept().await;
            connection.request().await;
            connection.write(text).await;
            connection.closed().await;
        });
        assert_eq!(failure.kind, FailureKind::Protocol, "{failure}");
        assert!(failure.message.contains("not HTTP"), "{failure}");
        assert!(!failure.message.contains("query-secret"), "{failure}");
    }
}

#[tokio::test]
async fn a_host_that_is_no_name_is_not_found() {
    // `.invalid` never exists (RFC 2606), and a label this long is refused without asking anyone.
    let base_url = format!("http://{}.invalid", "a".repeat(70));
    let options = Options { environment_proxies: false, ..Options::default() };
    let failure = failed(&Client::new(options).unwrap(), &base_url).await;
    assert_eq!(failure.code.as_deref(), Some("dns"), "{failure}");
    assert!(failure.message.contains(".invalid to be found"), "{failure}");
    assert!(!failure.message.contains("query-secret"), "{failure}");
}
