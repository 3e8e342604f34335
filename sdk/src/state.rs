//! An author's state on its way from `begin` to the exchange: nothing for `()`, else JSON.

use std::any::TypeId;

use serde::{Serialize, de::DeserializeOwned};

use crate::types::{Failure, FailureKind, Retry};

/// Writes a state. `()` takes no bytes at all.
pub(crate) fn write<S: Serialize + 'static>(state: &S) -> Result<Vec<u8>, Failure> {
    if TypeId::of::<S>() == TypeId::of::<()>() {
        return Ok(Vec::new());
    }
    serde_json::to_vec(state).map_err(|error| failure(&error))
}

/// Reads what [`write`] wrote; no bytes read as JSON `null`.
pub(crate) fn read<S: DeserializeOwned>(bytes: &[u8]) -> Result<S, Failure> {
    let text = if bytes.is_empty() { b"null" } else { bytes };
    // As all other JSON from a string, so that one reader is in the component.
    serde_json::from_str(&String::from_utf8_lossy(text)).map_err(|error| failure(&error))
}

fn failure(error: &serde_json::Error) -> Failure {
    Failure {
        kind: FailureKind::Protocol,
        message: format!("the plugin's own state cannot be read: {error}"),
        retry: Retry::Elsewhere,
        ..Failure::default()
    }
}
