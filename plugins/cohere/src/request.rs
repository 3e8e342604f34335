//! Writes a request to `/v2/chat` (rules C1–C9, C12–C14, C16, C18).

use clasp_plugin::history::{Earlier, MidSystem, Rules, arrange};
use clasp_plugin::media::{Sources, Takes};
use clasp_plugin::names::{Alphabet, NameRule, Names};
use clasp_plugin::notes::Notes;
use clasp_plugin::output::Form;
use clasp_plugin::schema::{Subset, convert};
use clasp_plugin::tools::Offer;
use clasp_plugin::{Begun, Failure, Header, HttpRequest, Method, Request, Target, json, size};
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::documents::Documents;
use crate::{messages, params, tools};

/// The provider names no limits; these are inside those of all others.
const NAMES: NameRule = NameRule { alphabet: Alphabet::Word, min: 1, max: 64 };
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
}

pub(crate) fn begin(target: &Target, request: &Request) -> Result<Begun<State>, Failure> {
    let config = Config::read(target)?;
    let mut notes = Notes::default();
    // Documents to be cited stand beside the messages; the others are text.
    let (documents, rest) = Documents::take(request, &mut notes);
    let request = rest.as_ref().unwrap_or(request);
    let rules = Rules {
        target,
        media: TAKES,
        in_results: &[],
        call_ids: CALL_IDS,
        mid_system: MidSystem::Folded,
        thinking: Earlier::Texts,
        error_field: false,
        message_extra: &[],
    };
    let mut turns = arrange(&rules, request, &mut notes)?;
    let offer = Offer::new(NAMES, request, |_| false, &mut notes);
    let choice = offer.choice(request, &mut notes)?;
    let passed = request.extra.iter().any(|field| field.name == "documents");
    let mut form = Form::of(request);
    // `response_format` goes with neither tools nor documents.
    if offer.any() || documents.any() || passed {
        form.instruct(&mut turns, &mut notes);
        form = Form::Free;
    }

    let mut writer = json::Writer::with_capacity(size::body(request));
    writer.open_object();
    writer.string_member("model", &target.model);
    messages::write(target, &turns, &offer, &mut notes, &mut writer);
    documents.write(&mut writer);
    tools::write(target, &offer, choice, &mut notes, &mut writer);
    if request.parallel_tools == Some(false) && offer.any() {
        notes.dropped("parallel_tools", "the provider has no such setting");
    }
    params::write(&config, target, request, documents.any(), &mut notes, &mut writer);
    write_form(form, &mut notes, &mut writer);
    writer.raw_member("stream", if request.stream { "true" } else { "false" });
    writer.close_object();

    if request.user.is_some() {
        notes.dropped("user", "the provider takes no user id");
    }
    notes.cache_hints(request);
    let accept = if request.stream { "text/event-stream" } else { "application/json" };
    let header = |name: &str, value: &str| Header { name: name.into(), value: value.into() };
    Ok(Begun {
        http: HttpRequest {
            method: Method::Post,
            path: "/v2/chat".into(),
            headers: vec![header("content-type", "application/json"), header("accept", accept)],
            body: writer.into_segments(),
        },
        state: State { stream: request.stream, names: offer.names() },
        notes: notes.into_vec(),
    })
}

/// <https://docs.cohere.com/docs/structured-outputs>, as of 2026-11-21.
fn write_form(form: Form<'_>, notes: &mut Notes, writer: &mut json::Writer) {
    if matches!(form, Form::Free) {
        return;
    }
    writer.key("response_format");
    writer.open_object();
    writer.string_member("type", "json_object");
    if let Form::Schema(output) = form {
        let mut schema = convert(&output.schema, &Subset::COHERE.for_output());
        notes.extend(schema.notes_at("output_schema.schema"));
        writer.raw_member("json_schema", &schema.text);
    }
    writer.close_object();
}

/// <https://docs.cohere.com/docs/image-inputs>, as of 2026-11-21.
const TAKES: Takes = Takes {
    images: Sources {
        types: &["image/png", "image/jpeg", "image/webp", "image/gif"],
        url: true,
        file: false,
    },
    documents: Sources::NONE,
    audio: Sources::NONE,
    video: Sources::NONE,
};
