//! A service account's word on who it is: a JSON Web Token signed with its key (RFC 7523, RS256).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

/// Seconds that it is good for; the most that Google takes.
const LIFETIME: u64 = 3600;

/// What it says.
pub(super) struct Claims<'a> {
    pub(super) email: &'a str,
    pub(super) scope: &'a str,
    pub(super) audience: &'a str,
    /// Seconds since 1970.
    pub(super) now: u64,
}

/// Writes and signs it. The error never shows the key.
pub(super) fn signed(
    claims: &Claims<'_>,
    key_id: Option<&str>,
    key: &SecretString,
) -> Result<String, &'static str> {
    let der = PrivatePkcs8KeyDer::from_pem_slice(key.expose_secret().as_bytes())
        .map_err(|_| "is no PEM text of a private key")?;
    let key = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).map_err(|_| "is no RSA key")?;
    let mut header = json!({ "alg": "RS256", "typ": "JWT" });
    if let (Some(id), Some(members)) = (key_id, header.as_object_mut()) {
        members.insert("kid".to_owned(), id.into());
    }
    let payload = json!({
        "iss": claims.email,
        "scope": claims.scope,
        "aud": claims.audience,
        "iat": claims.now,
        "exp": claims.now + LIFETIME,
    });
    let encoded = |document: &serde_json::Value| URL_SAFE_NO_PAD.encode(document.to_string());
    let message = format!("{}.{}", encoded(&header), encoded(&payload));
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)
        .map_err(|_| "cannot sign")?;
    Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
}
