//! Writes a `generateContent` request (rules C1–C9, C11–C13, C16).
//!
//! <https://ai.google.dev/api/generate-content#request-body> and
//! <https://ai.google.dev/gemini-api/docs/caching>, as of 2026-11-21.

use crate::history::{Earlier, MidSystem, Rules, Turn, arrange};
use crate::names::{Alphabet, NameRule, Names};
use crate::notes::Notes;
use crate::output::Form;
use crate::{Begun, Failure, Field, Header, HttpRequest, Method, Request, Target};
use crate::{extra, json, size};
use serde::{Deserialize, Serialize};

use super::contents::{self, Contents};
use super::extra::Passed;
use super::family::Family;
use super::settings::Settings;
use super::tools::Tools;
use super::{Service, generation, media};

/// What reading the answer remembers of the request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// A stream was asked for.
    #[serde(rename = "s")]
    pub(crate) stream: bool,
    /// The client asked for a search of the web.
    #[serde(rename = "w", skip_serializing_if = "std::ops::Not::not")]
    pub(crate) searches: bool,
    /// Tools that are called otherwise here.
    #[serde(rename = "n", skip_serializing_if = "Names::is_empty")]
    pub(crate) names: Names,
}

/// Ids of calls: any text.
const CALL_IDS: NameRule = NameRule { alphabet: Alphabet::Any, min: 1, max: 256 };

/// The prompt of a request, ready to be written.
#[derive(Debug)]
pub(crate) struct Prompt<'a> {
    family: Family,
    turns: Vec<Turn<'a>>,
    /// The answer's form, where it is a setting.
    form: Form<'a>,
    /// The tools.
    pub(crate) tools: Tools<'a>,
    /// A cached prefix, which holds instructions and tools.
    cached: Option<String>,
}

/// Writes `request` for the model's resource `path`: `/models/gemini-2.5-pro`.
///
/// # Errors
/// What the provider cannot take, by its path.
pub fn begin(
    service: Service,
    path: &str,
    target: &Target,
    request: &Request,
) -> Result<Begun<State>, Failure> {
    let settings = Settings::of(target)?;
    let mut notes = Notes::default();
    let prompt = Prompt::read(service, &settings, target, request, &mut notes)?;
    let mut writer = json::Writer::with_capacity(size::body(request));
    writer.open_object();
    prompt.write(service, target, &mut notes, &mut writer);
    prompt.write_tools(request, &mut notes, &mut writer)?;
    let passed = Passed { service, family: prompt.family, request };
    generation::write(&passed, prompt.form, &settings, target, &mut notes, &mut writer);
    passed.write_top(&mut writer);
    write_safety(&settings, request, &mut writer);
    if service == Service::Vertex
        && let Some(labels) = member(request, &["labels"])
    {
        writer.raw_member("labels", &labels.value);
    }
    writer.close_object();
    note_rest(&passed, &mut notes);
    let method = if request.stream { "streamGenerateContent?alt=sse" } else { "generateContent" };
    let accept = if request.stream { "text/event-stream" } else { "application/json" };
    Ok(Begun {
        http: HttpRequest {
            method: Method::Post,
            path: format!("{path}:{method}"),
            headers: vec![header("content-type", "application/json"), header("accept", accept)],
            body: writer.into_segments(),
        },
        state: State {
            stream: request.stream,
            searches: prompt.tools.searches(),
            names: prompt.tools.offer.names(),
        },
        notes: notes.into_vec(),
    })
}

impl<'a> Prompt<'a> {
    /// Brings the conversation into the order that Gemini asks for.
    pub(crate) fn read(
        service: Service,
        settings: &Settings,
        target: &Target,
        request: &'a Request,
        notes: &mut Notes,
    ) -> Result<Self, Failure> {
        let family = Family::of(&target.model);
        let rules = Rules {
            target,
            media: media::TAKES,
            in_results: contents::in_results(&family),
            call_ids: CALL_IDS,
            mid_system: MidSystem::Folded,
            thinking: Earlier::All,
            error_field: true,
            message_extra: &[],
        };
        let mut turns = arrange(&rules, request, notes)?;
        let tools = Tools::new(service, &family, request, notes);
        let mut form = Form::of(request);
        if tools.any() && !family.forms_beside_tools() {
            form.instruct(&mut turns, notes);
            form = Form::Free;
        }
        let named = member(request, &["cachedContent", "cached_content"]);
        let named = named.and_then(|field| serde_json::from_str(&field.value).ok());
        let cached = named.or_else(|| settings.cached_content.clone());
        Ok(Self { family, turns, form, tools, cached })
    }

    /// Writes instructions and conversation.
    pub(crate) fn write(
        &self,
        service: Service,
        target: &Target,
        notes: &mut Notes,
        writer: &mut json::Writer,
    ) {
        let mut turns = self.turns.as_slice();
        if let (Some(_), Some((Turn::System(..), rest))) = (&self.cached, turns.split_first()) {
            notes.dropped("system", "the cached content holds the instructions");
            turns = rest;
        }
        let offer = &self.tools.offer;
        let family = self.family;
        let mut contents = Contents { service, family, target, offer, notes };
        contents.write(turns, writer);
    }

    /// Writes the tools and the choice among them, or the cached prefix that holds them.
    fn write_tools(
        &self,
        request: &Request,
        notes: &mut Notes,
        writer: &mut json::Writer,
    ) -> Result<(), Failure> {
        let Some(name) = &self.cached else {
            return self.tools.write(request, notes, writer);
        };
        writer.string_member("cachedContent", name);
        if !request.tools.is_empty() {
            notes.dropped("tools", "the cached content holds the tools");
        }
        Ok(())
    }
}

/// A client's own safety settings count before the operator's.
fn write_safety(settings: &Settings, request: &Request, writer: &mut json::Writer) {
    if let Some(field) = member(request, &["safetySettings", "safety_settings"]) {
        return writer.raw_member("safetySettings", &field.value);
    }
    if settings.safety_settings.is_empty() {
        return;
    }
    writer.key("safetySettings");
    writer.open_array();
    settings.safety_settings.iter().for_each(|setting| writer.raw(setting.get()));
    writer.close_array();
}

/// Notes what of the request goes nowhere.
fn note_rest(passed: &Passed<'_>, notes: &mut Notes) {
    let Passed { service, request, .. } = *passed;
    notes.cache_hints(request);
    if request.user.is_some() {
        notes.dropped("user", "the provider takes no user id");
    }
    for field in extra::members(request) {
        let name = field.name.as_str();
        let known = OWN.contains(&name)
            || (name == "labels" && service == Service::Vertex)
            || passed.value(field).is_some();
        if !known {
            extra::drop(request, field, notes);
        }
    }
}

/// Members of Gemini's own that clients may pass through.
const OWN: &[&str] = &["cachedContent", "cached_content", "safetySettings", "safety_settings"];

fn member<'r>(request: &'r Request, names: &[&str]) -> Option<&'r Field> {
    let mut fields = request.extra.iter().filter(|field| field.value != "null");
    fields.find(|field| names.contains(&field.name.as_str()))
}

pub(crate) fn header(name: &str, value: &str) -> Header {
    Header { name: name.into(), value: value.into() }
}
