//! Anthropic Messages request in, Chat request out, both typed; text is borrowed from the body
//! wherever it has no escapes.

mod anthropic;
mod chat;

use std::borrow::Cow;

use self::anthropic::{Block, Content, Source, Tool, ToolChoice};
use self::chat::{Call, CallFunction, DataUrl, ImageUrl, Message, Part, Spoken};
use super::MODEL;

/// A translated request.
pub struct Outgoing {
    /// The Chat request.
    pub body: Vec<u8>,
    /// Whether the client wants a stream.
    pub stream: bool,
    /// The model, as the client named it.
    pub model: String,
}

/// Translates `body`, or says what is wrong with it.
pub fn translate(body: &[u8]) -> Result<Outgoing, String> {
    let request: anthropic::Request<'_> =
        serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let mut messages = Vec::with_capacity(request.messages.len() + 8);
    if let Some(system) = &request.system {
        messages.push(Message::spoken("system", Spoken::Text(joined(system, "\n\n"))));
    }
    for message in &request.messages {
        match message.role.as_str() {
            "assistant" => assistant(&message.content, &mut messages),
            "system" => {
                let text = Spoken::Text(joined(&message.content, "\n"));
                messages.push(Message::spoken("system", text));
            }
            _ => user(&message.content, &mut messages)?,
        }
    }
    let parallel = request.tool_choice.as_ref().and_then(|choice| choice.disable_parallel_tool_use);
    let chat = chat::Request {
        model: MODEL,
        messages,
        max_completion_tokens: request.max_tokens,
        temperature: request.temperature,
        top_p: request.top_p,
        stop: request.stop_sequences.iter().map(anthropic::Str::as_str).collect(),
        tools: request.tools.iter().filter_map(tool).collect(),
        tool_choice: request.tool_choice.as_ref().and_then(choice),
        parallel_tool_calls: parallel.map(|disabled| !disabled),
        stream: request.stream,
        stream_options: request.stream.then_some(chat::StreamOptions { include_usage: true }),
    };
    let mut out = Vec::with_capacity(body.len() + body.len() / 8 + 256);
    serde_json::to_writer(&mut out, &chat).map_err(|error| error.to_string())?;
    let model = request.model.as_str().to_owned();
    Ok(Outgoing { body: out, stream: request.stream, model })
}

/// The text of a content, its parts put together.
fn joined<'r>(content: &'r Content<'_>, between: &str) -> Cow<'r, str> {
    match content {
        Content::Text(text) => Cow::Borrowed(text.as_str()),
        Content::Blocks(blocks) => {
            let mut texts = blocks.iter().filter_map(Block::text);
            let first = texts.next().unwrap_or_default();
            let mut whole = Cow::Borrowed(first);
            for text in texts {
                let whole = whole.to_mut();
                whole.push_str(between);
                whole.push_str(text);
            }
            whole
        }
    }
}

fn assistant<'r>(content: &'r Content<'_>, messages: &mut Vec<Message<'r>>) {
    let text = joined(content, "\n");
    let mut message = Message::spoken("assistant", Spoken::Text(text));
    if let Content::Blocks(blocks) = content {
        for block in blocks.iter().filter(|block| block.kind.as_str() == "tool_use") {
            let name = block.name.as_ref().map_or("", anthropic::Str::as_str);
            let arguments = block.input.map_or("{}", serde_json::value::RawValue::get);
            let id = block.id.as_ref().map_or("", anthropic::Str::as_str);
            let function = CallFunction { name, arguments };
            message.tool_calls.push(Call { id, kind: "function", function });
        }
    }
    if !message.tool_calls.is_empty()
        && matches!(&message.content, Some(Spoken::Text(text)) if text.is_empty())
    {
        message.content = None;
    }
    messages.push(message);
}

/// Tool results first, then everything else of the message.
fn user<'r>(content: &'r Content<'_>, messages: &mut Vec<Message<'r>>) -> Result<(), String> {
    let blocks = match content {
        Content::Text(text) => {
            let text = Spoken::Text(Cow::Borrowed(text.as_str()));
            messages.push(Message::spoken("user", text));
            return Ok(());
        }
        Content::Blocks(blocks) => blocks,
    };
    let mut parts = Vec::new();
    for block in blocks {
        match block.kind.as_str() {
            "tool_result" => {
                let text = block.content.as_ref().map(|content| joined(content, "\n"));
                let text = text.unwrap_or_default();
                let text = if block.is_error { Cow::Owned(format!("Error: {text}")) } else { text };
                let mut message = Message::spoken("tool", Spoken::Text(text));
                message.tool_call_id = block.tool_use_id.as_ref().map(anthropic::Str::as_str);
                messages.push(message);
                if let Some(Content::Blocks(inner)) = &block.content {
                    for image in inner.iter().filter(|block| block.kind.as_str() == "image") {
                        parts.push(picture(image)?);
                    }
                }
            }
            "image" => parts.push(picture(block)?),
            "text" => parts.push(Part::Text { text: block.text().unwrap_or_default() }),
            kind => return Err(format!("a block of type {kind} cannot be translated")),
        }
    }
    if !parts.is_empty() {
        messages.push(Message::spoken("user", Spoken::Parts(parts)));
    }
    Ok(())
}

fn picture<'r>(block: &'r Block<'_>) -> Result<Part<'r>, String> {
    let url = match &block.source {
        Some(Source { data: Some(data), media_type: Some(media_type), .. }) => {
            DataUrl::Base64 { media_type: media_type.as_str(), data: data.as_str() }
        }
        Some(Source { url: Some(url), .. }) => DataUrl::Url(url.as_str()),
        _ => return Err("an image without data or url".to_owned()),
    };
    Ok(Part::ImageUrl { image_url: ImageUrl { url } })
}

fn tool<'r>(tool: &'r Tool<'_>) -> Option<chat::Tool<'r>> {
    Some(chat::Tool {
        kind: "function",
        function: chat::Function {
            name: tool.name.as_str(),
            description: tool.description.as_ref().map(anthropic::Str::as_str),
            parameters: tool.input_schema?,
        },
    })
}

fn choice<'r>(choice: &'r ToolChoice<'_>) -> Option<chat::Choice<'r>> {
    match (choice.kind.as_str(), &choice.name) {
        ("auto", _) => Some(chat::Choice::Word("auto")),
        ("any", _) => Some(chat::Choice::Word("required")),
        ("none", _) => Some(chat::Choice::Word("none")),
        ("tool", Some(name)) => Some(chat::Choice::named(name.as_str())),
        _ => None,
    }
}
