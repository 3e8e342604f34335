//! Writes a Converse request (rules C1–C18 as far as they concern a plugin).
//!
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html>, as of
//! 2026-11-21.

use clasp_plugin::history::{Earlier, MidSystem, Piece, Rules, Turn, arrange};
use clasp_plugin::json::Writer;
use clasp_plugin::lenient::{Count, object};
use clasp_plugin::messages::{Cache, is_hinted};
use clasp_plugin::names::{Alphabet, NameRule, Names};
use clasp_plugin::notes::Notes;
use clasp_plugin::output::Form;
use clasp_plugin::tools::Offer;
use clasp_plugin::{
    Begun, CacheHint, Dialect, Failure, Header, HttpRequest, HttpResponse, MediaKind, Method, Part,
    Request, Target, failure,
};
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::content::{Messages, write_point};
use crate::family::Family;
use crate::params::Params;
use crate::{error, tools};

/// Names of tools, and ids of calls.
const NAMES: NameRule = NameRule { alphabet: Alphabet::Word, min: 1, max: 64 };

/// What reading the answer remembers of the request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// A stream was asked for.
    #[serde(rename = "s")]
    pub(crate) stream: bool,
    /// Tools that are called otherwise here.
    #[serde(rename = "n", skip_serializing_if = "Names::is_empty")]
    pub(crate) names: Names,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Answer,
    Count,
}

struct Written {
    writer: Writer,
    names: Names,
    notes: Notes,
}

/// Writes the request for an answer.
pub(crate) fn begin(target: &Target, request: &Request) -> Result<Begun<State>, Failure> {
    let written = write(target, request, Purpose::Answer)?;
    let operation = if request.stream { "converse-stream" } else { "converse" };
    let accept =
        if request.stream { "application/vnd.amazon.eventstream" } else { "application/json" };
    Ok(Begun {
        http: post(target, operation, accept, written.writer),
        state: State { stream: request.stream, names: written.names },
        notes: written.notes.into_vec(),
    })
}

/// Writes the request that counts tokens. Only models of Claude are counted, by their own id: a
/// profile of several regions is refused.
pub(crate) fn count_tokens(
    target: &Target,
    request: &Request,
) -> Result<Option<HttpRequest>, Failure> {
    if !target.model.starts_with("anthropic.") {
        return Ok(None);
    }
    let written = write(target, request, Purpose::Count)?;
    Ok(Some(post(target, "count-tokens", "application/json", written.writer)))
}

object! {
    /// The answer to a count.
    Counted<'a> {
        input_tokens = "inputTokens": Count,
    }
}

/// Reads the answer to [`count_tokens`].
pub(crate) fn parse_token_count(response: &HttpResponse) -> Result<u64, Failure> {
    if !(200..300).contains(&response.status) {
        return Err(error::from_response(response));
    }
    serde_json::from_slice::<Counted<'_>>(&response.body)
        .ok()
        .and_then(|counted| counted.input_tokens.0)
        .ok_or_else(|| failure::protocol("the answer holds no count of tokens"))
}

fn post(target: &Target, operation: &str, accept: &str, writer: Writer) -> HttpRequest {
    let header = |name: &str, value: &str| Header { name: name.into(), value: value.into() };
    HttpRequest {
        method: Method::Post,
        path: format!("/model/{}/{operation}", encoded(&target.model)),
        headers: vec![header("content-type", "application/json"), header("accept", accept)],
        body: writer.into_segments(),
    }
}

