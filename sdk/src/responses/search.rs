//! The provider's own web search, in the shape of Anthropic's `web_search` (rule C13).
//!
//! <https://developers.openai.com/api/docs/guides/tools-web-search> and
//! <https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool>, as of
//! 2026-11-21.

use serde_json::{Value, json};

use super::event::{Annotation, Item};
use super::profile::Profile;
use super::tools::runs;
use crate::types::{HostedTool, Request, Tool};

/// Whether this is a tool that searches the web, in any of its versions.
pub(crate) fn is_search(tool: &HostedTool) -> bool {
    tool.kind.starts_with("web_search")
}

/// The name of the web search tool that is offered.
pub(crate) fn offered(profile: &Profile, request: &Request) -> Option<String> {
    request.tools.iter().find_map(|tool| match tool {
        Tool::Hosted(tool) if is_search(tool) && runs(profile, request, tool) => {
            Some(tool.name.clone())
        }
        Tool::Hosted(_) | Tool::Function(_) => None,
    })
}

/// Writes the client's tool as the provider's, and gives how often it may be used.
pub(crate) fn write(tool: &HostedTool, writer: &mut crate::json::Writer) -> Option<u64> {
    let config: Value = serde_json::from_str(&tool.config).unwrap_or_default();
    writer.open_object();
    writer.string_member("type", "web_search");
    let domains = |name: &'static str| {
        let list = config.get(name).filter(|list| list.as_array().is_some_and(|l| !l.is_empty()));
        list.map(|list| (name, list))
    };
    let filters = [domains("allowed_domains"), domains("blocked_domains")];
    if filters.iter().any(Option::is_some) {
        writer.key("filters");
        writer.open_object();
        for (name, list) in filters.into_iter().flatten() {
            writer.raw_member(name, &list.to_string());
        }
        writer.close_object();
    }
    if let Some(location) = config.get("user_location").filter(|location| location.is_object()) {
        writer.raw_member("user_location", &location.to_string());
    }
    writer.close_object();
    config.get("max_uses").and_then(Value::as_u64)
}

/// A search that was made as the client's blocks: the call, and what it found. Nothing for pages
/// that were opened, which the client's tool does not know.
pub(crate) fn blocks(item: &Item<'_>, name: &str) -> Vec<String> {
    let Some(action) = &item.action.0 else { return Vec::new() };
    if action.kind.0 != "search" {
        return Vec::new();
    }
    let id = format!("srvtoolu_{}", item.id.0);
    let queries = action.queries.get().and_then(|json| serde_json::from_str(json).ok());
    let queries = match queries {
        Some(Value::Array(list)) => {
            list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; ")
        }
        _ => String::new(),
    };
    let query = action.query.as_option().unwrap_or(&queries);
    let call = json!({
        "type": "server_tool_use", "id": id, "name": name, "input": {"query": query},
    });
    let content = if item.status.0 == "failed" {
        json!({"type": "web_search_tool_result_error", "error_code": "unavailable"})
    } else {
        let sources = action.sources.0.iter().filter_map(|source| source.url.as_option());
        let found = sources.map(|url| {
            json!({
                "type": "web_search_result", "url": url, "title": url,
                "encrypted_content": "", "page_age": null,
            })
        });
        found.collect()
    };
    let result = json!({"type": "web_search_tool_result", "tool_use_id": id, "content": content});
    vec![call.to_string(), result.to_string()]
}

/// A citation of the text before it, in the client's shape.
pub(crate) fn citation(annotation: &Annotation<'_>) -> Option<String> {
    let url = annotation.url.as_option().filter(|_| annotation.kind.0 == "url_citation")?;
    let title = annotation.title.as_option();
    // What was read stays with the provider.
    let citation = json!({
        "type": "web_search_result_location", "url": url, "title": title,
        "encrypted_index": "", "cited_text": "",
    });
    Some(citation.to_string())
}
