//! What OpenAI's APIs have in common: their errors
//! (<https://developers.openai.com/api/docs/guides/error-codes>, as of 2026-11-21).

use serde_json::Value;

use crate::shape::{Faults, Is};

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
    use serde_json::json;

    #[test]
    fn errors_have_their_members() {
        let error = json!({"message": "m", "type": "t", "param": null, "code": "c"});
        assert!(super::error(&json!({ "error": error })).is_empty());
        assert_eq!(super::error(&json!({"error": {"message": "", "type": "t"}})).len(), 3);
        assert_eq!(super::error(&json!({"message": "m"})).len(), 5);
    }
}
