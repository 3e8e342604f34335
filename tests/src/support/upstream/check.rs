//! Whether a Chat Completions request would be taken by the real provider.
//!
//! Anything that it would refuse is a violation, and a test fails on it even when clasp gave the
//! client a fine answer. From the API reference
//! (<https://platform.openai.com/docs/api-reference/chat/create>, seen 2026-11).

use serde_json::Value;

#[cfg(test)]
mod tests;

const TOP: &[&str] = &[
    "audio",
    "frequency_penalty",
    "function_call",
    "functions",
    "logit_bias",
    "logprobs",
    "max_completion_tokens",
    "max_tokens",
    "messages",
    "metadata",
    "modalities",
    "model",
    "n",
    "parallel_tool_calls",
    "prediction",
    "presence_penalty",
    "prompt_cache_key",
    "prompt_cache_retention",
    "reasoning_effort",
    "response_format",
    "safety_identifier",
    "seed",
    "service_tier",
    "stop",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "user",
    "verbosity",
    "web_search_options",
];

/// Headers of the client's that are no business of the provider's.
const PRIVATE: &[&str] = &[
    "anthropic-beta",
    "anthropic-dangerous-direct-browser-access",
    "anthropic-version",
    "cookie",
    "x-api-key",
    "x-app",
    "x-claude-code-session-id",
];

/// Headers of the client's that reached the provider.
pub fn leaks(headers: &[(String, String)]) -> Vec<String> {
    let names = headers.iter().map(|(name, _)| name.as_str());
    let private = |name: &&str| PRIVATE.contains(name) || name.starts_with("x-stainless-");
    let fault = |name: &str| format!("the client's header {name} reached the provider");
    names.filter(private).map(fault).collect()
}

/// What the provider would say against the headers.
pub fn headers(headers: &[(String, String)]) -> Vec<String> {
    let mut faults = leaks(headers);
    let find = |name: &str| headers.iter().find(|(each, _)| each == name);
    if !find("content-type").is_some_and(|(_, value)| value.starts_with("application/json")) {
        faults.push("content-type is not application/json".to_owned());
    }
    if !find("authorization").is_some_and(|(_, value)| value.starts_with("Bearer ")) {
        faults.push("no bearer key".to_owned());
    }
    faults
}

/// What a provider that speaks Anthropic Messages would say against a request.
pub fn messages(headers: &[(String, String)], body: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let find = |name: &str| headers.iter().find(|(each, _)| each == name);
    let value = |name: &str| find(name).map(|(_, value)| value.as_str());
    if value("content-type") != Some("application/json") {
        faults.push("content-type is not application/json".to_owned());
    }
    if value("x-api-key") != Some(super::super::clasp::KEY) {
        faults.push("x-api-key is not the provider's key".to_owned());
    }
    if find("anthropic-version").is_none() {
        faults.push("anthropic-version: header is required".to_owned());
    }
    for name in ["authorization", "cookie"] {
        if find(name).is_some() {
            faults.push(format!("the client's header {name} reached the provider"));
        }
    }
    if value("accept-encoding") != Some("identity") {
        faults.push("accept-encoding is not identity".to_owned());
    }
    if !body["model"].is_string() {
        faults.push("model: Field required".to_owned());
    }
    for (index, message) in body["messages"].as_array().into_iter().flatten().enumerate() {
        for block in message["content"].as_array().into_iter().flatten() {
            for holder in ["signature", "data"] {
                if block[holder].as_str().is_some_and(|state| state.starts_with("clasp")) {
                    faults.push(format!("messages.{index}: Invalid `{holder}` in thinking block"));
                }
            }
        }
    }
    faults
}

/// What the provider would say against the body.
pub fn body(body: &Value) -> Vec<String> {
    let mut check = Check { faults: Vec::new(), open: Vec::new() };
    check.top(body);
    check.tools(body);
    match body["messages"].as_array() {
        Some(messages) if !messages.is_empty() => {
            for (index, message) in messages.iter().enumerate() {
                check.message(index, message);
            }
            check.all_answered();
        }
        _ => check.fault("messages: empty or no array"),
    }
    check.faults
}

struct Check {
    faults: Vec<String>,
    /// Calls that have no result yet.
    open: Vec<String>,
}

impl Check {
    fn fault(&mut self, text: impl Into<String>) {
        self.faults.push(text.into());
    }

    fn known(&mut self, place: &str, value: &Value, names: &[&str]) {
        for name in value.as_object().into_iter().flat_map(|object| object.keys()) {
            if !names.contains(&name.as_str()) {
                self.fault(format!("Unknown parameter: '{place}{name}'."));
            }
        }
    }

