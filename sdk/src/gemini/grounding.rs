//! What an answer rests on, as citations of the text before, and as the search that a client of
//! Anthropic's dialect asked for (rule C13).
//!
//! <https://ai.google.dev/gemini-api/docs/google-search> and
//! <https://docs.anthropic.com/en/docs/agents-and-tools/tool-use/web-search-tool>, as of
//! 2026-11-21.

use serde_json::Value;

use super::parts::{Parts, typed};
use crate::json::Writer;
use crate::types::Event;

/// Citations: each passage with each of its sources, else the sources.
pub(crate) fn cite(grounding: &Value, events: &mut Vec<Event>) {
    let sources: Vec<_> = list(grounding, "groundingChunks").iter().map(source).collect();
    let mut cited = false;
    for support in list(grounding, "groundingSupports") {
        let passage = support.pointer("/segment/text").and_then(Value::as_str).unwrap_or_default();
        for index in list(support, "groundingChunkIndices") {
            let index = index.as_u64().and_then(|index| usize::try_from(index).ok());
            if let Some(Some(source)) = index.and_then(|index| sources.get(index)) {
                cited = true;
                events.push(citation(source, passage));
            }
        }
    }
    if !cited {
        events.extend(sources.iter().flatten().map(|source| citation(source, "")));
    }
}

/// What the answer recites; the Gemini API and Vertex AI name it differently.
pub(crate) fn recite(citations: &Value, events: &mut Vec<Event>) {
    for name in ["citationSources", "citations"] {
        let sources = list(citations, name).iter().filter(|source| !text(source, "uri").is_empty());
        events.extend(sources.map(|source| citation(source, "")));
    }
}

/// The searches and what they found, as blocks.
pub(crate) fn searches(parts: &Parts, grounding: &Value, events: &mut Vec<Event>) {
    let queries = list(grounding, "webSearchQueries").iter().filter_map(Value::as_str);
    let queries: Vec<_> = queries.filter(|query| !query.is_empty()).collect();
    for (index, query) in queries.iter().enumerate() {
        let id = parts.tool_id(&format!("s{index}"));
        events.push(Event::Block(typed("server_tool_use", |writer| {
            writer.string_member("id", &id);
            writer.string_member("name", "web_search");
            writer.key("input");
            writer.open_object();
            writer.string_member("query", query);
            writer.close_object();
        })));
        events.push(Event::Block(typed("web_search_tool_result", |writer| {
            writer.string_member("tool_use_id", &id);
            writer.key("content");
            writer.open_array();
            // Google does not tell which search found what.
            if index + 1 == queries.len() {
                list(grounding, "groundingChunks")
                    .iter()
                    .filter_map(source)
                    .for_each(|source| write_found(source, writer));
            }
            writer.close_array();
        })));
    }
}

fn write_found(source: &Value, writer: &mut Writer) {
    writer.open_object();
    writer.string_member("type", "web_search_result");
    writer.string_member("url", text(source, "uri"));
    writer.string_member("title", text(source, "title"));
    writer.string_member("encrypted_content", "");
    writer.raw_member("page_age", "null");
    writer.close_object();
}

fn citation(source: &Value, passage: &str) -> Event {
    Event::Citation(typed("web_search_result_location", |writer| {
        writer.string_member("url", text(source, "uri"));
        writer.key("title");
        match text(source, "title") {
            "" => writer.null(),
            title => writer.string(title),
        }
        writer.string_member("encrypted_index", "");
        writer.string_member("cited_text", passage);
    }))
}

/// Where a chunk of grounding comes from, if it says so.
fn source(chunk: &Value) -> Option<&Value> {
    let source = ["web", "retrievedContext", "maps"].iter().find_map(|name| chunk.get(name));
    source.filter(|source| !text(source, "uri").is_empty())
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
