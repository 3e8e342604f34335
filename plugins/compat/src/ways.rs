//! A server's ways, read from the plugin's settings: the members of a profile, with those that it
//! has for the model put over the others.

use clasp_plugin::chat::Profile;
use clasp_plugin::names::short_id;
use clasp_plugin::{Failure, FailureKind, Field, Header, Request, Target, failure};
use serde_json::{Map, Value};

/// All that is to be known of a server.
#[derive(Clone, Debug)]
pub(crate) struct Ways {
    pub(crate) profile: Profile,
    /// Members for the top of each body.
    pub(crate) add: Vec<Field>,
    /// Where models are listed.
    pub(crate) models_path: String,
    headers: Vec<Header>,
    session_header: Option<String>,
    /// What the server's own error codes mean.
    errors: Vec<(String, FailureKind)>,
}

impl Default for Ways {
    fn default() -> Self {
        Self {
            profile: Profile::COMPATIBLE,
            add: Vec::new(),
            models_path: "/models".into(),
            headers: Vec::new(),
            session_header: None,
            errors: Vec::new(),
        }
    }
}

impl Ways {
    /// Reads the ways for the target's model.
    ///
    /// # Errors
    /// Settings that do not fit `profile.schema.json`.
    pub(crate) fn read(target: &Target) -> Result<Self, Failure> {
        let mut members: Map<String, Value> =
            serde_json::from_str(&target.config).map_err(unreadable)?;
        if let Some(Value::Array(rules)) = members.remove("for_models") {
            for rule in rules {
                let Value::Object(mut rule) = rule else { continue };
                if rule.remove("match").is_some_and(|patterns| fits(&patterns, &target.model)) {
                    members.extend(rule);
                }
            }
        }
        let mut ways = Self::default();
        for (name, value) in object(members.remove("add")) {
            ways.add.push(Field { name, value: value.to_string() });
        }
        for (name, value) in texts(members.remove("headers")) {
            ways.headers.push(Header { name, value });
        }
        for (code, word) in texts(members.remove("errors")) {
            ways.errors.extend(kind(&word).map(|kind| (code, kind)));
        }
        if let Some(path) = text(members.remove("models_path")) {
            ways.models_path = path;
        }
        ways.session_header = text(members.remove("session_header"));
        let rest = Value::Object(members).to_string();
        ways.profile = serde_json::from_str(&rest).map_err(unreadable)?;
        Ok(ways)
    }

    /// The headers for a request.
    pub(crate) fn headers(&self, request: &Request) -> Vec<Header> {
        let mut headers = self.headers.clone();
        if let (Some(name), Some(session)) = (&self.session_header, &request.session) {
            headers.push(Header { name: name.clone(), value: short_id(session, 64) });
        }
        headers
    }

    /// What one of the server's error codes means, where the profile says it.
    pub(crate) fn error(&self, code: &str) -> Option<FailureKind> {
        self.errors.iter().find(|(known, _)| known == code).map(|(_, kind)| *kind)
    }
}

fn unreadable(error: serde_json::Error) -> Failure {
    failure::invalid("target.config", format!("the profile cannot be read: {error}"))
}

/// Whether one of the patterns is the model's name.
fn fits(patterns: &Value, model: &str) -> bool {
    let model = model.to_lowercase();
    let fits = |pattern: &Value| matches(&pattern.as_str().unwrap_or("").to_lowercase(), &model);
    match patterns {
        Value::Array(patterns) => patterns.iter().any(fits),
        pattern => fits(pattern),
    }
}

/// Whether `pattern`, in which `*` stands for any characters, is `name`.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(name) = name.strip_prefix(head) else { return false };
    let starts = name.char_indices().map(|(at, _)| at).chain([name.len()]);
    starts.filter_map(|at| name.get(at..)).any(|tail| matches(rest, tail))
}

fn object(value: Option<Value>) -> Map<String, Value> {
    match value {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

fn texts(value: Option<Value>) -> impl Iterator<Item = (String, String)> {
    object(value).into_iter().filter_map(|(name, value)| Some((name, text(Some(value))?)))
}

fn text(value: Option<Value>) -> Option<String> {
    match value {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

fn kind(word: &str) -> Option<FailureKind> {
    Some(match word {
        "invalid_request" => FailureKind::InvalidRequest,
        "context_too_long" => FailureKind::ContextTooLong,
        "request_too_large" => FailureKind::RequestTooLarge,
        "authentication" => FailureKind::Authentication,
        "permission" => FailureKind::Permission,
        "billing" => FailureKind::Billing,
        "not_found" => FailureKind::NotFound,
        "rate_limited" => FailureKind::RateLimited,
        "overloaded" => FailureKind::Overloaded,
        "timeout" => FailureKind::Timeout,
        "content_filtered" => FailureKind::ContentFiltered,
        "provider_error" => FailureKind::ProviderError,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn read(config: &str, model: &str) -> Result<Ways, Failure> {
        Ways::read(&Target { config: config.into(), model: model.into(), ..Target::default() })
    }

    #[test]
    fn patterns_stand_for_names() {
        for (pattern, name, fit) in [
            ("qwen3*", "qwen3-32b", true),
            ("qwen3*", "qwen-3", false),
            ("*/qwen*think*", "x/qwen3-thinking-1", true),
            ("*", "", true),
            ("a*b", "ab", true),
            ("a*b", "abc", false),
            ("a", "b", false),
        ] {
            assert_eq!(matches(pattern, name), fit, "{pattern} {name}");
        }
    }

    #[test]
    fn what_a_profile_has_for_the_model_stands_over_the_rest() {
        let config = r#"{"top_k": true, "stop_max": 1, "for_models": [
            {"match": ["Small*", "tiny"], "stop_max": 2, "errors": {"7": "billing"}},
            {"match": "small-2", "images": false}]}"#;
        let ways = read(config, "small-2").unwrap();
        assert_eq!((ways.profile.top_k, ways.profile.stop_max), (true, 2));
        assert!(!ways.profile.images);
        assert_eq!(ways.error("7"), Some(FailureKind::Billing));
        assert_eq!(read(config, "large").unwrap().profile.stop_max, 1);
    }

    #[test]
    fn without_settings_a_server_is_like_most() {
        assert_eq!(read("{}", "m").unwrap().profile, Profile::COMPATIBLE);
        assert!(read("[]", "m").unwrap_err().message.contains("target.config"));
        assert!(read(r#"{"stop_max": "x"}"#, "m").is_err());
    }
}
