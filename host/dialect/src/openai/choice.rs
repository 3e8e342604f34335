//! Which of the tools a model may or must call.

use std::collections::HashSet;

use clasp_model::{ByteString, ToolChoice};

use crate::json::read::{Fault, Read, Reader};

/// What stands in an object with `mode` and `tools`: how to choose, if it says, and the names that
/// `named` reads.
pub(crate) fn allowed_tools(
    reader: &mut Reader<'_>,
    mut named: impl FnMut(&mut Reader<'_>) -> Read<ByteString>,
) -> Read<(Option<ToolChoice>, HashSet<ByteString>)> {
    let mut mode = None;
    let mut allowed = None;
    reader.object(|reader, name| {
        match name {
            "mode" => mode = Some(reader.string()?),
            "tools" => {
                let mut names = HashSet::new();
                reader.array(|reader| {
                    names.insert(named(reader)?);
                    Ok(())
                })?;
                allowed = Some(names);
            }
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    let how = match mode.as_deref() {
        Some("auto") => Some(ToolChoice::Auto),
        Some("required") => Some(ToolChoice::Any),
        Some(other) => {
            let message = format!("Input should be 'auto' or 'required', not {other:?}");
            return Err(Fault::new(message).under("mode"));
        }
        None => None,
    };
    Ok((how, allowed.ok_or_else(|| Fault::missing("tools"))?))
}
