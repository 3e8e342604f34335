//! Tokens: fetched, kept, sent, renewed.

use clasp_model::{Auth, FailureKind, Retry, Template, TokenExchange};
use clasp_upstream::{Account, Endpoint, Identity, SecretString};

use crate::script::{Answer, Script};
use crate::vendor::{Received, client, post, within};

pub fn account(variables: &[(&str, &str)]) -> Identity {
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), SecretString::from(*value)))
        .collect();
    Identity::new(Account { variables, home: None, of_machine: true })
}

pub fn endpoint(vendor: &Script, auth: Auth, identity: Identity) -> Endpoint {
    Endpoint {
        plugin: "acme".into(),
        base_url: vendor.url("/v1"),
        operator_base_url: true,
        auth: vec![auth],
        identity,
        ..Endpoint::default()
    }
}

pub async fn accepting() -> Script {
    Script::start(|_, _| (200, "", "ok".into())).await
}

/// Gives `token-1`, `token-2`, … for an hour each.
async fn tokens() -> Script {
    Script::start(|_, before| {
        let number = before + 1;
        (200, "", format!(r#"{{"access_token":"token-{number}","expires_in":3600}}"#))
    })
    .await
}

fn entra(login: &Script) -> Identity {
    account(&[
        ("AZURE_TENANT_ID", "tenant-1"),
        ("AZURE_CLIENT_ID", "client-1"),
        ("AZURE_CLIENT_SECRET", "s3cret&value"),
        ("AZURE_AUTHORITY_HOST", &login.url("/")),
    ])
}

const SCOPE: &str = "https://cognitiveservices.azure.com/.default";

fn body(received: &Received) -> String {
    String::from_utf8(received.body.clone()).unwrap()
}

#[tokio::test]
async fn an_application_logs_in_once_for_many_requests() {
    let (vendor, login) = (accepting().await, tokens().await);
    let endpoint = endpoint(&vendor, Auth::Entra(SCOPE.into()), entra(&login));
    let client = client();
    let request = post("/x", "{}");
    let sends: Vec<_> = (0..10)
        .map(|_| {
            let (client, endpoint, request) = (client.clone(), endpoint.clone(), request.clone());
            tokio::spawn(async move { client.send(&endpoint, &request).await.unwrap().status })
        })
        .collect();
    for send in sends {
        assert_eq!(within(send).await.unwrap(), 200);
    }
    assert_eq!(login.count(), 1);
    assert_eq!(
        login.each(|asked| asked.line.clone())[0],
        "POST /tenant-1/oauth2/v2.0/token HTTP/1.1"
    );
    assert_eq!(login.headers("content-type")[0], "application/x-www-form-urlencoded");
    assert_eq!(
        login.each(body)[0],
        "grant_type=client_credentials&client_id=client-1&client_secret=s3cret%26value\
         &scope=https%3A%2F%2Fcognitiveservices.azure.com%2F.default"
    );
    assert_eq!(vendor.headers("authorization"), vec!["Bearer token-1"; 10]);
    assert_eq!(endpoint.mask("token-1 s3cret&value"), "*** ***");
}

#[tokio::test]
async fn a_revoked_token_is_replaced_once() {
    let revoked = |received: &Received, _| -> Answer {
        match received.header("authorization") {
            Some("Bearer token-2") => (200, "", "ok".into()),
            _ => (401, "", "revoked".into()),
        }
    };
    let (vendor, login) = (Script::start(revoked).await, tokens().await);
    let endpoint = endpoint(&vendor, Auth::Entra(SCOPE.into()), entra(&login));
    let (client, request) = (client(), post("/x", "{}"));
    let first = client.send(&endpoint, &request).await.unwrap();
    assert_eq!(first.status, 401, "a token that was just fetched is not the cause");
    assert_eq!((login.count(), vendor.count()), (1, 1));
    assert_eq!(client.send(&endpoint, &request).await.unwrap().status, 200);
    assert_eq!((login.count(), vendor.count()), (2, 3));
    assert_eq!(vendor.each(body), vec!["{}"; 3]);
}

#[tokio::test]
async fn a_vendor_that_refuses_every_token_is_not_asked_for_ever() {
    let (vendor, login) = (Script::start(|_, _| (401, "", "no".into())).await, tokens().await);
    let endpoint = endpoint(&vendor, Auth::Entra(SCOPE.into()), entra(&login));
    let (client, request) = (client(), post("/x", "{}"));
    for _ in 0..5 {
        let answer = client.send(&endpoint, &request).await.unwrap();
        assert_eq!(answer.status, 401);
        assert_eq!(answer.body.collect(10).await.unwrap(), "no");
    }
    assert_eq!((login.count(), vendor.count()), (2, 6));
}

#[tokio::test]
async fn d07_a_refused_login_is_told_without_the_secret() {
    let refusal = r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret s3cret&value\r\nTrace"}"#;
    let login = Script::start(move |_, _| (401, "", refusal.into())).await;
    let vendor = accepting().await;
    let endpoint = endpoint(&vendor, Auth::Entra(SCOPE.into()), entra(&login));
    let failure = client().send(&endpoint, &post("/x", "{}")).await.unwrap_err();
    assert_eq!((failure.kind, failure.retry), (FailureKind::Authentication, Retry::Elsewhere));
    for part in [
        "`acme` cannot log in to Microsoft Entra ID",
        "status 401",
        "AADSTS7000215",
        "check AZURE_TENANT_ID",
    ] {
        assert!(failure.message.contains(part), "{failure}");
    }
    assert!(!failure.message.contains("s3cret"), "{failure}");
    assert_eq!(vendor.count(), 0);
}

#[tokio::test]
async fn a_login_that_may_work_in_a_moment_may_be_tried_again() {
    let login = Script::start(|_, _| (503, "", "busy".into())).await;
    let vendor = accepting().await;
    let endpoint = endpoint(&vendor, Auth::Entra(SCOPE.into()), entra(&login));
    let failure = client().send(&endpoint, &post("/x", "{}")).await.unwrap_err();
    assert_eq!((failure.kind, failure.retry), (FailureKind::Authentication, Retry::Again));
}

#[tokio::test]
async fn d07_no_login_goes_over_plain_http() {
    let vendor = accepting().await;
    let identity = account(&[
        ("AZURE_TENANT_ID", "t"),
        ("AZURE_CLIENT_ID", "c"),
        ("AZURE_CLIENT_SECRET", "s"),
        ("AZURE_AUTHORITY_HOST", "http://login.example"),
    ]);
    let endpoint = endpoint(&vendor, Auth::Entra(SCOPE.into()), identity);
    let failure = client().send(&endpoint, &post("/x", "{}")).await.unwrap_err();
    assert!(failure.message.contains("AZURE_AUTHORITY_HOST is no https URL"), "{failure}");
}

#[tokio::test]
async fn a_service_account_signs_its_own_word() {
    let (vendor, login) = (accepting().await, tokens().await);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("key.json");
    let key = include_str!("../../src/identity/google/test-key.pem");
    let document = serde_json::json!({
        "type": "service_account", "client_email": "robot@p.example", "private_key": key,
        "private_key_id": "key-1", "token_uri": login.url("/token"), "project_id": "p",
    });
    std::fs::write(&file, document.to_string()).unwrap();
    let identity = account(&[("GOOGLE_APPLICATION_CREDENTIALS", file.to_str().unwrap())]);
    let endpoint = endpoint(&vendor, Auth::Google(vec!["scope-a".into()]), identity);
    client().send(&endpoint, &post("/x", "{}")).await.unwrap();
    assert_eq!(vendor.headers("authorization"), ["Bearer token-1"]);
    let form = login.each(body).remove(0);
    let start = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=eyJ";
    assert!(form.starts_with(start), "{form}");
    assert_eq!(form.matches('.').count(), 2);
}

#[tokio::test]
async fn a_user_logs_in_with_the_refresh_token_of_the_usual_file() {
    let (vendor, login) = (accepting().await, tokens().await);
    let directory = tempfile::tempdir().unwrap();
    let document = serde_json::json!({
        "type": "authorized_user", "client_id": "id", "client_secret": "cs",
        "refresh_token": "rt", "token_uri": login.url("/token"),
    });
    let file = directory.path().join("application_default_credentials.json");
    std::fs::write(file, document.to_string()).unwrap();
    let identity = account(&[("CLOUDSDK_CONFIG", directory.path().to_str().unwrap())]);
    let endpoint = endpoint(&vendor, Auth::Google(Vec::new()), identity);
    client().send(&endpoint, &post("/x", "{}")).await.unwrap();
    assert_eq!(vendor.headers("authorization"), ["Bearer token-1"]);
    let form = "grant_type=refresh_token&client_id=id&client_secret=cs&refresh_token=rt";
    assert_eq!(login.each(body), [form]);
}

#[tokio::test]
async fn googles_metadata_server_is_asked_last() {
    let (vendor, metadata) = (accepting().await, tokens().await);
    let identity = account(&[("GCE_METADATA_HOST", metadata.authority())]);
    let endpoint = endpoint(&vendor, Auth::Google(vec!["a".into(), "b".into()]), identity);
    client().send(&endpoint, &post("/x", "{}")).await.unwrap();
    assert_eq!(vendor.headers("authorization"), ["Bearer token-1"]);
    assert_eq!(metadata.headers("metadata-flavor"), ["Google"]);
    let path = "/computeMetadata/v1/instance/service-accounts/default/token";
    assert_eq!(
        metadata.each(|asked| asked.line.clone()),
        [format!("GET {path}?scopes=a%2Cb HTTP/1.1")]
    );
}

#[tokio::test]
async fn without_anything_it_is_told_what_was_tried() {
    let vendor = accepting().await;
    let metadata = Script::start(|_, _| (404, "", String::new())).await;
    let home = tempfile::tempdir().unwrap();
    let identity = account(&[
        ("GCE_METADATA_HOST", metadata.authority()),
        ("CLOUDSDK_CONFIG", home.path().to_str().unwrap()),
    ]);
    let endpoint = endpoint(&vendor, Auth::Google(Vec::new()), identity);
    let failure = client().send(&endpoint, &post("/x", "{}")).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Authentication);
    for part in [
        "`acme` cannot log in to Google Cloud",
        "GOOGLE_APPLICATION_CREDENTIALS is not set",
        "there is no ",
        "metadata server: ",
        "status 404",
        "GOOGLE_ACCESS_TOKEN",
    ] {
        assert!(failure.message.contains(part), "{failure}");
    }
}

fn exchange(login: &Script) -> Auth {
    let template = |name: &str, value: &str| Template { name: name.into(), value: value.into() };
    Auth::TokenExchange(TokenExchange {
        url: login.url("/token"),
        header: template("authorization", "token {api-key}"),
        token: "/a/token".into(),
        expires: Some("/expires_at".into()),
        apply: template("authorization", "Bearer {token}"),
    })
}

#[tokio::test]
async fn a_key_is_exchanged_for_a_token_until_it_expires() {
    let login = Script::start(|_, before| {
        // The first has expired when it comes.
        let expires: u64 = if before == 0 { 1 } else { 32_503_680_000 };
        let number = before + 1;
        (200, "", format!(r#"{{"a":{{"token":"t-{number}"}},"expires_at":{expires}}}"#))
    })
    .await;
    let vendor = accepting().await;
    let mut endpoint = endpoint(&vendor, exchange(&login), Identity::default());
    endpoint.secrets.insert("api-key".into(), SecretString::from("k-long-key"));
    endpoint.hosts = vec!["127.0.0.1".into()];
    let (client, request) = (client(), post("/x", "{}"));
    for _ in 0..3 {
        client.send(&endpoint, &request).await.unwrap();
    }
    assert_eq!(login.headers("authorization"), ["token k-long-key"; 2]);
    assert_eq!(login.each(|asked| asked.line.clone()), ["POST /token HTTP/1.1"; 2]);
    assert_eq!(vendor.headers("authorization"), ["Bearer t-1", "Bearer t-2", "Bearer t-2"]);
}

#[tokio::test]
async fn d07_a_key_is_exchanged_only_at_a_host_of_the_manifest() {
    let (vendor, login) = (accepting().await, tokens().await);
    let mut endpoint = endpoint(&vendor, exchange(&login), Identity::default());
    endpoint.secrets.insert("api-key".into(), SecretString::from("k-long-key"));
    endpoint.hosts = vec!["api.acme.example".into()];
    let failure = client().send(&endpoint, &post("/x", "{}")).await.unwrap_err();
    assert!(failure.message.contains("does not list 127.0.0.1"), "{failure}");
    assert_eq!((login.count(), vendor.count()), (0, 0));

    endpoint.secrets.clear();
    let failure = client().send(&endpoint, &post("/x", "{}")).await.unwrap_err();
    assert!(failure.message.contains("`acme` has no key"), "{failure}");
}
