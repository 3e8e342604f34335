//! Writes a Chat Completions request (rules C1–C8, C11–C14, C16, C18).
//!
//! <https://platform.openai.com/docs/api-reference/chat/create>, as of 2026-11-21.

use serde::{Deserialize, Serialize};

use super::body::Body;
use super::messages::Messages;
use super::profile::{OutputFormat, Profile, ReasoningInside};
use super::{media, params, tools};
use crate::history::{Earlier, Rules, arrange};
use crate::names::{Alphabet, NameRule, Names};
use crate::notes::Notes;
use crate::output::Form;
use crate::provider::Begun;
use crate::tools::Offer;
use crate::types::{
    Failure, Field, Header, HostedTool, HttpRequest, MediaKind, Method, OutputSchema, Request,
    Target,
};
use crate::{extra, json, schema, size};

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
        message_extra: profile.message_extra,
    };
    let mut turns = arrange(&rules, request, &mut notes)?;
    let form = Form::of(request);
    match (profile.output_format, form) {
        (OutputFormat::None, _) | (OutputFormat::JsonObject, Form::Schema(_)) => {
            form.instruct(&mut turns, &mut notes);
        }
        _ => {}
    }
    let runs = |hosted: &HostedTool| searches(profile, request, hosted);
    let offer = Offer::new(profile.tool_names, request, runs, &mut notes);
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
    write_format(&mut body, form);
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

/// Whether this is the web search that goes on as the member that a client asked with for it.
fn searches(profile: &Profile, request: &Request, tool: &HostedTool) -> bool {
    const MEMBER: &str = "web_search_options";
    tool.kind == "web_search"
        && extra::passes(request, profile.extra, MEMBER)
        && extra::member(request, MEMBER).is_some()
}

fn write_format(body: &mut Body<'_>, form: Form<'_>) {
    match (form, body.profile.output_format) {
        (Form::Free, _) | (_, OutputFormat::None) => {}
        (Form::Json(asked), OutputFormat::JsonObject | OutputFormat::JsonSchema) => {
            body.raw("response_format", asked);
        }
        (Form::Json(_), OutputFormat::SchemaOnly) => {
            write_schema(body, "answer", r#"{"type":"object"}"#, false);
        }
        (Form::Schema(_), OutputFormat::JsonObject) => {
            body.raw("response_format", r#"{"type":"json_object"}"#);
        }
        (Form::Schema(output), OutputFormat::JsonSchema | OutputFormat::SchemaOnly) => {
            write_named(body, output);
        }
    }
}

fn write_named(body: &mut Body<'_>, output: &OutputSchema) {
    let rule = NameRule { alphabet: Alphabet::Word, min: 1, max: 64 };
    let name = output.name.as_deref().filter(|name| !name.is_empty()).unwrap_or("answer");
    let strict = output.strict && schema::qualifies_as_strict(&output.schema);
    if output.strict && !strict {
        let why = "the provider cannot keep strictly to this schema";
        body.notes.dropped("output_schema.strict", why);
    }
    write_schema(body, &rule.apply(name), &output.schema, strict);
}

fn write_schema(body: &mut Body<'_>, name: &str, schema: &str, strict: bool) {
    let Some(writer) = body.member("response_format") else { return };
    writer.open_object();
    writer.string_member("type", "json_schema");
    writer.key("json_schema");
    writer.open_object();
    writer.string_member("name", name);
    writer.raw_member("schema", schema);
    if strict {
        writer.raw_member("strict", "true");
    }
    writer.close_object();
    writer.close_object();
}
