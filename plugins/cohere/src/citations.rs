//! Citations in the shape of Anthropic Messages.
//!
//! The provider says which part of the answer comes from which document or tool result, and not
//! from where in it; so a citation names the whole of its source, as its only block.

use clasp_plugin::{Event, json};

use crate::chunk::{Citation, Source};
use crate::documents;

/// Longest text of a source that is given with a citation, in characters. The client has it whole.
const EXCERPT: usize = 400;

/// Adds an event for each source of a citation. Those of a plan or of thinking are no part of the
/// answer's text.
pub(crate) fn push(citation: &Citation<'_>, events: &mut Vec<Event>) {
    if matches!(&*citation.kind.0, "PLAN" | "THINKING_CONTENT") {
        return;
    }
    for source in &citation.sources.0 {
        let written = match &*source.kind.0 {
            "tool" => result(source),
            _ => document(source),
        };
        if let Some(written) = written.into_bytes().and_then(|bytes| String::from_utf8(bytes).ok())
        {
            events.push(Event::Citation(written));
        }
    }
}

fn document(source: &Source<'_>) -> json::Writer {
    let document = source.document.0.as_deref();
    let text =
        document.and_then(|document| document.text.as_option().or(document.snippet.as_option()));
    let title = document.and_then(|document| document.title.as_option());
    let mut writer = json::Writer::default();
    writer.open_object();
    writer.string_member("type", "content_block_location");
    writer.string_member("cited_text", &excerpt(text.unwrap_or_default()));
    writer.key("document_index");
    writer.integer(documents::index(&source.id.0).unwrap_or(0));
    writer.key("document_title");
    match title {
        Some(title) => writer.string(title),
        None => writer.null(),
    }
    only_block(&mut writer);
    writer
}

fn result(source: &Source<'_>) -> json::Writer {
    let mut writer = json::Writer::default();
    writer.open_object();
    writer.string_member("type", "search_result_location");
    writer.string_member("cited_text", &excerpt(&source.tool_output.text()));
    writer.string_member("source", &source.id.0);
    writer.key("title");
    writer.null();
    writer.raw_member("search_result_index", "0");
    only_block(&mut writer);
    writer
}

/// The source's only block, and the end.
fn only_block(writer: &mut json::Writer) {
    writer.raw_member("start_block_index", "0");
    writer.raw_member("end_block_index", "1");
    writer.close_object();
}

fn excerpt(text: &str) -> String {
    text.chars().take(EXCERPT).collect()
}
