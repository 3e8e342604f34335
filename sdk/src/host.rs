//! What the host lends a plugin: its log and the payloads' bytes.

use crate::types::{BlobId, Level};

/// Logs under the plugin's id and the request's id. Natively it writes to standard error.
pub fn log(level: Level, message: &str) {
    #[cfg(target_arch = "wasm32")]
    crate::bindings::clasp::provider::host::log(level, message);
    #[cfg(not(target_arch = "wasm32"))]
    eprintln!("{level:?}: {message}");
}

/// Reads the decoded bytes of a payload, for the rare provider that needs them inside its own
/// format; everybody else places the blob with [`json::Writer::blob`](crate::json::Writer::blob).
///
/// Fewer than `len` bytes come back only at the payload's end. Natively the payloads are those of
/// the case that runs.
pub fn read_blob(id: BlobId, offset: u64, len: u32) -> Vec<u8> {
    #[cfg(target_arch = "wasm32")]
    return crate::bindings::clasp::provider::host::read_blob(id, offset, len);
    #[cfg(not(target_arch = "wasm32"))]
    native::read(id, offset, len)
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use self::native::lend;

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::cell::RefCell;

    thread_local! {
        static BLOBS: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
    }

    /// Sets the payloads that [`read`] knows.
    pub(crate) fn lend(blobs: Vec<Vec<u8>>) {
        BLOBS.set(blobs);
    }

    pub(super) fn read(id: u32, offset: u64, len: u32) -> Vec<u8> {
        BLOBS
            .with_borrow(|blobs| {
                let rest = blobs.get(id as usize)?.get(usize::try_from(offset).ok()?..)?;
                Some(rest.get(..len as usize).unwrap_or(rest).to_vec())
            })
            .unwrap_or_default()
    }
}
