//! Writes a request to `/api/chat` (rules C1–C8, C12–C14, C16, C18).
//!
//! A prompt that does not fit is refused (`truncate` and `shift` are off, since server 0.12.6): left
//! alone, the server cuts off the beginning of the conversation in silence.

use clasp_plugin::history::{Earlier, MidSystem, Rules, arrange};
use clasp_plugin::media::{Sources, Takes};
use clasp_plugin::names::{Alphabet, NameRule, Names};
use clasp_plugin::notes::Notes;
use clasp_plugin::output::Form;
use clasp_plugin::tools::{Choice, Offer};
use clasp_plugin::{
    Abilities, Begun, Failure, Header, HttpRequest, Method, Request, Target, failure, json, size,
};
use serde::{Deserialize, Serialize};

use crate::config::{Config, Tools};
use crate::{messages, options, prompted, tools};

/// What models' templates and the server's parsers of calls get on with.
const TOOL_NAMES: NameRule = NameRule { alphabet: Alphabet::Word, min: 1, max: 128 };
const CALL_IDS: NameRule = NameRule { alphabet: Alphabet::Any, min: 1, max: 256 };

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
    /// Tools were offered in the instructions, so that calls stand in the text.
    #[serde(rename = "p", skip_serializing_if = "std::ops::Not::not")]
    pub prompted: bool,
    /// The context window that was asked for, in tokens.
    #[serde(rename = "c", skip_serializing_if = "Option::is_none")]
    pub num_ctx: Option<u32>,
}

pub(crate) fn begin(target: &Target, request: &Request) -> Result<Begun<State>, Failure> {
    let config = Config::read(target)?;
    let mut notes = Notes::default();
    let rules = Rules {
        target,
        media: takes(target),
        in_results: &[],
        call_ids: CALL_IDS,
        // Many templates gather system messages at the top, wherever they stand.
        mid_system: MidSystem::Folded,
        thinking: Earlier::Texts,
        error_field: false,
        message_extra: &[],
    };
    let mut turns = arrange(&rules, request, &mut notes)?;
    let offer = Offer::new(TOOL_NAMES, request, |_| false, &mut notes);
    let choice = offer.choice(request, &mut notes)?;
    let offered = choice != Choice::None && offer.any();
    let prompted = by_prompt(&config, target, offered)?;
    let mut form = Form::of(request);
    // A model that is held to JSON calls no tools.
    if offered {
        form.instruct(&mut turns, &mut notes);
        form = Form::Free;
    }

    let mut writer = json::Writer::with_capacity(size::body(request));
    writer.open_object();
    writer.string_member("model", &target.model);
    writer.key("messages");
    if prompted {
        let instructions = offered.then(|| prompted::instructions(&offer, choice));
        prompted::write(&turns, &offer, instructions.as_deref(), &mut notes, &mut writer);
    } else {
        messages::write(&turns, &offer, &mut notes, &mut writer);
        tools::write(&offer, choice, &mut notes, &mut writer);
    }
    if request.parallel_tools == Some(false) && offered {
        notes.dropped("parallel_tools", "the provider has no such setting");
    }
    match form {
        Form::Free => {}
        Form::Json(_) => writer.string_member("format", "json"),
        Form::Schema(output) => writer.raw_member("format", &output.schema),
    }
    let num_ctx = options::write(&config, target, request, &mut notes, &mut writer);
    options::top(request, &mut writer);
    options::think(&config, target, request, &mut notes, &mut writer);
    if let Some(keep_alive) = &config.keep_alive {
        writer.raw_member("keep_alive", &keep_alive.to_string());
    }
    writer.raw_member("truncate", "false");
    writer.raw_member("shift", "false");
    writer.raw_member("stream", if request.stream { "true" } else { "false" });
    writer.close_object();

    if request.user.is_some() {
        notes.dropped("user", "the provider takes no user id");
    }
    notes.cache_hints(request);
    let accept = if request.stream { "application/x-ndjson" } else { "application/json" };
    let header = |name: &str, value: &str| Header { name: name.into(), value: value.into() };
    let state = State { stream: request.stream, names: offer.names(), prompted, num_ctx };
    Ok(Begun {
        http: HttpRequest {
            method: Method::Post,
            path: path(target, "/chat"),
            headers: vec![header("content-type", "application/json"), header("accept", accept)],
            body: writer.into_segments(),
        },
        state,
        notes: notes.into_vec(),
    })
}

/// A path of the API, also below a base URL that ends with `/api`.
pub(crate) fn path(target: &Target, name: &str) -> String {
    let below = target.base_url.ends_with("/api");
    format!("{}{name}", if below { "" } else { "/api" })
}

/// Whether tools are to stand in the instructions. Then earlier calls and results do as well, also
/// when no tool is offered now.
fn by_prompt(config: &Config, target: &Target, offered: bool) -> Result<bool, Failure> {
    let able = target.abilities.is_none_or(|abilities| abilities.contains(Abilities::TOOLS));
    match config.tools {
        Tools::Prompt => Ok(true),
        Tools::Auto => Ok(!able),
        Tools::Native if able || !offered => Ok(false),
        Tools::Native => {
            let what = format!("{} takes no tools; {INSTEAD_OF_TOOLS}", target.model);
            Err(failure::unsupported("tools", what))
        }
    }
}

/// What to do about a model without tools.
pub(crate) const INSTEAD_OF_TOOLS: &str = "choose a model with tools \
(https://ollama.com/search?c=tools), or set this provider's `tools` to `prompt` to have them \
described in the instructions";

/// Images as base64 only; the API has no place for documents. Sound goes the way of images, to the
/// few models that are known to hear.
fn takes(target: &Target) -> Takes {
    let hears = target.abilities.is_some_and(|abilities| abilities.contains(Abilities::AUDIO));
    let sources = |types| Sources { types, url: false, file: false };
    Takes {
        images: sources(&["image/*"]),
        audio: if hears { sources(&["audio/*"]) } else { Sources::NONE },
        ..Takes::default()
    }
}
