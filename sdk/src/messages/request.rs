//! Writes a Messages request (rules C1–C18 as far as they concern a plugin).
//!
//! <https://platform.claude.com/docs/en/api/messages>, as of 2026-11-21.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::arrange::{Arranged, arrange};
use super::body::Body;
use super::family::Family;
use super::think::{Asked, Plan, is_unthought};
use super::tools::ToolNames;
use super::wire::{Cache, Config, Version, Wire};
use crate::failure;
use crate::json;
use crate::names::Names;
use crate::notes::Notes;
use crate::provider::Begun;
use crate::types::{
    CacheHint, Dialect, Failure, Header, HttpRequest, Method, Part, Request, ResultPart, Target,
    Text, Tool,
};

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
}

/// What a body is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Answer,
    Count,
}

/// Writes `request` for a host of Claude. `path` is where the host takes it.
///
/// # Errors
/// What Claude or the host cannot take, by its path.
pub fn begin(
    wire: &Wire,
    path: &str,
    target: &Target,
    request: &Request,
) -> Result<Begun<State>, Failure> {
    let body = write(wire, target, request, Purpose::Answer)?;
    let headers = headers(&body, request.stream);
    Ok(Begun {
        state: State { stream: request.stream, names: body.names.into_names() },
        notes: body.notes.into_vec(),
        http: post(path, headers, body.writer),
    })
}

/// Writes the request that counts the tokens of `request`.
///
/// # Errors
/// As [`begin`].
pub fn count_tokens(
    wire: &Wire,
    path: &str,
    target: &Target,
    request: &Request,
) -> Result<HttpRequest, Failure> {
    let body = write(wire, target, request, Purpose::Count)?;
    let headers = headers(&body, false);
    Ok(post(path, headers, body.writer))
}

fn post(path: &str, headers: Vec<Header>, writer: json::Writer) -> HttpRequest {
    HttpRequest { method: Method::Post, path: path.into(), headers, body: writer.into_segments() }
}

fn write<'a>(
    wire: &'a Wire,
    target: &'a Target,
    request: &'a Request,
    purpose: Purpose,
) -> Result<Body<'a>, Failure> {
    let config = Config::read(target)?;
    let native = request.dialect == Dialect::AnthropicMessages;
    let mut body = Body {
        wire,
        target,
        request,
        family: Family::of(&target.model),
        native,
        auto_cache: !native && config.cache == Cache::Auto && !is_hinted(request),
        hint: None,
        names: ToolNames::new(request),
        betas: Vec::new(),
        notes: Notes::default(),
        writer: json::Writer::with_capacity(estimate(request)),
    };
    for header in request.headers.iter().filter(|header| header.name == "anthropic-beta") {
        header.value.split(',').for_each(|flag| body.beta(flag.trim()));
    }
    config.betas.into_iter().for_each(|flag| body.beta(flag));
    let Arranged { system, turns } = arrange(&body.family, request, &mut body.notes);
    if turns.is_empty() {
        return Err(failure::invalid("messages", "there is nothing to answer; add a user message"));
    }
    let answer = purpose == Purpose::Answer;
    body.writer.open_object();
    if let Version::Body(version) = wire.version {
        body.writer.string_member("anthropic_version", version);
    }
    if wire.model {
        body.writer.string_member("model", &target.model);
    }
    let output_limit = body.output_limit();
    if answer {
        body.writer.key("max_tokens");
        body.writer.integer(u64::from(output_limit));
    }
    let asked = Asked {
        model: &target.model,
        reasoning: request.reasoning.as_ref(),
        forced: body.forces_tools(),
        unthought: is_unthought(&turns),
        output_limit,
    };
    let plan = Plan::new(&body.family, &asked, &mut body.notes);
    plan.write_thinking(&mut body.writer);
    body.output_config(&plan);
    let hint = body.auto_cache.then_some(CacheHint { ttl: None });
    let form_text = body.form_text();
    body.tools(hint.filter(|_| system.is_empty() && form_text.is_none()));
    body.tool_choice()?;
    body.system(&system, form_text, hint);
    body.writer.key("messages");
    body.writer.open_array();
    let last = turns.len() - 1;
    for (index, turn) in turns.iter().enumerate() {
        body.turn(turn, index == last)?;
    }
    body.writer.close_array();
    if answer {
        body.settings(&plan);
        body.extra_members();
    }
    if wire.betas_in_body && !body.betas.is_empty() {
        body.writer.key("anthropic_beta");
        body.writer.open_array();
        body.betas.iter().for_each(|flag| body.writer.string(flag));
        body.writer.close_array();
    }
    body.writer.close_object();
    Ok(body)
}

