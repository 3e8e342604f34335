#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::assertion::{Claims, signed};

/// Made for these tests, and used nowhere else.
const KEY: &str = include_str!("test-key.pem");

fn claims() -> Claims<'static> {
    Claims {
        email: "robot@project.iam.example",
        scope: "https://www.googleapis.com/auth/cloud-platform",
        audience: "https://oauth2.googleapis.com/token",
        now: 1_800_000_000,
    }
}

#[test]
fn an_assertion_says_who_and_for_what_and_its_signature_holds() {
    let token = signed(&claims(), Some("key-1"), &SecretString::from(KEY)).unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let part = |at: usize| URL_SAFE_NO_PAD.decode(parts[at]).unwrap();
    let document = |at| serde_json::from_slice::<Value>(&part(at)).unwrap();
    assert_eq!(document(0), json!({"alg": "RS256", "typ": "JWT", "kid": "key-1"}));
    assert_eq!(
        document(1),
        json!({
            "iss": "robot@project.iam.example",
            "scope": "https://www.googleapis.com/auth/cloud-platform",
            "aud": "https://oauth2.googleapis.com/token",
            "iat": 1_800_000_000, "exp": 1_800_003_600,
        })
    );
    let der = PrivatePkcs8KeyDer::from_pem_slice(KEY.as_bytes()).unwrap();
    let pair = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public().as_ref());
    let message = format!("{}.{}", parts[0], parts[1]);
    public.verify(message.as_bytes(), &part(2)).unwrap();
}

#[test]
fn d07_a_key_that_is_none_is_not_shown() {
    for key in ["", "hunter2", "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----"] {
        let why = signed(&claims(), None, &SecretString::from(key)).unwrap_err();
        assert!(!why.contains("hunter2"), "{why}");
    }
}
