//! Ids of tool calls, within the pattern that this dialect's clients send back:
//! `^[a-zA-Z0-9_-]+$`.
//!
//! A provider's id outside of it goes out as `clasp_` and its bytes in URL-safe base64, so that the
//! provider's own id can be read back from the next request without a memory of it (rule C5).

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clasp_model::ByteString;

const PREFIX: &str = "clasp_";

/// The id that the client gets.
pub(crate) fn encode(id: &str) -> Cow<'_, str> {
    if is_plain(id) {
        return Cow::Borrowed(id);
    }
    Cow::Owned(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(id)))
}

/// The provider's id, from what the client sent.
pub(crate) fn decode(id: ByteString) -> ByteString {
    let Some(encoded) = id.strip_prefix(PREFIX) else { return id };
    let decoded = URL_SAFE_NO_PAD.decode(encoded).ok().and_then(|id| String::from_utf8(id).ok());
    match decoded {
        Some(decoded) if !is_plain(&decoded) => decoded.into(),
        _ => id,
    }
}

fn is_plain(id: &str) -> bool {
    !id.is_empty()
        && !id.starts_with(PREFIX)
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{decode, encode};

    #[test]
    fn c05_plain_ids_stay() {
        for id in ["toolu_01A", "call_abc-DEF_9", "functions"] {
            assert_eq!(encode(id), id);
            assert_eq!(&*decode(id.into()), id);
        }
        assert_eq!(encode("functions.get:0"), "clasp_ZnVuY3Rpb25zLmdldDow");
        // Not of our making: left alone.
        assert_eq!(&*decode("clasp_dG9vbHU".into()), "clasp_dG9vbHU");
        assert_eq!(&*decode("clasp_?".into()), "clasp_?");
    }

    proptest! {
        #[test]
        fn c05_every_id_comes_back(id in "\\PC{0,20}|clasp_[a-zA-Z0-9_-]{0,12}") {
            let sent = encode(&id).into_owned();
            prop_assert!(sent.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'));
            prop_assert!(!sent.is_empty());
            let back = decode(sent.into());
            prop_assert_eq!(&*back, id.as_str());
        }
    }
}
