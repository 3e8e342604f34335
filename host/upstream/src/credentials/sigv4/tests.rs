#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

//! The vectors are AWS's own, of the suite `aws-sig-v4-test-suite`, and of the documentation's page
//! "Create a signed AWS API request".

use clasp_model::{Blob, Encoding, Segment};
use http::{HeaderMap, HeaderValue, Method};
use reqwest::Url;
use secrecy::SecretString;

use super::{AwsKeys, Scope, body_hash, sign, signature, spell};

const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn keys() -> AwsKeys {
    AwsKeys {
        id: "AKIDEXAMPLE".into(),
        secret: SecretString::from("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        session: None,
    }
}

fn suite() -> Scope<'static> {
    Scope { region: "us-east-1", service: "service", date: "20150830T123600Z" }
}

fn signed(
    scope: &Scope<'_>,
    method: &Method,
    url: &str,
    content_type: Option<&str>,
    body: &'static str,
) -> String {
    let mut url = Url::parse(url).unwrap();
    let mut headers = HeaderMap::new();
    if let Some(text) = content_type {
        headers.insert("content-type", HeaderValue::from_str(text).unwrap());
    }
    let hash = body_hash(&[Segment::Bytes(body.into())]).unwrap();
    spell(&mut url);
    sign(&keys(), scope, method, &url, &mut headers, &hash).unwrap();
    assert!(headers["authorization"].is_sensitive());
    headers["authorization"].to_str().unwrap().to_owned()
}

#[test]
fn the_test_suite_is_signed_as_it_says() {
    let form = Some("application/x-www-form-urlencoded");
    for (method, url, content_type, body, expected) in [
        (
            Method::GET,
            "https://example.amazonaws.com/",
            None,
            "",
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        ),
        (
            Method::GET,
            "https://example.amazonaws.com/?Param2=value2&Param1=value1",
            None,
            "",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        (
            Method::POST,
            "https://example.amazonaws.com/",
            None,
            "",
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
        ),
        (
            Method::POST,
            "https://example.amazonaws.com/",
            form,
            "Param1=value1",
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
        ),
    ] {
        let text = signed(&suite(), &method, url, content_type, body);
        let start =
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ";
        assert!(text.starts_with(start), "{text}");
        let names =
            if content_type.is_some() { "content-type;host;x-amz-date" } else { "host;x-amz-date" };
        assert!(text.contains(&format!("SignedHeaders={names}, ")), "{text}");
        assert!(text.ends_with(&format!("Signature={expected}")), "{method} {url}: {text}");
    }
}

#[test]
fn the_documentations_example_is_signed_as_it_says() {
    let scope = Scope { service: "iam", ..suite() };
    let text = signed(
        &scope,
        &Method::GET,
        "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
        Some("application/x-www-form-urlencoded; charset=utf-8"),
        "",
    );
    let expected = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
    assert!(text.ends_with(expected), "{text}");
}

#[test]
fn a_models_colon_is_sent_escaped_and_signed_twice_escaped() {
    for path in ["/model/claude-v1:0/converse", "/model/claude-v1%3a0/converse"] {
        let mut url = Url::parse(&format!("https://bedrock.example{path}?b=2 x&a=%7e&a")).unwrap();
        spell(&mut url);
        assert_eq!(url.path(), "/model/claude-v1%3A0/converse");
        assert_eq!(url.query(), Some("a=&a=~&b=2%20x"));
        let again = url.clone();
        spell(&mut url);
        assert_eq!(url, again);
    }
    let mut arn = Url::parse("https://b.example/model/arn:aws:x%2Fy/%+1/é").unwrap();
    spell(&mut arn);
    assert_eq!(arn.path(), "/model/arn%3Aaws%3Ax%2Fy/%25%2B1/%C3%A9");
}

#[test]
fn the_session_and_other_headers_of_awss_are_signed() {
    let keys = AwsKeys { session: Some(SecretString::from("the-session")), ..keys() };
    let url = Url::parse("http://127.0.0.1:8080/x").unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("x-amzn-trace", HeaderValue::from_static("not AWS's"));
    headers.insert("x-amz-target", HeaderValue::from_static("  a   b "));
    headers.insert("accept", HeaderValue::from_static("*/*"));
    sign(&keys, &suite(), &Method::POST, &url, &mut headers, EMPTY).unwrap();
    assert_eq!(headers["x-amz-security-token"], "the-session");
    assert_eq!(headers["x-amz-date"], "20150830T123600Z");
    let text = headers["authorization"].to_str().unwrap();
    let names = "SignedHeaders=host;x-amz-date;x-amz-security-token;x-amz-target,";
    assert!(text.contains(names), "{text}");

    headers.remove("authorization");
    let with = |value: &'static str| {
        let mut headers = headers.clone();
        headers.insert("x-amz-target", HeaderValue::from_static(value));
        signature(&keys, &suite(), &Method::POST, &url, &headers, EMPTY).1
    };
    assert_eq!(with("a b"), with(" a  b"));
    assert_ne!(with("a b"), with("ab"));
}

#[test]
fn the_body_is_hashed_as_it_goes_out() {
    assert_eq!(body_hash(&[]).unwrap(), EMPTY);
    let blob = || Blob { media_type: "image/png".into(), base64: "aGVsbG8=".into() };
    let whole = |text: &'static str| body_hash(&[Segment::Bytes(text.into())]).unwrap();
    let spliced = |encoding| {
        let body = [
            Segment::Bytes("<".into()),
            Segment::Blob(blob(), encoding),
            Segment::Bytes(">".into()),
        ];
        body_hash(&body).unwrap()
    };
    assert_eq!(spliced(Encoding::Base64), whole("<aGVsbG8=>"));
    assert_eq!(spliced(Encoding::Identity), whole("<hello>"));
    let broken = Blob { media_type: "image/png".into(), base64: "a*b=".into() };
    assert!(body_hash(&[Segment::Blob(broken, Encoding::Identity)]).is_err());
}
