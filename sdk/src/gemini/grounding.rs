//! What an answer rests on, as citations of the text before, and as the search that a client of
//! Anthropic's dialect asked for (rule C13).
//!
//! <https://ai.google.dev/gemini-api/docs/google-search> and
//! <https://docs.anthropic.com/en/docs/agents-and-tools/tool-use/web-search-tool>, as of
//! 2026-11-21.

use crate::Event;
use serde_json::{Value, json};

use super::chunk::{Citations, Grounding, GroundingChunk, Source};
use super::parts::Parts;

/// Citations: each passage with each of its sources, else the sources.
pub(crate) fn cite(grounding: &Grounding<'_>, events: &mut Vec<Event>) {
    let mut cited = false;
    for support in &grounding.supports.0 {
        let passage = support.segment.0.as_ref().map_or("", |segment| &segment.text.0);
        let indices = support.chunks.json().and_then(|json| serde_json::from_str(json).ok());
        let indices: Vec<usize> = indices.unwrap_or_default();
        for source in indices.into_iter().filter_map(|index| grounding.chunks.0.get(index)) {
            if let Some(source) = source_of(source) {
                cited = true;
                events.push(citation(source, passage));
            }
        }
    }
    if !cited {
        let sources = grounding.chunks.0.iter().filter_map(source_of);
        events.extend(sources.map(|source| citation(source, "")));
    }
}

/// What the answer recites.
pub(crate) fn recite(citations: &Citations<'_>, events: &mut Vec<Event>) {
    let sources = citations.sources.0.iter().chain(&citations.citations.0);
    let sources = sources.filter(|source| source.uri.as_option().is_some());
    events.extend(sources.map(|source| citation(source, "")));
}

/// The searches and what they found, as blocks.
pub(crate) fn searches(parts: &Parts, grounding: &Grounding<'_>, events: &mut Vec<Event>) {
    let queries = grounding.queries.json().and_then(|json| serde_json::from_str(json).ok());
    let queries: Vec<String> = queries.unwrap_or_default();
    let mut found: Vec<Value> = Vec::new();
    for source in grounding.chunks.0.iter().filter_map(source_of) {
        found.push(json!({
            "type": "web_search_result",
            "url": source.uri.0,
            "title": source.title.0,
            "encrypted_content": "",
            "page_age": null,
        }));
    }
    let queries: Vec<&String> = queries.iter().filter(|query| !query.is_empty()).collect();
    for (index, query) in queries.iter().enumerate() {
        let id = parts.tool_id(&format!("s{index}"));
        let call = json!({
            "type": "server_tool_use",
            "id": id,
            "name": "web_search",
            "input": {"query": query},
        });
        // Google does not tell which search found what.
        let content = if index + 1 == queries.len() { std::mem::take(&mut found) } else { vec![] };
        let result =
            json!({"type": "web_search_tool_result", "tool_use_id": id, "content": content});
        events.push(Event::Block(call.to_string()));
        events.push(Event::Block(result.to_string()));
    }
}

fn source_of<'c>(chunk: &'c GroundingChunk<'c>) -> Option<&'c Source<'c>> {
    let source =
        [&chunk.web, &chunk.retrieved, &chunk.maps].into_iter().find_map(|it| it.0.as_deref());
    source.filter(|source| source.uri.as_option().is_some())
}

fn citation(source: &Source<'_>, passage: &str) -> Event {
    let citation = json!({
        "type": "web_search_result_location",
        "url": source.uri.0,
        "title": source.title.as_option(),
        "encrypted_index": "",
        "cited_text": passage,
    });
    Event::Citation(citation.to_string())
}
