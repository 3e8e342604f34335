//! Vertex AI: Gemini and Claude at Google Cloud's paths, with its tokens
//! (<https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference> and
//! <https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai>, seen 2026-11-21).

use serde_json::{Value, json};

use super::super::state::{Lost, Seal};
use super::super::talk::{Part, Talk};
use super::super::{Answer, Recorded};
use super::gemini::{self, contents};
use super::messages::{self, pairs};
use super::{Api, Style, bearer};

const NAME: &str = "vertex";
const PUBLISHERS: &str = "/vertex/v1/projects/scripted/locations/global/publishers";

/// Google's.
#[derive(Debug)]
pub(super) struct Gemini;

/// Anthropic's.
#[derive(Debug)]
pub(super) struct Claude;

impl Api for Gemini {
    fn name(&self) -> &'static str {
        NAME
    }

    fn faults(&self, request: &Recorded) -> Vec<String> {
        let mut faults = bearer(request, NAME);
        faults.extend(contents::endpoint(request, &format!("{PUBLISHERS}/google/models/")));
        faults.extend(contents::body(&request.body));
        faults
    }

    fn read(&self, body: &Value) -> Talk {
        gemini::Gemini.read(body)
    }

    fn sign(&self, parts: &mut Vec<Part>, seal: &mut Seal) {
        gemini::Gemini.sign(parts, seal);
    }

    fn answer(&self, request: &Recorded, parts: &[Part], style: Style) -> Answer {
        gemini::Gemini.answer(request, parts, style)
    }

    fn error(&self, status: u16, message: &str) -> Answer {
        gemini::Gemini.error(status, message)
    }

    fn lost(&self, lost: &Lost) -> Option<Answer> {
        gemini::Gemini.lost(lost)
    }
}

impl Claude {
    /// The model and the method of a path.
    fn asked(path: &str) -> Option<(&str, &str)> {
        path.strip_prefix(PUBLISHERS)?.strip_prefix("/anthropic/models/")?.split_once(':')
    }
}

impl Api for Claude {
    fn name(&self) -> &'static str {
        NAME
    }

    fn serves(&self, path: &str) -> bool {
        Self::asked(path).is_some()
    }

    fn faults(&self, request: &Recorded) -> Vec<String> {
        let body = &request.body;
        let mut faults = bearer(request, NAME);
        let wanted = if body["stream"] == true { "streamRawPredict" } else { "rawPredict" };
        if request.method != "POST"
            || Self::asked(&request.path).is_none_or(|(_, method)| method != wanted)
        {
            faults.push(format!("{} {} is no endpoint", request.method, request.path));
        }
        if body["anthropic_version"] != "vertex-2023-10-16" {
            faults.push("anthropic_version: Field required".to_owned());
        }
        if !body["model"].is_null() {
            faults.push("model: Extra inputs are not permitted".to_owned());
        }
        if !body["max_tokens"].is_u64() {
            faults.push("max_tokens: Field required".to_owned());
        }
        faults.extend(pairs(body));
        faults
    }

    fn read(&self, body: &Value) -> Talk {
        messages::Messages.read(body)
    }

    fn sign(&self, parts: &mut Vec<Part>, seal: &mut Seal) {
        messages::Messages.sign(parts, seal);
    }

    fn answer(&self, request: &Recorded, parts: &[Part], style: Style) -> Answer {
        let mut request = request.clone();
        // The answer names the model that the path does.
        request.body["model"] = json!(Self::asked(&request.path).map(|(model, _)| model));
        messages::Messages.answer(&request, parts, style)
    }

    fn error(&self, status: u16, message: &str) -> Answer {
        messages::Messages.error(status, message)
    }

    fn lost(&self, lost: &Lost) -> Option<Answer> {
        messages::Messages.lost(lost)
    }
}
