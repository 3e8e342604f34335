//! Writes a Chat Completions request (rules C1–C8, C11–C14, C16, C18).
//!
//! <https://platform.openai.com/docs/api-reference/chat/create>, as of 2026-11-21.

use serde::{Deserialize, Serialize};

use super::profile::{OutputFormat, Profile};
use super::{media, params, tools};
use crate::history::{Answered, Call, Earlier, Piece, Rules, Said, Turn, arrange};
use crate::names::{Alphabet, NameRule, Names};
use crate::notes::Notes;
use crate::provider::Begun;
use crate::tools::Offer;
use crate::types::{CacheHint, Failure, Header, HttpRequest, MediaKind, Method, Request, Target};
use crate::{json, schema, size};

/// What reading the answer remembers of the request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// A stream was asked for.
    #[serde(rename = "s")]
    pub stream: bool,
    /// Tools that are called otherwise here.
    #[serde(rename = "n", skip_serializing_if = "Names::is_empty")]
    pub names: Names,
    /// The stop sequences that were sent.
    #[serde(rename = "e", skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<String>,
}

/// Writes `request` in the ways of `profile`.
///
/// # Errors
/// What the provider cannot take, by its path.
pub fn begin(
    profile: &Profile,
    target: &Target,
    request: &Request,
) -> Result<Begun<State>, Failure> {
    let mut notes = Notes::default();
    let rules = Rules {
        target,
        media: media::takes(profile),
        in_results: if profile.tool_images { &[MediaKind::Image] } else { &[] },
        call_ids: profile.call_ids,
        mid_system: profile.mid_system,
        thinking: if profile.reasoning_back.is_some() { Earlier::Texts } else { Earlier::Dropped },
        error_field: false,
    };
    let mut turns = arrange(&rules, request, &mut notes)?;
    if profile.output_format == OutputFormat::JsonObject
        && let Some(output) = &request.output_schema
    {
        let text = format!("Answer with one JSON object of this JSON Schema:\n{}", output.schema);
        let piece = Piece::new(text, None);
        match turns.first_mut() {
            Some(Turn::System(pieces)) => pieces.push(piece),
            _ => turns.insert(0, Turn::System(vec![piece])),
        }
    }
    let offer = Offer::new(profile.tool_names, request, |_| false, &mut notes);
    let mut writer = json::Writer::with_capacity(size::body(request));
    writer.open_object();
    writer.string_member("model", &target.model);
    writer.key("messages");
    writer.open_array();
    for turn in &turns {
        write_turn(profile, &offer, turn, &mut writer);
    }
    writer.close_array();
    tools::write(profile, &offer, request, &mut notes, &mut writer)?;
    let stop = params::write(profile, target, request, offer.any(), &mut notes, &mut writer);
    write_format(profile, request, &mut notes, &mut writer);
    if request.stream {
        writer.raw_member("stream", "true");
        if profile.stream_usage {
            writer.raw_member("stream_options", r#"{"include_usage":true}"#);
        }
    }
    writer.close_object();
    if !profile.cache_hints {
        notes.cache_hints(request);
    }
    let accept = if request.stream { "text/event-stream" } else { "application/json" };
    let header = |name: &str, value: &str| Header { name: name.into(), value: value.into() };
    Ok(Begun {
        http: HttpRequest {
            method: Method::Post,
            path: profile.path.into(),
            headers: vec![header("content-type", "application/json"), header("accept", accept)],
            body: writer.into_segments(),
        },
        state: State { stream: request.stream, names: offer.names(), stop },
        notes: notes.into_vec(),
    })
}

fn write_turn(profile: &Profile, offer: &Offer<'_>, turn: &Turn<'_>, writer: &mut json::Writer) {
    match turn {
        Turn::System(pieces) => {
            write_message(profile, profile.system_role, pieces, "\n\n", writer);
        }
        Turn::User(pieces) => write_message(profile, "user", pieces, "\n\n", writer),
        Turn::Assistant(said) => write_assistant(profile, offer, said, writer),
        Turn::Result(Answered { id, content, .. }) => {
            write_message(profile, "tool", content, "\n", writer);
            writer.string_member("tool_call_id", id);
        }
    }
    writer.close_object();
}

/// A message with its content, still open.
fn write_message(
    profile: &Profile,
    role: &str,
    pieces: &[Piece<'_>],
    joint: &str,
    writer: &mut json::Writer,
) {
    writer.open_object();
    writer.string_member("role", role);
    writer.key("content");
    write_content(profile, pieces, joint, writer);
}

/// One string where that can be, since every server reads it; else a list of parts.
fn write_content(profile: &Profile, pieces: &[Piece<'_>], joint: &str, writer: &mut json::Writer) {
    let text = |piece: &'_ Piece<'_>| match piece {
        Piece::Text { cache, .. } => !profile.cache_hints || cache.is_none(),
        Piece::Media(_) => false,
    };
    if pieces.iter().all(text) {
        writer.open_string();
        for (index, piece) in pieces.iter().enumerate() {
            if index > 0 {
                writer.chars(joint);
            }
            if let Piece::Text { text, .. } = piece {
                writer.chars(text);
            }
        }
        writer.close_string();
        return;
    }
    writer.open_array();
    for piece in pieces {
        match piece {
            Piece::Media(media) => media::write(writer, media),
            Piece::Text { text, cache, .. } => {
                writer.open_object();
                writer.string_member("type", "text");
                writer.string_member("text", text);
                write_hint(profile, *cache, writer);
                writer.close_object();
            }
        }
    }
    writer.close_array();
}

fn write_hint(profile: &Profile, cache: Option<CacheHint>, writer: &mut json::Writer) {
    if let Some(cache) = cache.filter(|_| profile.cache_hints) {
        let hour = cache.ttl.is_some_and(|ttl| ttl > 300);
        writer.raw_member("cache_control", if hour { HOUR } else { DEFAULT });
    }
}

const DEFAULT: &str = r#"{"type":"ephemeral"}"#;
const HOUR: &str = r#"{"type":"ephemeral","ttl":"1h"}"#;

/// An assistant message, still open.
fn write_assistant(
    profile: &Profile,
    offer: &Offer<'_>,
    said: &[Said<'_>],
    writer: &mut json::Writer,
) {
    let mut texts = Vec::new();
    let mut thinking = Vec::new();
    for part in said {
        match part {
            Said::Text(text) if text.text.is_empty() => {}
            Said::Text(text) => texts.push(Piece::new(&text.text, text.cache)),
            Said::Thinking(part) => thinking.push(part.text.as_str()),
            Said::Call(_) => {}
        }
    }
    let mut calls = said.iter().filter_map(Said::call).peekable();
    writer.open_object();
    writer.string_member("role", "assistant");
    writer.key("content");
    if !texts.is_empty() {
        write_content(profile, &texts, "\n\n", writer);
    } else if calls.peek().is_none() {
        writer.string("");
    } else {
        writer.null();
    }
    if let Some(member) = profile.reasoning_back
        && (profile.reasoning_back_always || !thinking.is_empty())
    {
        writer.string_member(member, &thinking.join("\n\n"));
    }
    if calls.peek().is_none() {
        return;
    }
    writer.key("tool_calls");
    writer.open_array();
    for Call { id, call, .. } in calls {
        writer.open_object();
        writer.string_member("id", id);
        writer.string_member("type", "function");
        writer.key("function");
        writer.open_object();
        writer.string_member("name", &offer.name_of(&call.name));
        let arguments = call.arguments.trim();
        writer.string_member("arguments", if arguments.is_empty() { "{}" } else { arguments });
        writer.close_object();
        writer.close_object();
    }
    writer.close_array();
}

fn write_format(
    profile: &Profile,
    request: &Request,
    notes: &mut Notes,
    writer: &mut json::Writer,
) {
    let Some(output) = &request.output_schema else { return };
    match profile.output_format {
        OutputFormat::None => {
            notes.dropped("output_schema", "the provider keeps to no schema");
        }
        OutputFormat::JsonObject => {
            notes.moved("output_schema", "the schema was put into the instructions");
            writer.raw_member("response_format", r#"{"type":"json_object"}"#);
        }
        OutputFormat::JsonSchema => {
            let rule = NameRule { alphabet: Alphabet::Word, min: 1, max: 64 };
            let name = output.name.as_deref().filter(|name| !name.is_empty()).unwrap_or("answer");
            writer.key("response_format");
            writer.open_object();
            writer.string_member("type", "json_schema");
            writer.key("json_schema");
            writer.open_object();
            writer.string_member("name", &rule.apply(name));
            writer.raw_member("schema", &output.schema);
            if output.strict {
                if schema::qualifies_as_strict(&output.schema) {
                    writer.raw_member("strict", "true");
                } else {
                    let why = "the provider cannot keep strictly to this schema";
                    notes.dropped("output_schema.strict", why);
                }
            }
            writer.close_object();
            writer.close_object();
        }
    }
}
