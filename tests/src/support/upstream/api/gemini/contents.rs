//! Whether a `generateContent` request would be taken
//! (<https://ai.google.dev/api/generate-content>, seen 2026-11-21).

use serde_json::Value;

use super::super::super::{Recorded, check};
use super::super::{each, key, text, unknown};
use super::{MADE_ELSEWHERE, missing};

const TOP: &[&str] = &[
    "cachedContent",
    "contents",
    "generationConfig",
    "safetySettings",
    "systemInstruction",
    "toolConfig",
    "tools",
];
const GENERATION: &[&str] = &[
    "frequencyPenalty",
    "maxOutputTokens",
    "mediaResolution",
    "presencePenalty",
    "responseJsonSchema",
    "responseMimeType",
    "seed",
    "stopSequences",
    "temperature",
    "thinkingConfig",
    "topK",
    "topP",
];
const PART: &[&str] = &[
    "fileData",
    "functionCall",
    "functionResponse",
    "inlineData",
    "text",
    "thought",
    "thoughtSignature",
];
const FUNCTION: &[&str] = &["description", "name", "parametersJsonSchema"];

/// What the provider would say against a request to a model that signs its thoughts.
pub(super) fn faults(request: &Recorded) -> Vec<String> {
    let mut faults = check::leaks(&request.headers);
    if request.header("x-goog-api-key") != Some(&key("gemini")) {
        faults.push("API key not valid. Please pass a valid API key.".to_owned());
    }
    faults.extend(endpoint(request, "/gemini/v1beta/models/"));
    faults.extend(body(&request.body));
    faults
}

/// Any path that is not one of a model's methods.
pub(in super::super) fn endpoint(request: &Recorded, models: &str) -> Option<String> {
    let method = request.path.rsplit(':').next().unwrap_or_default();
    let known = ["generateContent", "streamGenerateContent?alt=sse"].contains(&method);
    let served = request.method == "POST" && request.path.starts_with(models) && known;
    (!served).then(|| format!("{} {} is no endpoint", request.method, request.path))
}

/// What the provider would say against a body.
pub(in super::super) fn body(body: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let field = |place: &str, name: &str| {
        format!("Invalid JSON payload received. Unknown name \"{name}\"{place}: Cannot find field.")
    };
    faults.extend(unknown(body, TOP, |name| field("", name)));
    let config = &body["generationConfig"];
    faults.extend(unknown(config, GENERATION, |name| field(" at 'generation_config'", name)));
    let thinking = &config["thinkingConfig"];
    if !thinking["thinkingBudget"].is_null() && !thinking["thinkingLevel"].is_null() {
        faults.push("You can only set only one of thinking budget and thinking level.".to_owned());
    }
    for function in each(&body["tools"]).flat_map(|tool| each(&tool["functionDeclarations"])) {
        let place = " at 'tools[0].function_declarations'";
        faults.extend(unknown(function, FUNCTION, |name| field(place, name)));
        if !is_name(text(function, "name")) {
            faults.push(format!("Invalid function name {}", function["name"]));
        }
    }
    let contents: Vec<&Value> = each(&body["contents"]).collect();
    if contents.is_empty() {
        faults.push("* GenerateContentRequest.contents: contents is not specified".to_owned());
    }
    for (index, content) in contents.iter().enumerate() {
        let place = format!(" at 'contents[{index}].parts[]'");
        let parts: Vec<&Value> = each(&content["parts"]).collect();
        parts.iter().for_each(|part| {
            faults.extend(unknown(part, PART, |name| field(&place, name)));
        });
        if parts.is_empty() {
            faults.push(format!(
                "* GenerateContentRequest.contents[{index}].parts: contents.parts must not be empty."
            ));
        }
        if !["user", "model"].contains(&text(content, "role")) {
            faults.push("Please use a valid role: user, model.".to_owned());
        }
    }
    faults.extend(answered(&contents));
    faults.extend(signed(&contents));
    faults
}

/// Each call has its result in the very next content.
fn answered(contents: &[&Value]) -> Vec<String> {
    let named = |content: &&Value, member: &str| -> Vec<String> {
        let members = each(&content["parts"]).map(|part| &part[member]);
        members.filter(|call| call.is_object()).map(|call| text(call, "name").to_owned()).collect()
    };
    let mut faults = Vec::new();
    let mut open = Vec::new();
    for content in contents {
        if named(content, "functionResponse") != open {
            faults.push(
                "Please ensure that the number of function response parts is equal to the number \
                 of function call parts of the function call turn."
                    .to_owned(),
            );
        }
        open = named(content, "functionCall");
    }
    if !open.is_empty() {
        let what = "Please ensure that function call turn is followed by a function response turn.";
        faults.push(what.to_owned());
    }
    faults
}

/// In the current turn, which the user's last text began, the first call of each step is signed.
fn signed(contents: &[&Value]) -> Vec<String> {
    let begins = |content: &&Value| {
        content["role"] == "user" && each(&content["parts"]).any(|part| part["text"].is_string())
    };
    let turn = contents.iter().rposition(begins).unwrap_or(0);
    let mut faults = Vec::new();
    for (index, content) in contents.iter().enumerate() {
        let mut calls = each(&content["parts"]).filter(|part| part["functionCall"].is_object());
        let first = calls.next().filter(|_| index > turn);
        if let Some(part) = first.filter(|part| part["thoughtSignature"].is_null()) {
            faults.push(missing(text(&part["functionCall"], "name"), index + 1));
        }
        let signatures = each(&content["parts"]).map(|part| text(part, "thoughtSignature"));
        let foreign = |signature: &&str| *signature != MADE_ELSEWHERE && !is_base64(signature);
        if signatures.into_iter().any(|signature| foreign(&signature)) {
            faults.push("Corrupted thought signature.".to_owned());
        }
    }
    faults
}

fn is_name(name: &str) -> bool {
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte);
    (1..=128).contains(&name.len())
        && name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
        && name.bytes().all(letters)
}

fn is_base64(text: &str) -> bool {
    let digit = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    text.len().is_multiple_of(4) && text.bytes().all(digit)
}
