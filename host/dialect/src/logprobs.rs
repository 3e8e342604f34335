//! Probabilities of the tokens of a text, as OpenAI's dialects tell them.
//!
//! A plugin gives them as the response member `logprobs`: the list that Chat Completions has as
//! `choices[].logprobs.content` (<https://platform.openai.com/docs/api-reference/chat/object>, as of
//! 2026-11-21), before the text that they are about.

use clasp_model::Json;
use serde_json::{Map, Value, json};

/// The name of the member.
pub(crate) const NAME: &str = "logprobs";

/// The entries with commas between them; none where there are none. What is no entry is left out,
/// and each has all of its members: the bytes of a token that the provider tells none for are the
/// token's own.
pub(crate) fn entries(list: &Json) -> Option<String> {
    let list: Vec<Value> = serde_json::from_str(list.as_str()).ok()?;
    let entries: Vec<String> = list
        .iter()
        .filter_map(|entry| {
            let mut told = token(entry)?;
            let top = entry.get("top_logprobs").and_then(Value::as_array);
            let top: Vec<Value> =
                top.into_iter().flatten().filter_map(token).map(Value::Object).collect();
            told.insert("top_logprobs".to_owned(), top.into());
            Some(Value::Object(told).to_string())
        })
        .collect();
    (!entries.is_empty()).then(|| entries.join(","))
}

fn token(entry: &Value) -> Option<Map<String, Value>> {
    let token = entry.get("token")?.as_str()?;
    let logprob = entry.get("logprob").filter(|logprob| logprob.is_number())?;
    let is_byte = |byte: &Value| byte.as_u64().is_some_and(|byte| byte < 256);
    let bytes = match entry.get("bytes").and_then(Value::as_array) {
        Some(bytes) if bytes.iter().all(is_byte) => json!(bytes),
        _ => json!(token.as_bytes()),
    };
    let mut told = Map::new();
    told.insert("token".to_owned(), token.into());
    told.insert("logprob".to_owned(), logprob.clone());
    told.insert("bytes".to_owned(), bytes);
    Some(told)
}

#[cfg(test)]
mod tests {
    use clasp_model::Json;

    use super::entries;

    fn of(text: &str) -> Option<String> {
        entries(&Json::from_checked(text.to_owned().into()))
    }

    #[test]
    fn entries_have_all_of_their_members() {
        let told = r#"[{"token":"é","logprob":-0.25,"top_logprobs":[{"token":"e","logprob":-2,"bytes":null,"x":1},7],"y":2},
            {"token":"\u00e9","logprob":-9999.0,"bytes":[195]}]"#;
        let wanted = concat!(
            r#"{"token":"é","logprob":-0.25,"bytes":[195,169],"top_logprobs":[{"token":"e","logprob":-2,"bytes":[101]}]},"#,
            r#"{"token":"é","logprob":-9999.0,"bytes":[195],"top_logprobs":[]}"#,
        );
        assert_eq!(of(told).as_deref(), Some(wanted));
    }

    #[test]
    fn what_is_no_entry_is_left_out() {
        for text in ["", "{", "null", "{}", "[]", "[1,{}]", r#"[{"token":"a"}]"#] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
