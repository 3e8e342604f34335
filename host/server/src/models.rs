//! `GET /v1/models` and `GET /v1/models/{id}` in Anthropic's shape
//! (<https://docs.anthropic.com/en/api/models-list>, read 2026-11-21).
//!
//! The list holds what a client can ask for: the configured models, what the chosen provider
//! lists, and the other providers' known models as `provider/model`.

use clasp_model::{Failure, FailureKind, Source};
use serde_json::{Value, json};

use crate::app::App;

/// No vendor tells a creation date in all dialects; a fixed one keeps the list byte-stable.
const CREATED: &str = "2025-01-01T00:00:00Z";

/// Most models a page holds, as the API documents it.
const PAGE_LIMIT: usize = 1000;

pub(crate) async fn list(app: &App, query: &str) -> Result<Value, Failure> {
    let query = Query::parse(query)?;
    let all = app.catalog().await.listed(app).await;
    let start = match (&query.after_id, &query.before_id) {
        (Some(after), _) => position(&all, after, "after_id")? + 1,
        (None, Some(before)) => position(&all, before, "before_id")?.saturating_sub(query.limit),
        (None, None) => 0,
    };
    let end = match &query.before_id {
        Some(before) if query.after_id.is_none() => position(&all, before, "before_id")?,
        _ => all.len(),
    };
    let page: Vec<Value> = all
        .iter()
        .take(end)
        .skip(start)
        .take(query.limit)
        .map(|(id, name)| model(id, name))
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

pub(crate) async fn one(app: &App, id: &str) -> Result<Value, Failure> {
    let all = app.catalog().await.listed(app).await;
    let found = all.iter().find(|(known, _)| known.eq_ignore_ascii_case(id));
    let (id, name) = found.ok_or_else(|| {
        Failure::new(
            FailureKind::NotFound,
            Source::Client,
            format!("model: {id} is not listed here; GET /v1/models lists what is"),
        )
    })?;
    Ok(model(id, name))
}

fn model(id: &str, name: &str) -> Value {
    json!({ "type": "model", "id": id, "display_name": name, "created_at": CREATED })
}

fn position(all: &[(String, String)], id: &str, parameter: &str) -> Result<usize, Failure> {
    all.iter()
        .position(|(known, _)| known == id)
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
