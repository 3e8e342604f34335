//! Azure's paths: the v1 API, and the older one with a path for each deployment and a dated
//! version. The operator's URL may end before `/openai`, after it, or after `/openai/v1`.
//!
//! <https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle>, as of 2026-11-21.

use clasp_plugin::openai::Api;

/// The first dated version that has Responses.
const RESPONSES_SINCE: &str = "2025-03-01";

/// The paths below a base URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Paths {
    /// What stands before `/deployments/…`.
    root: String,
    /// What stands before `/chat/completions` in the v1 API.
    v1: String,
    /// The version, as it is asked for.
    version: Option<String>,
    dated: bool,
}

impl Paths {
    pub(crate) fn new(base_url: &str, version: Option<&str>) -> Self {
        let base = base_url.trim_end_matches('/');
        let ends = |end: &str| base.ends_with(end);
        let (root, v1) = match () {
            () if ends("/openai/v1") => ("", ""),
            () if ends("/openai") => ("", "/v1"),
            () => ("/openai", "/openai/v1"),
        };
        let version = version.filter(|version| !version.is_empty() && *version != "v1");
        let by_date = version.is_some_and(|version| version.starts_with("20"));
        let dated = by_date && !ends("/openai/v1");
        Self {
            root: root.into(),
            v1: v1.into(),
            version: version.filter(|_| dated || !by_date).map(str::to_owned),
            dated,
        }
    }

    /// Whether the version is a dated one.
    pub(crate) fn is_dated(&self) -> bool {
        self.dated
    }

    /// The API to ask: `wanted`, unless the version does not have it and the operator does not
    /// insist on it.
    pub(crate) fn api(&self, wanted: Api, asked: Api) -> Api {
        let version = self.version.as_deref().filter(|_| self.dated).unwrap_or(RESPONSES_SINCE);
        if wanted == Api::Responses && version < RESPONSES_SINCE && asked != Api::Responses {
            return Api::Chat;
        }
        wanted
    }

    /// The path of a request.
    pub(crate) fn path(&self, api: Api, deployment: &str) -> String {
        let path = match (api, self.dated) {
            (Api::Responses, true) => format!("{}/responses", self.root),
            (Api::Responses, false) => format!("{}/responses", self.v1),
            (_, true) => {
                format!("{}/deployments/{}/chat/completions", self.root, encoded(deployment))
            }
            (_, false) => format!("{}/chat/completions", self.v1),
        };
        match &self.version {
            Some(version) => format!("{path}?api-version={}", encoded(version)),
            None => path,
        }
    }

    /// The path of the list of models.
    pub(crate) fn models(&self) -> String {
        format!("{}/models", self.v1)
    }
}

/// A text as a segment of a path or a value in a query.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_by_address_and_version() {
        let table = [
            ("https://r.example", None, Api::Chat, "/openai/v1/chat/completions"),
            ("https://r.example/", Some("v1"), Api::Responses, "/openai/v1/responses"),
            ("https://r.example/openai", None, Api::Responses, "/v1/responses"),
            ("https://r.example/openai/v1/", None, Api::Chat, "/chat/completions"),
            ("https://r.example/openai/v1", Some("2024-10-21"), Api::Chat, "/chat/completions"),
            (
                "https://r.example",
                Some("preview"),
                Api::Responses,
                "/openai/v1/responses?api-version=preview",
            ),
            (
                "https://r.example",
                Some("2024-10-21"),
                Api::Chat,
                "/openai/deployments/a%20b/chat/completions?api-version=2024-10-21",
            ),
            (
                "https://r.example/openai",
                Some("2025-04-01-preview"),
                Api::Responses,
                "/responses?api-version=2025-04-01-preview",
            ),
        ];
        for (base, version, api, path) in table {
            assert_eq!(Paths::new(base, version).path(api, "a b"), path, "{base} {version:?}");
        }
    }

    #[test]
    fn old_versions_have_no_responses() {
        let api = |version, asked| Paths::new("https://r", version).api(Api::Responses, asked);
        assert_eq!(api(None, Api::Auto), Api::Responses);
        assert_eq!(api(Some("2025-04-01-preview"), Api::Auto), Api::Responses);
        assert_eq!(api(Some("2024-10-21"), Api::Auto), Api::Chat);
        assert_eq!(api(Some("2024-10-21"), Api::Responses), Api::Responses);
    }
}
