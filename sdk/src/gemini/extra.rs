//! Members of OpenAI's dialects that Gemini has too, under its own names (rule C12).
//!
//! <https://ai.google.dev/api/generate-content#GenerationConfig>,
//! <https://ai.google.dev/gemini-api/docs/priority-inference> and
//! <https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference>, as of
//! 2026-11-21.

use crate::{Field, Request, extra, json};

use super::Service;
use super::family::Family;

/// Members, and what `generationConfig` calls them.
const CONFIG: &[(&str, &str)] = &[
    ("seed", "seed"),
    ("presence_penalty", "presencePenalty"),
    ("frequency_penalty", "frequencyPenalty"),
    ("logprobs", "responseLogprobs"),
    ("top_logprobs", "logprobs"),
    ("modalities", "responseModalities"),
];

const TIER: &str = "service_tier";

/// What of a request goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Passed<'r> {
    pub(crate) service: Service,
    pub(crate) family: Family,
    pub(crate) request: &'r Request,
}

impl Passed<'_> {
    /// A member's value in Gemini's words; none where it does not go on.
    pub(crate) fn value(&self, field: &Field) -> Option<String> {
        if !extra::is_openai(self.request) {
            return None;
        }
        let as_it_is = match field.name.as_str() {
            "modalities" => return modalities(&field.value),
            TIER => return tier(&field.value).filter(|_| self.service == Service::Gemini),
            "presence_penalty" | "frequency_penalty" => self.family.takes_penalties(),
            "logprobs" | "top_logprobs" => self.family.tells_probabilities(self.service),
            "seed" => true,
            _ => false,
        };
        as_it_is.then(|| field.value.clone())
    }

    /// Writes the members of `generationConfig`.
    pub(crate) fn write_config(&self, config: &mut json::Writer) {
        for (name, member) in CONFIG {
            if let Some(value) = self.member(name) {
                config.raw_member(member, &value);
            }
        }
        // A client of Responses asks with one member for both.
        if self.member("top_logprobs").is_some() && self.member("logprobs").is_none() {
            config.raw_member("responseLogprobs", "true");
        }
    }

    /// Writes the members beside it.
    pub(crate) fn write_top(&self, writer: &mut json::Writer) {
        if let Some(tier) = self.member(TIER) {
            writer.raw_member("serviceTier", &tier);
        }
    }

    fn member(&self, name: &str) -> Option<String> {
        self.value(extra::member(self.request, name)?)
    }
}

/// Kinds of output; none where there is one that only models that speak have.
fn modalities(asked: &str) -> Option<String> {
    let asked: Vec<String> = serde_json::from_str(asked).ok()?;
    let known = |kind: &String| match kind.as_str() {
        "text" => Some("TEXT"),
        "image" => Some("IMAGE"),
        _ => None,
    };
    let kinds: Option<Vec<&str>> = asked.iter().map(known).collect();
    serde_json::to_string(&kinds?).ok()
}

fn tier(asked: &str) -> Option<String> {
    match asked {
        r#""flex""# | r#""priority""# => Some(asked.to_owned()),
        r#""default""# => Some(r#""standard""#.to_owned()),
        _ => None,
    }
}
