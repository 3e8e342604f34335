//! Results of tools, which name their call by its id alone.

use std::collections::HashMap;

use clasp_model::{ByteString, Message, Part};

/// Tells each result the name of the nearest earlier call of its id: providers repeat ids.
pub(crate) fn name(messages: &mut [Message]) {
    let mut names: HashMap<ByteString, ByteString> = HashMap::new();
    for part in messages.iter_mut().flat_map(|message| &mut message.parts) {
        match part {
            Part::ToolCall(call) => {
                names.insert(call.id.clone(), call.name.clone());
            }
            Part::ToolResult(result) => {
                result.name = names.get(&result.call_id).cloned().unwrap_or_default();
            }
            _ => {}
        }
    }
}