    fn top(&mut self, body: &Value) {
        self.known("", body, TOP);
        let Some(model) = body["model"].as_str() else {
            return self.fault("you must provide a model parameter");
        };
        if !body["stream_options"].is_null() && body["stream"] != true {
            self.fault("stream_options is only allowed when 'stream' is enabled");
        }
        if body["max_tokens"].is_u64() && body["max_completion_tokens"].is_u64() {
            self.fault("max_tokens and max_completion_tokens at once");
        }
        for name in ["max_tokens", "max_completion_tokens"] {
            if !body[name].is_null() && body[name].as_u64().is_none_or(|count| count == 0) {
                self.fault(format!("{name} is {}", body[name]));
            }
        }
        if body["stop"].as_array().is_some_and(|stop| stop.is_empty() || stop.len() > 4) {
            self.fault("stop: between 1 and 4 texts");
        }
        let temperature = &body["temperature"];
        if !temperature.is_null()
            && !temperature.as_f64().is_some_and(|value| (0.0..=2.0).contains(&value))
        {
            self.fault("temperature out of range");
        }
        let efforts = ["none", "minimal", "low", "medium", "high", "xhigh"];
        if let Some(effort) = body["reasoning_effort"].as_str()
            && !efforts.contains(&effort)
        {
            self.fault(format!("reasoning_effort {effort:?}"));
        }
        for name in ["prompt_cache_key", "safety_identifier", "user"] {
            if body[name].as_str().is_some_and(|value| value.len() > 64) {
                self.fault(format!("{name}: longer than 64 characters"));
            }
        }
        let reasons = ["gpt-5", "o1", "o3", "o4"].iter().any(|start| model.starts_with(start));
        if reasons {
            for name in ["max_tokens", "temperature", "top_p", "stop"] {
                if !body[name].is_null() && body[name] != 1 && body[name] != 1.0 {
                    self.fault(format!("Unsupported parameter: '{name}' with this model"));
                }
            }
        } else if model.starts_with("gpt-4") && !body["reasoning_effort"].is_null() {
            self.fault("Unrecognized request argument supplied: reasoning_effort");
        }
        if body["response_format"]["type"] == "json_schema" {
            let schema = &body["response_format"]["json_schema"];
            if !schema["name"].is_string() || !schema["schema"].is_object() {
                self.fault("response_format.json_schema: name and schema are required");
            }
            if schema["strict"] == true {
                self.strict_schema("response_format", &schema["schema"]);
            }
        }
    }

    fn tools(&mut self, body: &Value) {
        let tools = match &body["tools"] {
            Value::Null => &[][..],
            Value::Array(tools) if tools.is_empty() => return self.fault("tools: empty array"),
            Value::Array(tools) => tools,
            _ => return self.fault("tools: no array"),
        };
        if tools.len() > 128 {
            self.fault("tools: more than 128");
        }
        for name in ["tool_choice", "parallel_tool_calls"] {
            if tools.is_empty() && !body[name].is_null() {
                self.fault(format!("'{name}' is only allowed when 'tools' are specified"));
            }
        }
        let mut names = Vec::new();
        for (index, tool) in tools.iter().enumerate() {
            let place = format!("tools[{index}]");
            self.known(&format!("{place}."), tool, &["type", "function"]);
            let function = &tool["function"];
            if tool["type"] != "function" || !function.is_object() {
                self.fault(format!("{place}: no function"));
                continue;
            }
            self.known(
                &format!("{place}.function."),
                function,
                &["name", "description", "parameters", "strict"],
            );
            let name = function["name"].as_str().unwrap_or_default();
            if !is_name(name) {
                self.fault(format!("{place}.function.name {name:?}"));
            }
            if names.contains(&name) {
                self.fault(format!("{place}: {name} a second time"));
            }
            names.push(name);
            let parameters = &function["parameters"];
            if !parameters.is_null() {
                if parameters["type"] != "object" {
                    self.fault(format!("{place}: schema must be of type object"));
                } else if !parameters["properties"].is_object() {
                    self.fault(format!("{place}: object schema missing properties"));
                }
            }
            if function["strict"] == true {
                self.strict_schema(&place, parameters);
            }
        }
        let choice = &body["tool_choice"];
        let named = choice["function"]["name"].as_str();
        let fits = match choice {
            Value::Null => true,
            Value::String(word) => ["none", "auto", "required"].contains(&word.as_str()),
            _ => choice["type"] == "function" && named.is_some_and(|name| names.contains(&name)),
        };
        if !fits {
            self.fault(format!("tool_choice {choice}"));
        }
    }

