//! Core module to component. Rule: the result is validated, so a host never sees a broken one.

use wit_component::ComponentEncoder;

use crate::check::{CheckError, Kind, kind};

/// Wraps a core module with the interfaces that its export macro noted in it. What is a component
/// already comes back unchanged.
///
/// # Errors
/// Not WebAssembly, or a module whose imports and exports do not fit what it notes.
pub fn encode(module: &[u8]) -> Result<Vec<u8>, CheckError> {
    match kind(module) {
        Kind::Component => return Ok(module.to_vec()),
        Kind::Other => return Err(CheckError::NotWasm { size: module.len() }),
        Kind::Module => {}
    }
    let mut encoder = ComponentEncoder::default();
    let encoded = encoder.validate(true).module(module).and_then(ComponentEncoder::encode);
    encoded.map_err(|e| CheckError::Module { cause: format!("{e:#}") })
}
