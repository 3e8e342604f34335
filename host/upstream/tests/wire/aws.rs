//! Requests to AWS: whose keys, and whether the signature holds for what arrived.

use clasp_model::{Auth, Blob, Encoding, FailureKind, Segment};
use clasp_upstream::Identity;
use ring::{digest, hmac};

use crate::login::{accepting, account, endpoint};
use crate::script::{Answer, Script};
use crate::vendor::{Received, client, post};

fn bedrock() -> Auth {
    Auth::AwsSigv4("bedrock".into())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The signature that a server computes of what arrived, as in AWS's documentation.
fn expected(received: &Received, secret: &str) -> String {
    let header = |name: &str| received.header(name).unwrap_or_default();
    let authorization = header("authorization");
    let part = |name: &str| {
        let rest = authorization.split_once(&format!("{name}=")).unwrap().1;
        rest.split(',').next().unwrap().to_owned()
    };
    let (signed, scope) = (part("SignedHeaders"), part("Credential"));
    let scope: Vec<&str> = scope.split('/').skip(1).collect();
    let (method, rest) = received.line.split_once(' ').unwrap();
    let target = rest.split(' ').next().unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let lines: String =
        signed.split(';').map(|name| format!("{name}:{}\n", header(name))).collect();
    let hash = hex(digest::digest(&digest::SHA256, &received.body).as_ref());
    // Unreserved letters stand for themselves, so only escapes are escaped again.
    let path = path.replace('%', "%25");
    let request = format!("{method}\n{path}\n{query}\n{lines}\n{signed}\n{hash}");
    let hash = hex(digest::digest(&digest::SHA256, request.as_bytes()).as_ref());
    let date = header("x-amz-date");
    let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{}\n{hash}", scope.join("/"));
    let sign = |key: &[u8], text: &str| {
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
    };
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in scope {
        key = sign(&key, part);
    }
    hex(&sign(&key, &to_sign))
}

fn holds(received: &Received, secret: &str) -> bool {
    let authorization = received.header("authorization").unwrap_or_default();
    authorization.ends_with(&format!("Signature={}", expected(received, secret)))
}

fn keys() -> Identity {
    account(&[
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "a-secret-key"),
        ("AWS_SESSION_TOKEN", "a-session"),
        ("AWS_REGION", "eu-west-1"),
    ])
}

#[tokio::test]
async fn the_signature_holds_for_what_arrives() {
    let vendor = accepting().await;
    let endpoint = endpoint(&vendor, bedrock(), keys());
    let mut request = post("/model/claude-v1:0/converse?z=1&a=x y", "{\"image\":\"");
    let blob = |base64: String| Blob { media_type: "image/png".into(), base64: base64.into() };
    request.body.push(Segment::Blob(blob("aGVsbG8=".into()), Encoding::Base64));
    request.body.push(Segment::Bytes("\"}".into()));
    client().send(&endpoint, &request).await.unwrap();
    // One that is hashed away from the threads that serve.
    let large = "QUJD".repeat(600_000);
    request.body.push(Segment::Blob(blob(large), Encoding::Identity));
    client().send(&endpoint, &request).await.unwrap();

    let line = "POST /v1/model/claude-v1%3A0/converse?a=x%20y&z=1 HTTP/1.1";
    assert_eq!(vendor.each(|received| received.line.clone()), [line; 2]);
    assert_eq!(vendor.headers("x-amz-security-token"), ["a-session"; 2]);
    assert_eq!(vendor.each(|received| holds(received, "a-secret-key")), [true; 2]);
    assert_eq!(vendor.each(|received| holds(received, "another")), [false; 2]);
    assert_eq!(vendor.each(|received| received.body.len()), [20, 1_800_020]);
}

const ROLE: &str = r#"{"Code":"Success","AccessKeyId":"ASIA1","SecretAccessKey":"role-secret",
    "Token":"role-session","Expiration":"2999-01-01T00:00:00Z"}"#;

