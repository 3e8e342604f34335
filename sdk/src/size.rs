//! How large a request is, before it is written.

use crate::types::{Part, Request, ResultPart, Tool};

/// Bytes of text that a provider reads: instructions, messages and tools, without their framing
/// and without payloads.
pub fn text(request: &Request) -> usize {
    let result = |part: &ResultPart| match part {
        ResultPart::Text(text) | ResultPart::Other(text) => text.len(),
        ResultPart::Media(_) => 0,
    };
    let part = |part: &Part| match part {
        Part::Text(text) => text.text.len(),
        Part::Thinking(thinking) => thinking.text.len(),
        Part::ToolCall(call) => call.name.len() + call.arguments.len(),
        Part::ToolResult(results) => results.content.iter().map(result).sum(),
        Part::Other(json) => json.len(),
        Part::Media(_) => 0,
    };
    let tool = |tool: &Tool| match tool {
        Tool::Function(tool) => {
            let description = tool.description.as_ref().map_or(0, String::len);
            tool.name.len() + description + tool.parameters.len()
        }
        Tool::Hosted(_) => 0,
    };
    let messages = request.messages.iter().flat_map(|message| &message.parts).map(part);
    let system = request.system.iter().map(|text| text.text.len());
    messages.chain(system).chain(request.tools.iter().map(tool)).sum()
}

/// Messages, parts of messages, and tools: each costs a little framing.
pub fn pieces(request: &Request) -> usize {
    let parts = request.messages.iter().map(|message| message.parts.len() + 1);
    parts.sum::<usize>() + request.system.len() + request.tools.len()
}

/// Bytes to expect of a body without its payloads, so that it is allocated once.
pub fn body(request: &Request) -> usize {
    let bytes = text(request) + 128 * pieces(request);
    bytes + bytes / 16 + 1024
}
