//! The settings of a request: limits, sampling, thinking, the answer's form, ids and what clients
//! pass through (rules C7–C9, C11, C12, C18).

use super::profile::{Options, Profile, Thinks};
use crate::names::{Alphabet, NameRule, short_id};
use crate::notes::Notes;
use crate::output::Form;
use crate::types::{OutputSchema, Reasoning, Request, Target};
use crate::{body, effort, extra, json, schema};

/// Fewest tokens that the API takes for an output limit.
const LEAST_OUTPUT: u32 = 16;

/// Writes the settings. `search`: the provider's web search is offered.
pub(crate) fn write(
    profile: &Profile,
    options: &Options,
    target: &Target,
    request: &Request,
    search: bool,
    notes: &mut Notes,
    writer: &mut json::Writer,
) {
    if let Some(limit) = body::output_limit(target, request, notes) {
        if limit < LEAST_OUTPUT {
            notes.clamped("max_output_tokens", format!("{LEAST_OUTPUT} is the least"));
        }
        writer.key("max_output_tokens");
        writer.integer(u64::from(limit.max(LEAST_OUTPUT)));
    }
    sampling(profile, request, notes, writer);
    let asked = thinking(profile, options, target, request, search, notes, writer);
    let mut include = Vec::new();
    if asked || matches!(profile.thinks, Thinks::Always(_)) {
        include.push("reasoning.encrypted_content");
    }
    if search {
        include.push("web_search_call.action.sources");
    }
    if !include.is_empty() {
        writer.key("include");
        writer.open_array();
        include.iter().for_each(|name| writer.string(name));
        writer.close_array();
    }
    writer.key("store");
    writer.bool(options.session);
    if let Some(threshold) = options.compact_threshold {
        let json = format!(r#"[{{"type":"compaction","compact_threshold":{threshold}}}]"#);
        writer.raw_member("context_management", &json);
    }
    format(profile, request, notes, writer);
    if let Some(user) = &request.user {
        match profile.user {
            Some(member) => writer.string_member(member, &short_id(user, 64)),
            None => notes.dropped("user", "the provider takes no user id"),
        }
    }
    if let Some(session) = request.session.as_deref().filter(|_| profile.cache_key) {
        writer.string_member("prompt_cache_key", &short_id(session, 64));
    }
    pass(profile, request, notes, writer);
}

fn sampling(profile: &Profile, request: &Request, notes: &mut Notes, writer: &mut json::Writer) {
    match request.temperature {
        Some(temperature) if profile.sampling => {
            let taken = temperature.clamp(0.0, 2.0);
            if taken != temperature {
                notes.clamped("temperature", format!("{taken} is the nearest that is taken"));
            }
            writer.key("temperature");
            writer.number(taken);
        }
        Some(_) => notes.dropped("temperature", "the model takes none"),
        None => {}
    }
    match request.top_p {
        Some(top_p) if profile.sampling => {
            writer.key("top_p");
            writer.number(top_p);
        }
        Some(_) => notes.dropped("top_p", "the model takes none"),
        None => {}
    }
    if request.top_k.is_some() {
        notes.dropped("top_k", "the provider takes none");
    }
    if !request.stop_sequences.is_empty() {
        notes.dropped("stop_sequences", "the provider takes none");
    }
}

/// Writes `reasoning`, and tells whether thinking was asked for.
fn thinking(
    profile: &Profile,
    options: &Options,
    target: &Target,
    request: &Request,
    search: bool,
    notes: &mut Notes,
    writer: &mut json::Writer,
) -> bool {
    let Some(reasoning) = &request.reasoning else { return false };
    let off = effort::is_off(reasoning);
    if profile.thinks == Thinks::Never {
        if !off {
            notes.dropped("reasoning", format!("{} does not think", target.model));
        }
        return false;
    }
    let effort = effort(profile, reasoning, search, notes);
    let summary = options.summary.word().filter(|_| reasoning.visible && !off);
    if effort.is_some() || summary.is_some() {
        writer.key("reasoning");
        writer.open_object();
        if let Some(effort) = effort {
            writer.string_member("effort", effort);
        }
        if let Some(summary) = summary {
            writer.string_member("summary", summary);
        }
        writer.close_object();
    }
    !off
}

fn effort<'r>(
    profile: &Profile,
    reasoning: &'r Reasoning,
    search: bool,
    notes: &mut Notes,
) -> Option<&'r str> {
    let asked = effort::asked(reasoning)?;
    let taken = match profile.thinks {
        Thinks::Always(known) => effort::nearest(asked, known)?,
        Thinks::Asked | Thinks::Never => asked,
    };
    if search && taken == "minimal" {
        notes.clamped("reasoning.effort", "low is the least that goes with web search");
        return Some("low");
    }
    if taken != asked {
        notes.clamped("reasoning.effort", format!("{taken} is the nearest to {asked}"));
    }
    Some(taken)
}

/// The form of the answer's text.
pub(crate) fn format(
    profile: &Profile,
    request: &Request,
    notes: &mut Notes,
    writer: &mut json::Writer,
) {
    let form = Form::of(request);
    let verbosity = extra::member(request, VERBOSITY);
    let verbosity = verbosity.filter(|field| extra::passes(request, profile.extra, &field.name));
    if matches!(form, Form::Free) && verbosity.is_none() {
        return;
    }
    writer.key("text");
    writer.open_object();
    match form {
        Form::Free => {}
        Form::Json(asked) => writer.raw_member("format", asked),
        Form::Schema(output) => write_schema(output, notes, writer),
    }
    if let Some(verbosity) = verbosity {
        writer.raw_member(VERBOSITY, &verbosity.value);
    }
    writer.close_object();
}

/// How much to say: a member of `text` here.
const VERBOSITY: &str = "verbosity";

fn write_schema(output: &OutputSchema, notes: &mut Notes, writer: &mut json::Writer) {
    let rule = NameRule { alphabet: Alphabet::Word, min: 1, max: 64 };
    let name = output.name.as_deref().filter(|name| !name.is_empty()).unwrap_or("answer");
    let strict = output.strict && schema::qualifies_as_strict(&output.schema);
    if output.strict && !strict {
        let why = "the provider cannot keep strictly to this schema";
        notes.dropped("output_schema.strict", why);
    }
    writer.key("format");
    writer.open_object();
    writer.string_member("type", "json_schema");
    writer.string_member("name", &rule.apply(name));
    writer.raw_member("schema", &output.schema);
    writer.key("strict");
    writer.bool(strict);
    writer.close_object();
}

/// Writes what clients pass through, but for what is written already.
fn pass(profile: &Profile, request: &Request, notes: &mut Notes, writer: &mut json::Writer) {
    for field in extra::members(request) {
        let name = field.name.as_str();
        let known = extra::passes(request, profile.extra, name);
        if known && name == VERBOSITY {
            continue;
        }
        if known && !(request.user.is_some() && profile.user == Some(name)) {
            writer.raw_member(name, &field.value);
        } else {
            extra::drop(request, field, notes);
        }
    }
}
