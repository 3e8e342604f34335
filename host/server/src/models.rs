//! `GET /v1/models` and `GET /v1/models/{id}`, in Anthropic's shape for who sends
//! `anthropic-version` (<https://docs.anthropic.com/en/api/models-list>), in OpenAI's for all others
//! (<https://platform.openai.com/docs/api-reference/models/list>), both read 2026-11-21.
//!
//! The list holds what a client can ask for: the configured models, what the chosen provider
//! lists, and the other providers' models as `provider/model`.

use clasp_model::{Dialect, Failure, FailureKind, Source};
use http::{HeaderMap, header};
use serde_json::{Value, json};

use crate::admission::Caller;
use crate::app::App;
use crate::catalog::Listed;

/// No vendor tells a creation date in all dialects; a fixed one keeps the list byte-stable.
const CREATED: &str = "2025-01-01T00:00:00Z";
const CREATED_UNIX: u64 = 1_735_689_600;

/// Most models a page holds, as the API documents it.
const PAGE_LIMIT: usize = 1000;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asker {
    OpenAi,
    Anthropic,
    /// Its picker shows only models whose ids begin with `claude` or `anthropic`
    /// (<https://code.claude.com/docs/en/llm-gateway>, read 2026-11-21).
    ClaudeCode,
}

/// The dialect that a question about models is answered in.
pub(crate) fn dialect(headers: &HeaderMap) -> Dialect {
    match Asker::of(headers) {
        Asker::OpenAi => Dialect::OpenaiChat,
        Asker::Anthropic | Asker::ClaudeCode => Dialect::AnthropicMessages,
    }
}

pub(crate) async fn list(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    query: &str,
) -> Result<Value, Failure> {
    let asker = Asker::of(headers);
    let all = listed(app, caller, asker).await;
    match asker {
        Asker::OpenAi => {
            let data: Vec<Value> = all.iter().map(|model| asker.model(model)).collect();
            Ok(json!({ "object": "list", "data": data }))
        }
        Asker::Anthropic | Asker::ClaudeCode => page(&all, query),
    }
}

pub(crate) async fn one(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    id: &str,
) -> Result<Value, Failure> {
    let asker = Asker::of(headers);
    let all = listed(app, caller, asker).await;
    let found = all.iter().find(|model| model.id.eq_ignore_ascii_case(id));
    let model = found.ok_or_else(|| {
        let ids = all.iter().map(|model| model.id.as_str());
        let message = format!(
            "model: {id} is not listed here{}; GET /v1/models lists what is",
            clasp_route::suggestion(id, ids)
        );
        Failure::new(FailureKind::NotFound, Source::Client, message)
    })?;
    Ok(asker.model(model))
}

/// What this client may ask for.
async fn listed(app: &App, caller: &Caller, asker: Asker) -> Vec<Listed> {
    let catalog = app.catalog().await;
    let mut all = catalog.listed(app.client()).await;
    all.retain(|model| caller.may_ask(catalog.router(), &model.id).is_ok());
    if asker == Asker::ClaudeCode {
        let picked = all.iter().filter(|model| !is_shown(&model.id)).map(|model| {
            let provider = format!("{}/", model.provider);
            let rest = model.id.strip_prefix(&provider).unwrap_or(&model.id);
            Listed {
                id: format!("{}{provider}{rest}", clasp_route::PICKED),
                name: format!("{} ({})", model.name, model.provider),
                provider: model.provider.clone(),
            }
        });
        let picked: Vec<Listed> = picked.collect();
        all.extend(picked);
    }
    all
}

fn is_shown(id: &str) -> bool {
    id.starts_with("claude") || id.starts_with("anthropic")
}

impl Asker {
    fn of(headers: &HeaderMap) -> Self {
        let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        let agent = agent.unwrap_or_default();
        match headers.contains_key("anthropic-version") {
            true if agent.starts_with("claude-code/") || agent.starts_with("claude-cli/") => {
                Self::ClaudeCode
            }
            true => Self::Anthropic,
            false => Self::OpenAi,
        }
    }

    fn model(self, Listed { id, name, provider }: &Listed) -> Value {
        match self {
            Self::OpenAi => json!({
                "id": id, "object": "model", "created": CREATED_UNIX, "owned_by": provider,
            }),
            Self::Anthropic | Self::ClaudeCode => json!({
                "type": "model", "id": id, "display_name": name, "created_at": CREATED,
            }),
        }
    }
}

/// A page of the list, as Anthropic's API cuts it.
fn page(all: &[Listed], query: &str) -> Result<Value, Failure> {
    let query = Query::parse(query)?;
    let start = match (&query.after_id, &query.before_id) {
        (Some(after), _) => position(all, after, "after_id")? + 1,
        (None, Some(before)) => position(all, before, "before_id")?.saturating_sub(query.limit),
        (None, None) => 0,
    };
    let end = match &query.before_id {
        Some(before) if query.after_id.is_none() => position(all, before, "before_id")?,
        _ => all.len(),
    };
    let page: Vec<Value> = all
        .iter()
        .take(end)
        .skip(start)
        .take(query.limit)
        .map(|model| Asker::Anthropic.model(model))
        .collect();
    let more = match query.before_id.is_some() && query.after_id.is_none() {
        true => start > 0,
        false => start + page.len() < all.len(),
    };
    let id = |value: Option<&Value>| value.map_or(Value::Null, |value| value["id"].clone());
    Ok(json!({
        "first_id": id(page.first()),
        "last_id": id(page.last()),
        "has_more": more,
        "data": page,
    }))
}

fn position(all: &[Listed], id: &str, parameter: &str) -> Result<usize, Failure> {
    all.iter()
        .position(|model| model.id == id)
        .ok_or_else(|| Failure::invalid(format!("{parameter}: no model {id:?} is listed")))
}

struct Query {
    limit: usize,
    after_id: Option<String>,
    before_id: Option<String>,
}

impl Query {
    /// Reads `limit`, `after_id` and `before_id`; other parameters are nobody's fault.
    fn parse(query: &str) -> Result<Self, Failure> {
        let mut parsed = Self { limit: 20, after_id: None, before_id: None };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "limit" => {
                    let limit = value.parse().ok().filter(|limit| (1..=PAGE_LIMIT).contains(limit));
                    parsed.limit = limit.ok_or_else(|| {
                        Failure::invalid(format!(
                            "limit: {value:?} is not a number from 1 to {PAGE_LIMIT}"
                        ))
                    })?;
                }
                "after_id" => parsed.after_id = Some(value.into_owned()),
                "before_id" => parsed.before_id = Some(value.into_owned()),
                _ => {}
            }
        }
        Ok(parsed)
    }
}

#[cfg(test)]
#[allow(clippy::panic, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_id_in_the_query_is_decoded() {
        let query = Query::parse("limit=5&after_id=responses%2Fo3-mini");
        let query = query.unwrap_or_else(|failure| panic!("{failure}"));
        assert_eq!((query.limit, query.after_id.as_deref()), (5, Some("responses/o3-mini")));
    }
}
