//! The settings of a request: limits, sampling, thinking, and what only one family knows (rules C7,
//! C8, C11, C12).
//!
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html>, as of
//! 2026-11-21.

use clasp_plugin::history::{Said, Turn};
use clasp_plugin::json::Writer;
use clasp_plugin::messages::{Asked, Plan, Thinking, closed_schema};
use clasp_plugin::notes::Notes;
use clasp_plugin::{Request, Target, effort, extra};
use serde_json::{Map, Value, json};

use crate::config::Config;
use crate::family::Family;

/// Where settings are written.
pub(crate) struct Params<'w> {
    pub(crate) family: &'w Family,
    pub(crate) target: &'w Target,
    pub(crate) request: &'w Request,
    pub(crate) config: &'w Config,
    pub(crate) notes: &'w mut Notes,
    pub(crate) writer: &'w mut Writer,
}

impl Params<'_> {
    /// Writes all settings; `forced`: a tool call is.
    pub(crate) fn write(&mut self, turns: &[Turn<'_>], forced: bool) {
        let mut fields = Map::new();
        let limit = self.output_limit();
        let (thinks, limit) = self.reasoning(turns, forced, limit, &mut fields);
        self.inference(thinks, limit, &mut fields);
        self.betas(&mut fields);
        self.output_schema();
        fields.extend(self.config.additional_fields.clone());
        if !fields.is_empty() {
            let fields = Value::Object(fields).to_string();
            self.writer.raw_member("additionalModelRequestFields", &fields);
        }
        self.guardrail();
        if let Some(latency) = &self.config.latency {
            let latency = json!({ "latency": latency }).to_string();
            self.writer.raw_member("performanceConfig", &latency);
        }
        if !self.config.metadata.is_empty() {
            let metadata = Value::Object(self.config.metadata.clone()).to_string();
            self.writer.raw_member("requestMetadata", &metadata);
        }
        if self.request.user.is_some() {
            self.notes.dropped("user", "the service takes no user id");
        }
        self.extra();
    }

    fn output_limit(&mut self) -> Option<u32> {
        let asked = self.request.max_output_tokens?;
        let most = self.target.max_output_tokens.unwrap_or(u32::MAX);
        if asked > most {
            let why = format!("{} makes at most {most} tokens", self.target.model);
            self.notes.clamped("max_output_tokens", why);
        }
        Some(asked.min(most))
    }

    /// Says how to think. Gives whether the model is told to, and the limit of the answer.
    fn reasoning(
        &mut self,
        turns: &[Turn<'_>],
        forced: bool,
        limit: Option<u32>,
        fields: &mut Map<String, Value>,
    ) -> (bool, Option<u32>) {
        let Some(reasoning) = &self.request.reasoning else { return (false, limit) };
        let off = effort::is_off(reasoning);
        let nearest = |efforts| effort::asked(reasoning).and_then(|a| effort::nearest(a, efforts));
        match self.family {
            Family::Claude(claude) => {
                let usual = self.target.max_output_tokens.unwrap_or(claude.output_limit);
                let asked = Asked {
                    model: &self.target.model,
                    reasoning: Some(reasoning),
                    forced,
                    unthought: is_unthought(turns),
                    output_limit: limit.unwrap_or(usual),
                };
                let plan = Plan::new(claude, &asked, self.notes);
                let mut thinking = Writer::default();
                thinking.open_object();
                plan.write_thinking(&mut thinking);
                thinking.close_object();
                let written = thinking.into_bytes().unwrap_or_default();
                if let Ok(Value::Object(written)) = serde_json::from_slice(&written) {
                    fields.extend(written);
                }
                if let Some(effort) = plan.effort {
                    fields.insert("output_config".into(), json!({ "effort": effort }));
                }
                // A budget has to lie below a limit that is told.
                let budget = matches!(plan.thinking, Some(Thinking::Budget { .. }));
                (plan.is_on(), limit.or(budget.then_some(usual)))
            }
            Family::Nova2 if off => (false, limit),
            Family::Nova2 => {
                let effort = nearest(&["low", "medium", "high"]).unwrap_or("medium");
                let config = json!({ "type": "enabled", "maxReasoningEffort": effort });
                fields.insert("reasoningConfig".into(), config);
                if effort != "high" {
                    return (false, limit);
                }
                if limit.is_some() {
                    let why = "the model takes no limit with its highest effort";
                    self.notes.dropped("max_output_tokens", why);
                }
                (true, None)
            }
            Family::GptOss => {
                if let Some(effort) = nearest(&["low", "medium", "high"]) {
                    fields.insert("reasoning_effort".into(), effort.into());
                }
                (false, limit)
            }
            _ => {
                if !off {
                    let why = format!("{} is not asked to think", self.target.model);
                    self.notes.dropped("reasoning", why);
                }
                (false, limit)
            }
        }
    }

    /// Writes `inferenceConfig`. A model that is told to think takes no sampling.
    fn inference(&mut self, thinks: bool, limit: Option<u32>, fields: &mut Map<String, Value>) {
        let request = self.request;
        let (mut temperature, mut top_p, mut top_k) =
            (request.temperature, request.top_p, request.top_k);
        let claude = self.family.claude();
        if thinks || claude.is_some_and(|claude| !claude.sampling) {
            let why = match thinks {
                true => "a model that thinks takes none".to_owned(),
                false => format!("{} takes none", self.target.model),
            };
            let usual = |value: &Option<f64>| value.is_none_or(|value| value == 1.0);
            let named = [("temperature", !usual(&temperature)), ("top_p", !usual(&top_p))];
            let named = named.into_iter().chain([("top_k", top_k.is_some())]);
            for (name, _) in named.filter(|(_, said)| *said) {
                self.notes.dropped(name, why.as_str());
            }
            (temperature, top_p, top_k) = (None, None, None);
        }
        if let Some(asked) = temperature.filter(|temperature| *temperature > 1.0) {
            temperature = Some(1.0);
            self.notes.clamped("temperature", format!("1 is the nearest to {asked}"));
        }
        if temperature.is_some()
            && top_p.is_some()
            && claude.is_some_and(|claude| !claude.both_samplers)
        {
            top_p = None;
            self.notes.dropped("top_p", "the model takes it only without a temperature");
        }
        let stop: Vec<&String> =
            request.stop_sequences.iter().filter(|text| !text.is_empty()).collect();
        if limit.is_some() || temperature.is_some() || top_p.is_some() || !stop.is_empty() {
            self.writer.key("inferenceConfig");
            self.writer.open_object();
            if let Some(limit) = limit {
                self.writer.key("maxTokens");
                self.writer.integer(u64::from(limit));
            }
            for (name, value) in [("temperature", temperature), ("topP", top_p)] {
                if let Some(value) = value {
                    self.writer.key(name);
                    self.writer.number(value);
                }
            }
            if !stop.is_empty() {
                self.writer.key("stopSequences");
                self.writer.open_array();
                stop.into_iter().for_each(|text| self.writer.string(text));
                self.writer.close_array();
            }
            self.writer.close_object();
        }
        let Some(top_k) = top_k else { return };
        match self.family {
            Family::Claude(_) | Family::Mistral => {
                fields.insert("top_k".into(), top_k.into());
            }
            Family::Cohere => {
                fields.insert("k".into(), top_k.into());
            }
            Family::Nova | Family::Nova2 => {
                fields.insert("inferenceConfig".into(), json!({ "topK": top_k }));
            }
            _ => self.notes.dropped("top_k", "the model takes none"),
        }
    }

    /// Beta flags of the client and of the operator, for models of Claude.
    fn betas(&mut self, fields: &mut Map<String, Value>) {
        let headers = self.request.headers.iter();
        let headers = headers.filter(|header| header.name == "anthropic-beta");
        let mut flags: Vec<&str> = Vec::new();
        for flag in headers.flat_map(|header| header.value.split(',')).map(str::trim) {
            // The rest is the business of Anthropic's own API, and refused here.
            if KNOWN_BETAS.iter().any(|known| flag.starts_with(known)) {
                flags.push(flag);
            } else {
                self.notes.dropped("headers.anthropic-beta", format!("{flag} is unknown here"));
            }
        }
        flags.extend(self.config.betas.iter().map(String::as_str));
        if !flags.is_empty() && self.family.claude().is_some() {
            let mut unique: Vec<&str> = Vec::new();
            flags.into_iter().for_each(|flag| {
                if !unique.contains(&flag) {
                    unique.push(flag);
                }
            });
            fields.insert("anthropic_beta".into(), unique.into());
        }
    }

    fn output_schema(&mut self) {
        let output = self.request.output_schema.as_ref();
        let Some(output) = output.filter(|_| self.family.keeps_to_schemas()) else { return };
        let (schema, repaired) = closed_schema(&output.schema);
        if let Some(what) = repaired {
            self.notes.repaired("output_schema.schema", what);
        }
        let name = output.name.as_deref().filter(|name| !name.is_empty()).unwrap_or("answer");
        self.writer.key("outputConfig");
        self.writer.open_object();
        self.writer.key("textFormat");
        self.writer.open_object();
        self.writer.string_member("type", "json_schema");
        self.writer.key("structure");
        self.writer.open_object();
        self.writer.key("jsonSchema");
        self.writer.open_object();
        self.writer.string_member("name", name);
        self.writer.string_member("schema", &schema);
        for _ in 0..4 {
            self.writer.close_object();
        }
    }

    fn guardrail(&mut self) {
        let Some(guardrail) = &self.config.guardrail else { return };
        self.writer.key("guardrailConfig");
        self.writer.open_object();
        self.writer.string_member("guardrailIdentifier", &guardrail.id);
        self.writer.string_member("guardrailVersion", &guardrail.version);
        if let Some(trace) = &guardrail.trace {
            self.writer.string_member("trace", trace);
        }
        if let Some(stream) = guardrail.stream.as_ref().filter(|_| self.request.stream) {
            self.writer.string_member("streamProcessingMode", stream);
        }
        self.writer.close_object();
    }

    fn extra(&mut self) {
        let mut tier = self.config.service_tier.clone();
        for field in extra::members(self.request) {
            let word = serde_json::from_str::<String>(&field.value).unwrap_or_default();
            let known = extra::passes(self.request, &["service_tier"], &field.name)
                && matches!(word.as_str(), "default" | "priority" | "flex");
            if known {
                tier = Some(word);
            } else {
                extra::drop(self.request, field, self.notes);
            }
        }
        if let Some(tier) = tier {
            let tier = json!({ "type": tier }).to_string();
            self.writer.raw_member("serviceTier", &tier);
        }
    }
}

/// Beta features of Claude that work by this API too, by how their flags begin.
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html>
const KNOWN_BETAS: &[&str] = &[
    "computer-use-",
    "token-efficient-tools-",
    "interleaved-thinking-",
    "output-128k-",
    "dev-full-thinking-",
    "context-1m-",
    "context-management-",
    "effort-",
    "tool-search-tool-",
    "tool-examples-",
];

/// Whether results are given to calls that no thinking came before.
fn is_unthought(turns: &[Turn<'_>]) -> bool {
    let last = turns.iter().rev().find_map(|turn| match turn {
        Turn::Assistant(said, _) => Some(said),
        _ => None,
    });
    last.is_some_and(|said| {
        let thought = matches!(said.first(), Some(Said::Thinking(first)) if first.state.is_some());
        said.iter().any(|said| said.call().is_some()) && !thought
    })
}
