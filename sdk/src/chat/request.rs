//! Writes a Chat Completions request (rules C1–C8, C11–C14, C16, C18).
//!
//! <https://platform.openai.com/docs/api-reference/chat/create>, as of 2026-11-21.

use serde::{Deserialize, Serialize};

use super::body::Body;
use super::messages::Messages;
use super::profile::{OutputFormat, Profile, ReasoningInside};
use super::{media, params, tools};
use crate::history::{Earlier, Piece, Rules, Turn, arrange};
use crate::names::{Alphabet, NameRule, Names};
use crate::notes::Notes;
use crate::provider::Begun;
use crate::tools::Offer;
use crate::types::{Failure, Field, Header, HttpRequest, MediaKind, Method, Request, Target};
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
    begin_with(profile, target, request, &[])
}

/// As [`begin`], with members for the top of the body; they stand in place of those of the same
/// name.
///
/// # Errors
/// As [`begin`].
pub fn begin_with(
    profile: &Profile,
    target: &Target,
    request: &Request,
    given: &[Field],
) -> Result<Begun<State>, Failure> {
    let mut notes = Notes::default();
    let takes_thinking =
        profile.reasoning_back.is_some() || profile.reasoning_inside != ReasoningInside::None;
    let rules = Rules {
        target,
        media: media::takes(profile),
        in_results: if profile.tool_images { &[MediaKind::Image] } else { &[] },
        call_ids: profile.call_ids,
        mid_system: profile.mid_system,
        thinking: match (profile.reasoning_details, takes_thinking) {
            (true, _) => Earlier::All,
            (false, true) => Earlier::Texts,
            (false, false) => Earlier::Dropped,
        },
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
    let writer = json::Writer::with_capacity(size::body(request));
    let mut body = Body::new(profile, given, notes, writer);
    body.string("model", &target.model);
    let mut messages = Messages { profile, offer: &offer, notes: Notes::default() };
    if let Some(writer) = body.member("messages") {
        writer.open_array();
        messages.write(&turns, writer);
        writer.close_array();
    }
    body.notes.append(messages.notes);
    tools::write(&mut body, &offer, target, request)?;
    let stop = params::write(&mut body, target, request, offer.any());
    write_format(&mut body, request);
    if request.stream {
        body.raw("stream", "true");
        if profile.stream_usage
            && let Some(writer) = body.own_member("stream_options")
        {
            writer.raw(r#"{"include_usage":true}"#);
        }
    }
    let (writer, mut notes) = body.finish();
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

fn write_format(body: &mut Body<'_>, request: &Request) {
    let Some(output) = &request.output_schema else { return };
    match body.profile.output_format {
        OutputFormat::None => {
            body.notes.dropped("output_schema", "the provider keeps to no schema");
        }
        OutputFormat::JsonObject => {
            body.notes.moved("output_schema", "the schema was put into the instructions");
            body.raw("response_format", r#"{"type":"json_object"}"#);
        }
        OutputFormat::JsonSchema => {
            let rule = NameRule { alphabet: Alphabet::Word, min: 1, max: 64 };
            let name = output.name.as_deref().filter(|name| !name.is_empty()).unwrap_or("answer");
            let strict = output.strict && schema::qualifies_as_strict(&output.schema);
            if output.strict && !strict {
                let why = "the provider cannot keep strictly to this schema";
                body.notes.dropped("output_schema.strict", why);
            }
            let Some(writer) = body.member("response_format") else { return };
            writer.open_object();
            writer.string_member("type", "json_schema");
            writer.key("json_schema");
            writer.open_object();
            writer.string_member("name", &rule.apply(name));
            writer.raw_member("schema", &output.schema);
            if strict {
                writer.raw_member("strict", "true");
            }
            writer.close_object();
            writer.close_object();
        }
    }
}
