//! The contract's types as the host's; JSON that is none is a fault.

use bytes::Bytes;
use clasp_model as model;
use clasp_model::Json;

use super::bindings::clasp::provider::types;
use super::bindings::exports::clasp::provider::{about, models as models_interface, translate};
use crate::check::cut;
use crate::contract::Begun;
use crate::fault::Fault;

/// Of a failure: clients show it to people.
const MAX_MESSAGE_BYTES: usize = 8 << 10;

pub(super) fn manifest(manifest: about::Manifest) -> Result<model::Manifest, Fault> {
    Ok(model::Manifest {
        id: manifest.id,
        name: manifest.name,
        version: manifest.version,
        description: manifest.description,
        homepage: manifest.homepage,
        license: manifest.license,
        default_base_url: manifest.default_base_url,
        hosts: manifest.hosts,
        secrets: manifest
            .secrets
            .into_iter()
            .map(|secret| model::Secret {
                name: secret.name,
                description: secret.description,
                env: secret.env,
                required: secret.required,
            })
            .collect(),
        auth: manifest.auth.into_iter().map(auth).collect(),
        native: manifest
            .native
            .into_iter()
            .map(|native| model::Native { dialect: dialect(native.dialect), path: native.path })
            .collect(),
        config_schema: json(manifest.config_schema, "config-schema")?,
    })
}

pub(super) fn begun(begun: translate::Begun, blobs: &[model::Blob]) -> Result<Begun, Fault> {
    Ok(Begun {
        http: http_request(begun.http, blobs)?,
        state: begun.state,
        notes: begun.notes.into_iter().map(note).collect(),
    })
}

pub(super) fn http_request(
    request: types::HttpRequest,
    blobs: &[model::Blob],
) -> Result<model::HttpRequest, Fault> {
    let body = request.body.into_iter().map(|segment| self::segment(segment, blobs));
    Ok(model::HttpRequest {
        method: match request.method {
            types::Method::Get => model::Method::Get,
            types::Method::Post => model::Method::Post,
            types::Method::Put => model::Method::Put,
            types::Method::Delete => model::Method::Delete,
        },
        path: request.path,
        headers: request
            .headers
            .into_iter()
            .map(|header| model::Header { name: header.name, value: header.value })
            .collect(),
        body: body.collect::<Result<_, _>>()?,
    })
}

pub(super) fn framing(framing: translate::Framing) -> model::Framing {
    match framing {
        translate::Framing::Whole => model::Framing::Whole,
        translate::Framing::ServerSentEvents => model::Framing::ServerSentEvents,
        translate::Framing::JsonLines => model::Framing::JsonLines,
        translate::Framing::AwsEventStream => model::Framing::AwsEventStream,
    }
}

/// At most `limit` events.
pub(super) fn events(
    events: Vec<translate::Event>,
    limit: usize,
) -> Result<Vec<model::Event>, Fault> {
    if events.len() > limit {
        return Err(Fault::Many(events.len(), "events", limit));
    }
    events.into_iter().map(event).collect()
}

pub(super) fn models(models: Vec<models_interface::Model>) -> Vec<model::Model> {
    models
        .into_iter()
        .map(|model| model::Model {
            id: model.id,
            name: model.name,
            context_window: model.context_window,
            max_output_tokens: model.max_output_tokens,
            tokenizer: model.tokenizer,
            abilities: model.abilities.map(abilities),
            price: model.price.map(|price| model::Price {
                input: price.input,
                output: price.output,
                cache_read: price.cache_read,
                cache_write: price.cache_write,
            }),
        })
        .collect()
}

pub(super) fn failure(mut failure: types::Failure) -> Result<model::Failure, Fault> {
    cut(&mut failure.message, MAX_MESSAGE_BYTES);
    if let Some(code) = &mut failure.code {
        cut(code, MAX_MESSAGE_BYTES);
    }
    Ok(model::Failure {
        kind: failure_kind(failure.kind),
        message: failure.message,
        retry: match failure.retry {
            types::Retry::Never => model::Retry::Never,
            types::Retry::Again => model::Retry::Again,
            types::Retry::After(milliseconds) => model::Retry::After(milliseconds),
            types::Retry::Elsewhere => model::Retry::Elsewhere,
        },
        source: model::Source::Vendor,
        context: failure
            .context
            .map(|size| model::ContextSize { tokens: size.tokens, limit: size.limit }),
        code: failure.code,
        detail: failure.detail.map(|detail| json(detail, "failure.detail")).transpose()?,
    })
}

/// Text that must be one JSON document.
fn json(text: String, what: &str) -> Result<Json, Fault> {
    match serde_json::from_str::<&serde_json::value::RawValue>(&text) {
        Ok(_) => Ok(Json::from_checked(text.into())),
        Err(error) => Err(Fault::Invalid(format!("a `{what}` that is not JSON: {error}"))),
    }
}

fn field(field: types::FieldResult) -> Result<model::Field, Fault> {
    Ok(model::Field { value: json(field.value, "field.value")?, name: field.name })
}

fn segment(segment: types::Segment, blobs: &[model::Blob]) -> Result<model::Segment, Fault> {
    match segment {
        types::Segment::Bytes(bytes) => Ok(model::Segment::Bytes(Bytes::from(bytes))),
        types::Segment::Blob(blob) => {
            let Some(payload) = blobs.get(blob.id as usize) else {
                return Err(Fault::Invalid(format!(
                    "a body with blob {}, which is not in the request",
                    blob.id
                )));
            };
            let encoding = match blob.encoding {
                types::Encoding::Identity => model::Encoding::Identity,
                types::Encoding::Base64 => model::Encoding::Base64,
                types::Encoding::Base64Url => model::Encoding::Base64Url,
            };
            Ok(model::Segment::Blob(payload.clone(), encoding))
        }
    }
}