impl Body<'_> {
    fn system(&mut self, system: &[&Text], form_text: Option<String>, hint: Option<CacheHint>) {
        let texts: Vec<_> = system.iter().filter(|text| !text.text.trim().is_empty()).collect();
        if texts.is_empty() && form_text.is_none() {
            return;
        }
        self.writer.key("system");
        self.writer.open_array();
        let last = texts.len().saturating_sub(1);
        for (index, text) in texts.into_iter().enumerate() {
            self.hint = hint.filter(|_| index == last && form_text.is_none());
            self.text(text, &format!("system[{index}]"), false);
        }
        if let Some(text) = form_text {
            self.hint = hint;
            self.plain_text(&text);
        }
        self.hint = None;
        self.writer.close_array();
    }
}

fn headers(body: &Body<'_>, stream: bool) -> Vec<Header> {
    let header = |name: &str, value: &str| Header { name: name.into(), value: value.into() };
    let accept = if stream { "text/event-stream" } else { "application/json" };
    let mut headers = vec![header("content-type", "application/json"), header("accept", accept)];
    if let Version::Header(usual) = body.wire.version {
        let own = body.request.headers.iter().find(|header| header.name == "anthropic-version");
        headers.push(header("anthropic-version", own.map_or(usual, |header| &header.value)));
    }
    if !body.wire.betas_in_body && !body.betas.is_empty() {
        let betas: Vec<&str> = body.betas.iter().map(Cow::as_ref).collect();
        headers.push(header("anthropic-beta", &betas.join(",")));
    }
    headers
}

/// Whether the client placed cache breakpoints of its own.
pub fn is_hinted(request: &Request) -> bool {
    let in_part = |part: &Part| match part {
        Part::Text(text) => text.cache.is_some(),
        Part::Media(media) => media.cache.is_some(),
        Part::ToolCall(call) => call.cache.is_some(),
        Part::ToolResult(result) => result.cache.is_some(),
        Part::Thinking(_) | Part::Other(_) => false,
    };
    let in_tool = |tool: &Tool| matches!(tool, Tool::Function(tool) if tool.cache.is_some());
    request.system.iter().any(|text| text.cache.is_some())
        || request.tools.iter().any(in_tool)
        || request.messages.iter().flat_map(|message| &message.parts).any(in_part)
}

/// Bytes of text to expect, so that the body is allocated once.
fn estimate(request: &Request) -> usize {
    let part = |part: &Part| match part {
        Part::Text(text) => text.text.len() + 64,
        Part::Thinking(thinking) => {
            thinking.text.len() + thinking.state.as_ref().map_or(0, String::len) + 64
        }
        Part::ToolCall(call) => call.arguments.len() + 128,
        Part::ToolResult(result) => result.content.iter().fold(128, |sum, part| match part {
            ResultPart::Text(text) => sum + text.len() + 64,
            ResultPart::Media(_) | ResultPart::Other(_) => sum + 256,
        }),
        Part::Other(json) => json.len(),
        Part::Media(_) => 256,
    };
    let tool = |tool: &Tool| match tool {
        Tool::Function(tool) => {
            tool.parameters.len() + tool.description.as_ref().map_or(0, String::len) + 128
        }
        Tool::Hosted(hosted) => hosted.config.len(),
    };
    let messages = request.messages.iter().flat_map(|message| &message.parts).map(part);
    let system = request.system.iter().map(|text| text.text.len() + 64);
    let bytes: usize = messages.chain(system).chain(request.tools.iter().map(tool)).sum();
    bytes + bytes / 16 + 1024
}
