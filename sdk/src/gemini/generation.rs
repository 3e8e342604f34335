//! `generationConfig`: limits, sampling, thinking and the answer's form (rules C7, C8, C12).
//!
//! <https://ai.google.dev/api/generate-content#GenerationConfig> and
//! <https://ai.google.dev/gemini-api/docs/thinking>, as of 2026-11-21.

use crate::notes::Notes;
use crate::output::Form;
use crate::schema::Subset;
use crate::{Dialect, Reasoning, Request, Target, effort, json, schema};

use super::extra::Passed;
use super::family::{Family, Thinking};
use super::settings::Settings;

/// Most stop sequences that are taken.
const STOP: usize = 5;

/// Below this many tokens for an answer, thinking that nobody asked for could leave none for the
/// answer itself, since it counts as output.
const SHORT: u32 = 4096;

/// Writes `generationConfig`, unless it holds nothing. `form`: the answer's, if it is set here.
pub(crate) fn write(
    passed: &Passed<'_>,
    form: Form<'_>,
    settings: &Settings,
    target: &Target,
    notes: &mut Notes,
    writer: &mut json::Writer,
) {
    let Passed { family, request, .. } = passed;
    let mut config = json::Writer::default();
    config.open_object();
    limit(target, request, notes, &mut config);
    sampling(request, notes, &mut config);
    stop(request, notes, &mut config);
    think(family, target, request, notes, &mut config);
    if !matches!(form, Form::Free) {
        config.string_member("responseMimeType", "application/json");
    }
    if let Form::Schema(output) = form {
        let mut schema = schema::convert(&output.schema, &Subset::GEMINI_JSON.for_output());
        notes.extend(schema.notes_at("output_schema.schema"));
        config.raw_member("responseJsonSchema", &schema.text);
    }
    passed.write_config(&mut config);
    if let Some(resolution) = &settings.media_resolution {
        config.string_member("mediaResolution", resolution);
    }
    config.close_object();
    let config = config.into_bytes().and_then(|bytes| String::from_utf8(bytes).ok());
    if let Some(config) = config.filter(|config| config != "{}") {
        writer.raw_member("generationConfig", &config);
    }
}

fn limit(target: &Target, request: &Request, notes: &mut Notes, writer: &mut json::Writer) {
    let Some(asked) = request.max_output_tokens else { return };
    let most = target.max_output_tokens.unwrap_or(u32::MAX);
    if asked > most {
        let detail = format!("{} makes at most {most} tokens", target.model);
        notes.clamped("max_output_tokens", detail);
    }
    writer.key("maxOutputTokens");
    writer.integer(u64::from(asked.min(most)));
}

fn sampling(request: &Request, notes: &mut Notes, writer: &mut json::Writer) {
    if let Some(temperature) = request.temperature {
        let taken = temperature.clamp(0.0, 2.0);
        if taken != temperature {
            notes.clamped("temperature", format!("{taken} is the nearest that is taken"));
        }
        writer.key("temperature");
        writer.number(taken);
    }
    if let Some(top_p) = request.top_p {
        writer.key("topP");
        writer.number(top_p);
    }
    if let Some(top_k) = request.top_k {
        writer.key("topK");
        writer.integer(u64::from(top_k));
    }
}

fn stop(request: &Request, notes: &mut Notes, writer: &mut json::Writer) {
    let mut asked = request.stop_sequences.iter().filter(|text| !text.is_empty()).peekable();
    if asked.peek().is_none() {
        return;
    }
    writer.key("stopSequences");
    writer.open_array();
    asked.by_ref().take(STOP).for_each(|text| writer.string(text));
    writer.close_array();
    if asked.peek().is_some() {
        notes.dropped("stop_sequences", format!("at most {STOP} stop sequences are taken"));
    }
}

fn think(
    family: &Family,
    target: &Target,
    request: &Request,
    notes: &mut Notes,
    writer: &mut json::Writer,
) {
    let Some(reasoning) = &request.reasoning else {
        // Elsewhere thinking does not use up the limit, or is expected to.
        let short = request.max_output_tokens.is_some_and(|limit| limit <= SHORT);
        if short && request.dialect == Dialect::AnthropicMessages {
            write_least(family, writer);
        }
        return;
    };
    let off = effort::is_off(reasoning);
    match family.thinking {
        Thinking::None if off => return,
        Thinking::None => {
            notes.dropped("reasoning", format!("{} is not asked to think", target.model));
            return;
        }
        Thinking::Budget { off: can, .. } if off && can => return write_least(family, writer),
        _ if off => {
            notes.clamped(
                "reasoning",
                format!("{} always thinks, it is to think least", target.model),
            );
            return write_least(family, writer);
        }
        Thinking::Budget { .. } | Thinking::Level(_) => {}
    }
    writer.key("thinkingConfig");
    writer.open_object();
    match family.thinking {
        Thinking::Budget { min, max, .. } => budget(reasoning, min, max, notes, writer),
        Thinking::Level(levels) => level(reasoning, levels, notes, writer),
        Thinking::None => {}
    }
    if reasoning.visible {
        writer.raw_member("includeThoughts", "true");
    }
    writer.close_object();
}

/// As little thinking as the model can do.
fn write_least(family: &Family, writer: &mut json::Writer) {
    match family.thinking {
        Thinking::None => {}
        Thinking::Budget { min, off, .. } => {
            let least = if off { 0 } else { min };
            writer.raw_member("thinkingConfig", &format!("{{\"thinkingBudget\":{least}}}"));
        }
        Thinking::Level(levels) => {
            let least = levels.first().copied().unwrap_or("low");
            writer.raw_member("thinkingConfig", &format!("{{\"thinkingLevel\":\"{least}\"}}"));
        }
    }
}

fn budget(reasoning: &Reasoning, min: u32, max: u32, notes: &mut Notes, writer: &mut json::Writer) {
    writer.key("thinkingBudget");
    // -1: as much as the question needs.
    let Some(asked) = effort::budget(reasoning) else { return writer.raw("-1") };
    let taken = asked.clamp(min, max);
    if taken != asked {
        notes.clamped("reasoning", format!("a budget of {taken} tokens is the nearest to {asked}"));
    }
    writer.integer(u64::from(taken));
}

fn level(
    reasoning: &Reasoning,
    levels: &[&'static str],
    notes: &mut Notes,
    writer: &mut json::Writer,
) {
    let Some(asked) = effort::asked(reasoning) else { return };
    let Some(taken) = effort::nearest(asked, levels) else { return };
    if taken != asked {
        notes.clamped("reasoning.effort", format!("{taken} is the nearest to {asked}"));
    }
    writer.string_member("thinkingLevel", taken);
}