fn event(event: translate::Event) -> Result<model::Event, Fault> {
    Ok(match event {
        translate::Event::Text(text) => model::Event::Text(text),
        translate::Event::Thinking(text) => model::Event::Thinking(text),
        translate::Event::ToolCall(call) => model::Event::ToolCall(model::ToolCallDelta {
            slot: call.slot,
            id: call.id,
            name: call.name,
            arguments: call.arguments,
            state: call.state,
        }),
        translate::Event::Usage(usage) => model::Event::Usage(model::Usage {
            input: usage.input,
            cache_read: usage.cache_read,
            cache_write: usage.cache_write,
            output: usage.output,
            reasoning: usage.reasoning,
        }),
        translate::Event::Started(started) => {
            model::Event::Started(model::Started { id: started.id, model: started.model })
        }
        translate::Event::RedactedThinking(data) => model::Event::RedactedThinking(data),
        translate::Event::State(state) => model::Event::State(state),
        translate::Event::Citation(citation) => model::Event::Citation(json(citation, "citation")?),
        translate::Event::Block(block) => model::Event::Block(json(block, "block")?),
        translate::Event::Extra(extra) => model::Event::Extra(field(extra)?),
        translate::Event::Finished(reason) => model::Event::Finished(finish_reason(reason)),
        translate::Event::Failed(failure) => model::Event::Failed(self::failure(failure)?),
    })
}

fn finish_reason(reason: translate::FinishReason) -> model::FinishReason {
    match reason {
        translate::FinishReason::EndTurn => model::FinishReason::EndTurn,
        translate::FinishReason::MaxTokens => model::FinishReason::MaxTokens,
        translate::FinishReason::StopSequence(text) => model::FinishReason::StopSequence(text),
        translate::FinishReason::ContextFull => model::FinishReason::ContextFull,
        translate::FinishReason::ToolCalls => model::FinishReason::ToolCalls,
        translate::FinishReason::Refusal => model::FinishReason::Refusal,
        translate::FinishReason::Pause => model::FinishReason::Pause,
        translate::FinishReason::Other(word) => model::FinishReason::Other(word),
    }
}

fn note(note: translate::Note) -> model::Note {
    model::Note {
        change: match note.change {
            translate::Change::Dropped => model::Change::Dropped,
            translate::Change::Renamed => model::Change::Renamed,
            translate::Change::Clamped => model::Change::Clamped,
            translate::Change::Moved => model::Change::Moved,
            translate::Change::Repaired => model::Change::Repaired,
        },
        path: note.path,
        detail: note.detail,
    }
}

fn auth(auth: about::Auth) -> model::Auth {
    match auth {
        about::Auth::Header(header) => model::Auth::Header(template(header)),
        about::Auth::Query(query) => model::Auth::Query(template(query)),
        about::Auth::AwsSigv4(aws) => model::Auth::AwsSigv4(aws.service),
        about::Auth::Google(scopes) => model::Auth::Google(scopes),
        about::Auth::Entra(scope) => model::Auth::Entra(scope),
        about::Auth::TokenExchange(exchange) => model::Auth::TokenExchange(model::TokenExchange {
            url: exchange.url,
            header: template(exchange.header),
            token: exchange.token,
            expires: exchange.expires,
            apply: template(exchange.apply),
        }),
    }
}

fn template(template: about::Template) -> model::Template {
    model::Template { name: template.name, value: template.value }
}

fn dialect(dialect: types::Dialect) -> model::Dialect {
    match dialect {
        types::Dialect::AnthropicMessages => model::Dialect::AnthropicMessages,
        types::Dialect::OpenaiResponses => model::Dialect::OpenaiResponses,
        types::Dialect::OpenaiChat => model::Dialect::OpenaiChat,
    }
}

fn abilities(abilities: types::Abilities) -> model::Abilities {
    model::Abilities {
        tools: abilities.contains(types::Abilities::TOOLS),
        parallel_tools: abilities.contains(types::Abilities::PARALLEL_TOOLS),
        images: abilities.contains(types::Abilities::IMAGES),
        documents: abilities.contains(types::Abilities::DOCUMENTS),
        audio: abilities.contains(types::Abilities::AUDIO),
        thinking: abilities.contains(types::Abilities::THINKING),
        output_schema: abilities.contains(types::Abilities::OUTPUT_SCHEMA),
        prompt_cache: abilities.contains(types::Abilities::PROMPT_CACHE),
    }
}

fn failure_kind(kind: types::FailureKind) -> model::FailureKind {
    match kind {
        types::FailureKind::Unsupported => model::FailureKind::Unsupported,
        types::FailureKind::InvalidRequest => model::FailureKind::InvalidRequest,
        types::FailureKind::ContextTooLong => model::FailureKind::ContextTooLong,
        types::FailureKind::RequestTooLarge => model::FailureKind::RequestTooLarge,
        types::FailureKind::Authentication => model::FailureKind::Authentication,
        types::FailureKind::Permission => model::FailureKind::Permission,
        types::FailureKind::Billing => model::FailureKind::Billing,
        types::FailureKind::NotFound => model::FailureKind::NotFound,
        types::FailureKind::RateLimited => model::FailureKind::RateLimited,
        types::FailureKind::Overloaded => model::FailureKind::Overloaded,
        types::FailureKind::Timeout => model::FailureKind::Timeout,
        types::FailureKind::ContentFiltered => model::FailureKind::ContentFiltered,
        types::FailureKind::ProviderError => model::FailureKind::ProviderError,
        types::FailureKind::Protocol => model::FailureKind::Protocol,
    }
}
