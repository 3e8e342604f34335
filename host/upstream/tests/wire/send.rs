use clasp_model::{Auth, Blob, Encoding, FailureKind, Header, Method, Segment, Template};
use clasp_upstream::SecretString;

use crate::vendor::{Vendor, client, post, within};

#[tokio::test]
async fn a_request_arrives_as_it_should() {
    let vendor = Vendor::start().await;
    let mut endpoint = vendor.endpoint();
    let template = Template { name: "authorization".into(), value: "Bearer {api-key}".into() };
    endpoint.auth = vec![Auth::Header(template)];
    endpoint.secrets.insert("api-key".into(), SecretString::from("k1"));
    let mut request = post("/v1/chat/completions?a=1", "{\"image\":\"");
    let blob = Blob { media_type: "image/png".into(), base64: "aGVsbG8=".into() };
    request.body.push(Segment::Blob(blob, Encoding::Base64));
    request.body.push(Segment::Bytes("\"}".into()));
    request.headers.push(Header { name: "x-api-key".into(), value: "stolen".into() });

    let (client, serving) = (client(), async {
        let mut connection = vendor.accept().await;
        let received = connection.request().await;
        connection.write("HTTP/1.1 429 No\r\nX-Req: a\r\nX-Odd: \u{fc}\r\nx-bin: ").await;
        connection.write("v\r\ncontent-length: 2\r\n\r\nno").await;
        received
    });
    let (answer, received) = tokio::join!(client.send(&endpoint, &request), within(serving));

    assert_eq!(received.line, "POST /v1/chat/completions?a=1 HTTP/1.1");
    assert_eq!(received.body, b"{\"image\":\"aGVsbG8=\"}");
    assert_eq!(received.header("content-length"), Some("20"));
    assert_eq!(received.header("authorization"), Some("Bearer k1"));
    assert_eq!(received.header("host"), Some(vendor.authority().as_str()));
    assert_eq!(received.header("accept-encoding"), Some("identity"));
    assert_eq!(received.header("transfer-encoding"), None);
    assert_eq!(received.header("x-api-key"), None);
    assert!(received.header("user-agent").unwrap().starts_with("clasp/"));

    let answer = answer.unwrap();
    assert_eq!(answer.status, 429);
    let header = |name| answer.headers.iter().find(|header| header.name == name);
    assert_eq!(header("x-req").unwrap().value, "a");
    assert_eq!(header("x-odd").unwrap().value, "\u{fc}");
    assert_eq!(answer.body.collect(10).await.unwrap(), "no");
}

#[tokio::test]
async fn a_get_has_no_body() {
    let vendor = Vendor::start().await;
    let mut request = post("/models", "");
    request.method = Method::Get;
    request.body.clear();
    let (client, endpoint) = (client(), vendor.endpoint());
    let (answer, received) = tokio::join!(client.send(&endpoint, &request), async {
        let mut connection = vendor.accept().await;
        let received = connection.request().await;
        connection.answer("[]").await;
        received
    });
    assert_eq!(received.line, "GET /v1/models HTTP/1.1");
    assert_eq!(received.header("content-length"), None);
    assert_eq!(answer.unwrap().body.collect(2).await.unwrap(), "[]");
}

#[tokio::test]
async fn d07_nothing_is_sent_to_a_host_that_is_not_allowed() {
    let vendor = Vendor::start().await;
    let mut endpoint = vendor.endpoint();
    endpoint.operator_base_url = false;
    endpoint.hosts = vec!["api.acme.example".into()];
    let failure = client().send(&endpoint, &post("/x", "{}")).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Permission);
    assert!(failure.message.contains("api.acme.example"), "{failure}");
}

#[tokio::test]
async fn d07_a_redirect_is_not_followed() {
    let vendor = Vendor::start().await;
    let (client, endpoint, request) = (client(), vendor.endpoint(), post("/x", "{}"));
    let (answer, ()) = tokio::join!(client.send(&endpoint, &request), async {
        let mut connection = vendor.accept().await;
        connection.request().await;
        let location = "location: http://evil.example/y?key=secret\r\ncontent-length: 0";
        connection.write(&format!("HTTP/1.1 307 Go\r\n{location}\r\n\r\n")).await;
    });
    let failure = answer.unwrap_err();
    assert_eq!(failure.code.as_deref(), Some("redirect"));
    assert!(failure.message.contains("to evil.example"), "{failure}");
    assert!(!failure.message.contains("secret"), "{failure}");
}

#[tokio::test]
async fn a_payload_that_cannot_be_decoded_is_refused_before_anything_is_sent() {
    let vendor = Vendor::start().await;
    let mut request = post("/x", "");
    let blob = Blob { media_type: "image/png".into(), base64: "a*b=".into() };
    request.body = vec![Segment::Blob(blob, Encoding::Identity)];
    let failure = client().send(&vendor.endpoint(), &request).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::InvalidRequest);
    assert!(failure.message.contains("image/png"), "{failure}");
}