fn write(target: &Target, request: &Request, purpose: Purpose) -> Result<Written, Failure> {
    let config = Config::read(target)?;
    let family = Family::of(&target.model);
    let mut notes = Notes::default();
    let native = request.dialect == Dialect::AnthropicMessages;
    let hint = !native && config.cache == Cache::Auto && family.caches() && !is_hinted(request);
    let rich = family.rich_results();
    let rules = Rules {
        target,
        media: family.media(),
        in_results: if rich { &[MediaKind::Image, MediaKind::Document] } else { &[] },
        call_ids: NAMES,
        mid_system: MidSystem::Folded,
        thinking: Earlier::All,
        error_field: rich,
        message_extra: &[],
    };
    let mut turns = arrange(&rules, request, &mut notes)?;
    note_unsigned(request, &mut notes);
    match Form::of(request) {
        Form::Schema(_) if family.keeps_to_schemas() => {}
        form => form.instruct(&mut turns, &mut notes),
    }
    begin_with_user(&mut turns, &mut notes);
    let offer = Offer::new(NAMES, request, |_| false, &mut notes);
    let mut writer = Writer::with_capacity(4096);
    writer.open_object();
    if purpose == Purpose::Count {
        writer.key("input");
        writer.open_object();
        writer.key("converse");
        writer.open_object();
    }
    let has_system = matches!(turns.first(), Some(Turn::System(..)));
    if has_system && !family.has_system() {
        fold_system(&mut turns, &mut notes);
    }
    write_system(&family, &offer, &turns, hint, &mut writer);
    writer.key("messages");
    writer.open_array();
    let messages =
        &mut Messages { family: &family, offer: &offer, writer: &mut writer, titles: Vec::new() };
    messages.write(&turns, hint);
    writer.close_array();
    let choice = offer.choice(request, &mut notes)?;
    let tools_hint = hint && !has_system;
    let forced = tools::write(&family, &offer, choice, &turns, tools_hint, &mut notes, &mut writer);
    if request.parallel_tools == Some(false) && offer.any() {
        notes.dropped("parallel_tools", "the service has no such setting");
    }
    match purpose {
        Purpose::Answer => {
            let params = &mut Params {
                family: &family,
                target,
                request,
                config: &config,
                notes: &mut notes,
                writer: &mut writer,
            };
            params.write(&turns, forced);
        }
        Purpose::Count => {
            writer.close_object();
            writer.close_object();
        }
    }
    writer.close_object();
    note_hints(&family, request, &mut notes);
    Ok(Written { writer, names: offer.names(), notes })
}

fn write_system(
    family: &Family,
    offer: &Offer<'_>,
    turns: &[Turn<'_>],
    hint: bool,
    writer: &mut Writer,
) {
    let Some(Turn::System(pieces, _)) = turns.first() else { return };
    writer.key("system");
    writer.open_array();
    let mut system = Messages { family, offer, writer, titles: Vec::new() };
    pieces.iter().for_each(|piece| system.piece(piece, true));
    if hint {
        write_point(family, CacheHint { ttl: None }, writer);
    }
    writer.close_array();
}

/// Instructions for a model that has no place for them: in front of the first message.
fn fold_system(turns: &mut Vec<Turn<'_>>, notes: &mut Notes) {
    if let Some(Turn::System(..)) = turns.first()
        && let Turn::System(pieces, _) = turns.remove(0)
    {
        notes.moved("system", "the model has no instructions, they stand in the first message");
        turns.insert(0, Turn::user(pieces));
    }
}

/// The service wants the user to speak first.
fn begin_with_user(turns: &mut Vec<Turn<'_>>, notes: &mut Notes) {
    let first = turns.iter().position(|turn| !matches!(turn, Turn::System(..)));
    if let Some(first) = first
        && let Some(Turn::Assistant(..)) = turns.get(first)
    {
        notes.repaired("messages[0]", "the service wants the user first, a message was added");
        turns.insert(first, Turn::user(vec![Piece::new("(the conversation goes on)", None)]));
    }
}

/// Thinking that nobody signed cannot go back.
fn note_unsigned(request: &Request, notes: &mut Notes) {
    for (index, message) in request.messages.iter().enumerate() {
        for (part_index, part) in message.parts.iter().enumerate() {
            if matches!(part, Part::Thinking(thinking)
                if thinking.state.as_deref().is_none_or(str::is_empty))
            {
                let path = format!("messages[{index}].parts[{part_index}]");
                notes.dropped(path, "the thinking has no signature of the model's");
            }
        }
    }
}

fn note_hints(family: &Family, request: &Request, notes: &mut Notes) {
    if !family.caches() && is_hinted(request) {
        notes.dropped("cache", "cache hints are left out, the model has no cache points");
    }
}

/// A model's id as a segment of a path: an ARN has slashes and colons.
fn encoded(id: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(id.len() + 16);
    for byte in id.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => {
                let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or(b'0');
                out.push('%');
                out.push(char::from(digit(byte >> 4)));
                out.push(char::from(digit(byte & 15)));
            }
        }
    }
    out
}
