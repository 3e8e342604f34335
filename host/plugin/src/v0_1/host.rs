//! What the host lends a plugin: a log and the request's payloads.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use clasp_model::Blob;

use super::bindings::clasp::provider::{host, types};
use crate::fault::Fault;
use crate::sandbox::Guest;

/// Clients pad or do not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

impl types::Host for Guest {}

impl host::Host for Guest {
    fn log(&mut self, level: host::Level, message: String) -> wasmtime::Result<()> {
        self.log_lines = self.log_lines.saturating_add(1);
        let limit = self.limits.log_lines;
        if self.log_lines > limit {
            if self.log_lines == limit.saturating_add(1) {
                tracing::warn!(
                    target: "clasp::plugin",
                    plugin = &*self.plugin,
                    "logged {limit} lines; more are dropped until its next call"
                );
            }
            return Ok(());
        }
        let line = clean(&message, self.limits.log_line_bytes);
        let plugin = &*self.plugin;
        match level {
            host::Level::Debug => tracing::debug!(target: "clasp::plugin", plugin, "{line}"),
            host::Level::Info => tracing::info!(target: "clasp::plugin", plugin, "{line}"),
            host::Level::Warn => tracing::warn!(target: "clasp::plugin", plugin, "{line}"),
            host::Level::Error => tracing::error!(target: "clasp::plugin", plugin, "{line}"),
        }
        Ok(())
    }

    fn read_blob(&mut self, id: u32, offset: u64, len: u32) -> wasmtime::Result<Vec<u8>> {
        let Some(blob) = self.blobs.get(id as usize) else {
            let fault =
                Fault::Invalid(format!("a call for blob {id}, which is not in the request"));
            self.fault = Some(fault);
            return Err(wasmtime::format_err!("no such blob"));
        };
        match range(blob, offset, u64::from(len)) {
            Some(bytes) => Ok(bytes),
            None => {
                self.fault = Some(Fault::Payload);
                Err(wasmtime::format_err!("invalid base64"))
            }
        }
    }
}

/// Bytes of a payload: only the groups of four characters that hold them are decoded.
fn range(blob: &Blob, offset: u64, len: u64) -> Option<Vec<u8>> {
    let text = blob.base64.as_bytes();
    let end = offset.saturating_add(len).min(blob.size());
    if offset >= end {
        return Some(Vec::new());
    }
    let first = usize::try_from(offset / 3 * 4).ok()?;
    let last = usize::try_from(end.div_ceil(3) * 4).ok()?.min(text.len());
    let mut bytes = BASE64.decode(text.get(first..last)?).ok()?;
    let skipped = usize::try_from(offset % 3).ok()?;
    bytes.truncate(skipped + usize::try_from(end - offset).ok()?);
    bytes.drain(..skipped);
    Some(bytes)
}

/// One line of bounded length: a plugin's text cannot pose as lines of the host's.
fn clean(message: &str, limit: usize) -> String {
    let cut = message.floor_char_boundary(limit);
    let (kept, rest) = message.split_at(cut);
    let mut line: String =
        kept.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
    if !rest.is_empty() {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests;
