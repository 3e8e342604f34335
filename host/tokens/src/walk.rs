//! Everything in a request that costs tokens.

use clasp_model::{
    FunctionTool, HostedTool, Media, MediaKind, MediaSource, Message, Part, Request, ResultPart,
    Tool,
};

use crate::image;

// What the providers' own words around content cost, about.
const PER_REQUEST: u64 = 8;
const PER_MESSAGE: u64 = 4;
const PER_TOOL: u64 = 12;
const PER_CALL: u64 = 12;

/// An image or document that only the provider can see.
const UNSEEN: u64 = 1600;

/// Bytes of a PDF that make a token, about; and what a document costs at most.
const PDF_BYTES_PER_TOKEN: u64 = 25;
const MAX_DOCUMENT: u64 = 200_000;

/// The sum of it all; `text` says what a text costs.
pub(crate) fn tokens(request: &Request, text: impl Fn(&str) -> u64) -> u64 {
    let system: u64 = request.system.iter().map(|block| text(&block.text)).sum();
    let messages: u64 = request.messages.iter().map(|each| message(each, &text)).sum();
    let tools: u64 = request.tools.iter().map(|each| tool(each, &text)).sum();
    let schema = request.output_schema.as_ref().map_or(0, |schema| text(schema.schema.as_str()));
    PER_REQUEST + system + messages + tools + schema
}

fn message(message: &Message, text: &impl Fn(&str) -> u64) -> u64 {
    PER_MESSAGE + message.parts.iter().map(|each| part(each, text)).sum::<u64>()
}

fn part(part: &Part, text: &impl Fn(&str) -> u64) -> u64 {
    match part {
        Part::Text(block) => text(&block.text),
        Part::Media(each) => media(each, text),
        Part::Thinking(thinking) => text(&thinking.text),
        Part::ToolCall(call) => PER_CALL + text(&call.name) + text(call.arguments.as_str()),
        Part::ToolResult(result) => {
            PER_CALL + result.content.iter().map(|each| result_part(each, text)).sum::<u64>()
        }
        Part::Other(json) => text(json.as_str()),
    }
}

fn result_part(part: &ResultPart, text: &impl Fn(&str) -> u64) -> u64 {
    match part {
        ResultPart::Text(each) => text(each),
        ResultPart::Media(each) => media(each, text),
        ResultPart::Other(json) => text(json.as_str()),
    }
}

fn media(media: &Media, text: &impl Fn(&str) -> u64) -> u64 {
    let title = media.title.as_ref().map_or(0, |title| text(title));
    title
        + match (&media.source, media.kind) {
            (MediaSource::Text(document), _) => text(document),
            (MediaSource::Blob(blob), MediaKind::Image) => image::tokens(&blob.base64),
            (MediaSource::Blob(blob), MediaKind::Document) => {
                (blob.size() / PDF_BYTES_PER_TOKEN).clamp(UNSEEN, MAX_DOCUMENT)
            }
            (MediaSource::Blob(_) | MediaSource::Url(_) | MediaSource::File(_), _) => UNSEEN,
        }
}

fn tool(tool: &Tool, text: &impl Fn(&str) -> u64) -> u64 {
    PER_TOOL
        + match tool {
            Tool::Function(FunctionTool { name, description, parameters, .. }) => {
                let description = description.as_ref().map_or(0, |description| text(description));
                text(name) + description + text(parameters.as_str())
            }
            Tool::Hosted(HostedTool { config, .. }) => text(config.as_str()),
        }
}
