//! What OpenAI's APIs have in common: their errors
//! (<https://developers.openai.com/api/docs/guides/error-codes>, as of 2026-11-21).

use serde_json::Value;

use crate::shape::{self, Faults, Is};

/// Probabilities of tokens: what `choices[].logprobs.content` of Chat Completions and `logprobs` of
/// Responses hold. `bytes` may be left out in the events of the latter.
pub(crate) fn logprobs(list: &[Value], faults: &mut Faults<'_>) {
    for (index, entry) in list.iter().enumerate() {
        let mut faults = faults.within(format!("logprobs[{index}]"));
        token(entry, &mut faults);
        faults.required(entry, &[("top_logprobs", Is::Array)]);
        for top in shape::list(entry, "top_logprobs") {
            token(top, &mut faults.within("top_logprobs"));
        }
    }
}

fn token(entry: &Value, faults: &mut Faults<'_>) {
    faults.required(entry, &[("token", Is::Text), ("logprob", Is::Number)]);
    faults.optional(entry, &[("bytes", Is::Array)]);
    let is_byte = |byte: &Value| byte.as_u64().is_some_and(|byte| byte < 256);
    faults.check(shape::list(entry, "bytes").iter().all(is_byte), "bytes are no bytes");
}

/// Faults of an error document: `{"error": {"message", "type", "param", "code"}}`.
pub fn error(document: &Value) -> Vec<String> {
    let mut list = Vec::new();
    let mut faults = Faults::at("error document", &mut list);
    faults.required(document, &[("error", Is::Object)]);
    let error = document.get("error").unwrap_or(&Value::Null);
    let mut faults = faults.within("error");
    faults.required(error, &[("message", Is::Word), ("type", Is::Word)]);
    faults.nullable(error, &[("param", Is::Text), ("code", Is::Word)]);
    list
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Faults, logprobs};

    #[test]
    fn probabilities_have_their_members() {
        let faults = |entry: Value| {
            let mut list = Vec::new();
            logprobs(&[entry], &mut Faults::at("x", &mut list));
            list.len()
        };
        let token = json!({"token": "a", "logprob": -0.5, "bytes": [97]});
        let mut entry = token.clone();
        entry["top_logprobs"] = json!([token, {"token": "b", "logprob": -9999, "bytes": null}]);
        assert_eq!(faults(entry.clone()), 0);
        for (path, value) in [
            ("/token", json!(1)),
            ("/logprob", json!("-0.5")),
            ("/bytes", json!([256])),
            ("/top_logprobs", json!(null)),
            ("/top_logprobs/1/token", json!(null)),
        ] {
            let mut wrong = entry.clone();
            if let Some(place) = wrong.pointer_mut(path) {
                *place = value;
            }
            assert_eq!(faults(wrong), 1, "{path}");
        }
    }

    #[test]
    fn errors_have_their_members() {
        let error = json!({"message": "m", "type": "t", "param": null, "code": "c"});
        assert!(super::error(&json!({ "error": error })).is_empty());
        assert_eq!(super::error(&json!({"error": {"message": "", "type": "t"}})).len(), 3);
        assert_eq!(super::error(&json!({"message": "m"})).len(), 5);
    }
}
