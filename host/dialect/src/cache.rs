//! Cache breakpoints on parts of a request: `cache_control` of Anthropic Messages, which gateways
//! take over Chat Completions as well.

use clasp_model::CacheHint;

use crate::json::read::{Fault, Read, Reader};

/// A cache breakpoint: `{"type":"ephemeral","ttl":"1h"}`.
pub(crate) fn hint(reader: &mut Reader<'_>) -> Read<CacheHint> {
    let mut hint = CacheHint::default();
    reader.object(|reader, name| {
        match name {
            "ttl" => hint.ttl = reader.optional(lifetime)?,
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    Ok(hint)
}

/// `5m` or `1h` in seconds.
fn lifetime(reader: &mut Reader<'_>) -> Read<u32> {
    let text = reader.string()?;
    let seconds = |unit: char, seconds: u32| {
        let count: u32 = text.strip_suffix(unit)?.parse().ok()?;
        count.checked_mul(seconds)
    };
    seconds('m', 60)
        .or_else(|| seconds('h', 3600))
        .ok_or_else(|| Fault::new(format!("Input should be '5m' or '1h', not {:?}", &*text)))
}