    fn strict_schema(&mut self, place: &str, schema: &Value) {
        if schema["type"] == "object" {
            let properties = schema["properties"].as_object();
            let required = schema["required"].as_array().map_or(0, Vec::len);
            if schema["additionalProperties"] != false {
                self.fault(format!("{place}: strict needs additionalProperties false"));
            }
            if properties.map_or(0, |properties| properties.len()) != required {
                self.fault(format!("{place}: strict needs every property required"));
            }
            for value in properties.into_iter().flat_map(|properties| properties.values()) {
                self.strict_schema(place, value);
            }
        }
        if schema["items"].is_object() {
            self.strict_schema(place, &schema["items"]);
        }
    }

    fn message(&mut self, index: usize, message: &Value) {
        let place = format!("messages[{index}]");
        let role = message["role"].as_str().unwrap_or_default();
        let names: &[&str] = match role {
            "system" | "developer" | "user" => &["role", "content", "name"],
            "assistant" => &["role", "content", "name", "refusal", "tool_calls"],
            "tool" => &["role", "content", "tool_call_id"],
            _ => return self.fault(format!("{place}.role {role:?}")),
        };
        self.known(&format!("{place}."), message, names);
        if role != "tool" {
            self.all_answered();
        }
        self.content(&place, role, message);
        match role {
            "assistant" => self.calls(&place, message),
            "tool" => {
                let id = message["tool_call_id"].as_str().unwrap_or_default();
                match self.open.iter().position(|open| open == id) {
                    Some(at) => drop(self.open.remove(at)),
                    None => self.fault(format!("{place}: result of no open call {id:?}")),
                }
            }
            _ => {}
        }
    }

    fn content(&mut self, place: &str, role: &str, message: &Value) {
        let kinds: &[&str] = match role {
            "user" => &["text", "image_url", "input_audio", "file"],
            "assistant" => &["text", "refusal"],
            _ => &["text"],
        };
        match &message["content"] {
            Value::String(_) => {}
            Value::Null if role == "assistant" && message["tool_calls"].is_array() => {}
            Value::Array(parts) if !parts.is_empty() => {
                for part in parts {
                    let kind = part["type"].as_str().unwrap_or_default();
                    if !kinds.contains(&kind) {
                        self.fault(format!("{place}: content part {kind:?} of role {role}"));
                        continue;
                    }
                    self.known(&format!("{place}.content[]."), part, &["type", kind]);
                    let url = part["image_url"]["url"].as_str();
                    if kind == "image_url" && !url.is_some_and(is_image_url) {
                        self.fault(format!("{place}: no image at its URL"));
                    }
                }
            }
            other => self.fault(format!("{place}.content is {other}")),
        }
    }

    fn calls(&mut self, place: &str, message: &Value) {
        let calls = match &message["tool_calls"] {
            Value::Null => return,
            Value::Array(calls) if !calls.is_empty() => calls,
            _ => return self.fault(format!("{place}.tool_calls: empty or no array")),
        };
        for call in calls {
            self.known(&format!("{place}.tool_calls[]."), call, &["id", "type", "function"]);
            let id = call["id"].as_str().unwrap_or_default().to_owned();
            if id.is_empty() || id.len() > 64 || call["type"] != "function" {
                self.fault(format!("{place}: call id {id:?}, type {}", call["type"]));
            }
            if self.open.contains(&id) {
                self.fault(format!("{place}: call id {id:?} a second time"));
            }
            let name = call["function"]["name"].as_str().unwrap_or_default();
            if !is_name(name) {
                self.fault(format!("{place}: called name {name:?}"));
            }
            let arguments = call["function"]["arguments"].as_str();
            if arguments.is_none_or(|text| serde_json::from_str::<Value>(text).is_err()) {
                self.fault(format!("{place}: arguments are no JSON text: {arguments:?}"));
            }
            self.open.push(id);
        }
    }

    /// No message but results may stand between calls and their results.
    fn all_answered(&mut self) {
        for id in std::mem::take(&mut self.open) {
            self.fault(format!("no tool message answers the call {id:?}"));
        }
    }
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn is_image_url(url: &str) -> bool {
    if url.starts_with("https://") || url.starts_with("http://") {
        return true;
    }
    let Some((media, data)) = url.strip_prefix("data:").and_then(|rest| rest.split_once(','))
    else {
        return false;
    };
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    media.starts_with("image/")
        && media.ends_with(";base64")
        && !data.is_empty()
        && data.len().is_multiple_of(4)
        && data.bytes().all(base64)
}