#[tokio::test]
async fn an_instance_asks_its_metadata_service_by_a_session() {
    let service = Script::start(|received, _| -> Answer {
        let session = received.header("x-aws-ec2-metadata-token") == Some("session-1");
        let roles = "/latest/meta-data/iam/security-credentials/";
        let target = received.line.split(' ').nth(1).unwrap().to_owned();
        match target.strip_prefix(roles) {
            None if received.line.starts_with("PUT /latest/api/token ")
                && received.header("x-aws-ec2-metadata-token-ttl-seconds").is_some() =>
            {
                (200, "", "session-1".into())
            }
            Some("") if session => (200, "", "the-role\n".into()),
            Some("the-role") if session => (200, "", ROLE.into()),
            _ => (401, "", String::new()),
        }
    })
    .await;
    let vendor = accepting().await;
    let identity = account(&[
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &service.url("")),
        ("AWS_REGION", "us-east-1"),
    ]);
    let endpoint = endpoint(&vendor, bedrock(), identity);
    let client = client();
    for _ in 0..2 {
        client.send(&endpoint, &post("/x", "{}")).await.unwrap();
    }
    assert_eq!(service.count(), 3);
    assert_eq!(vendor.each(|received| holds(received, "role-secret")), [true; 2]);
    assert_eq!(vendor.headers("x-amz-security-token"), ["role-session"; 2]);
    assert_eq!(endpoint.mask("role-secret role-session"), "*** ***");
}

#[tokio::test]
async fn a_container_asks_its_own_service() {
    let service = Script::start(|received, _| -> Answer {
        match received.header("authorization") {
            Some("container-token") => (200, "", ROLE.into()),
            _ => (403, "", String::new()),
        }
    })
    .await;
    let vendor = accepting().await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("token");
    std::fs::write(&file, "container-token\n").unwrap();
    let identity = account(&[
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", &service.url("/role")),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file.to_str().unwrap()),
        ("AWS_REGION", "us-east-1"),
    ]);
    client().send(&endpoint(&vendor, bedrock(), identity), &post("/x", "{}")).await.unwrap();
    assert_eq!(vendor.each(|received| holds(received, "role-secret")), [true]);

    let identity = account(&[("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://evil.example/role")]);
    let endpoint = endpoint(&vendor, bedrock(), identity);
    let failure = client().send(&endpoint, &post("/x", "{}")).await.unwrap_err();
    assert!(failure.message.contains("evil.example over plain http"), "{failure}");
}

#[tokio::test]
async fn an_expired_session_is_replaced_once() {
    let service = Script::start(|_, before| {
        let document = ROLE.replace("ASIA1", &format!("ASIA{before}"));
        (200, "", document)
    })
    .await;
    let vendor = Script::start(|_, before| match before {
        1 => (403, "x-amzn-errortype: ExpiredTokenException:http://x\r\n", "{}".into()),
        3 => (403, "x-amzn-errortype: AccessDeniedException\r\n", "{}".into()),
        _ => (200, "", "ok".into()),
    })
    .await;
    let identity = account(&[
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", &service.url("/role")),
        ("AWS_REGION", "us-east-1"),
    ]);
    let (endpoint, client) = (endpoint(&vendor, bedrock(), identity), client());
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(client.send(&endpoint, &post("/x", "{}")).await.unwrap().status);
    }
    assert_eq!(statuses, [200, 200, 403]);
    assert_eq!((service.count(), vendor.count()), (2, 4));
    assert!(vendor.headers("authorization")[2].contains("Credential=ASIA1/"));
}

#[tokio::test]
async fn without_anything_it_is_told_what_was_tried() {
    let vendor = accepting().await;
    let home = tempfile::tempdir().unwrap();
    let missing = home.path().join("credentials");
    let identity = account(&[
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_SHARED_CREDENTIALS_FILE", missing.to_str().unwrap()),
        ("AWS_REGION", "us-east-1"),
    ]);
    let endpoint = endpoint(&vendor, bedrock(), identity);
    let failure = client().send(&endpoint, &post("/x", "{}")).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Authentication);
    for part in [
        "`acme` cannot log in to AWS",
        "AWS_ACCESS_KEY_ID is not set",
        "no AWS profile \"default\"",
        "AWS_CONTAINER_CREDENTIALS",
        "AWS_EC2_METADATA_DISABLED is set",
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    ] {
        assert!(failure.message.contains(part), "{failure}");
    }
    assert_eq!(vendor.count(), 0);
}
