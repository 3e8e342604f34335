//! The host's vocabulary into the contract's types, and back.

use clasp_model as model;

use crate::types as guest;

/// The payloads of a request, by id.
#[derive(Debug, Default)]
pub(super) struct Blobs(Vec<model::Blob>);

impl Blobs {
    fn add(&mut self, blob: &model::Blob) -> guest::Blob {
        self.0.push(blob.clone());
        guest::Blob {
            id: (self.0.len() - 1) as u32,
            media_type: blob.media_type.clone(),
            size: blob.size(),
        }
    }

    /// The decoded payloads.
    pub(super) fn bytes(&self) -> Vec<Vec<u8>> {
        let decode = |blob: &model::Blob| {
            let segment = model::Segment::Blob(blob.clone(), model::Encoding::Identity);
            let pieces = clasp_codec::rope::chunks(&[segment]);
            pieces.flatten().flat_map(|bytes| bytes.to_vec()).collect()
        };
        self.0.iter().map(decode).collect()
    }
}

// --- Into the contract --------------------------------------------------------------------------

pub(super) fn target(target: &model::Target) -> guest::Target {
    guest::Target {
        base_url: target.base_url.clone(),
        model: target.model.clone(),
        context_window: target.context_window,
        max_output_tokens: target.max_output_tokens,
        abilities: target.abilities.map(abilities),
        config: json(&target.config),
    }
}

fn abilities(able: model::Abilities) -> guest::Abilities {
    [
        (able.tools, guest::Abilities::TOOLS),
        (able.parallel_tools, guest::Abilities::PARALLEL_TOOLS),
        (able.images, guest::Abilities::IMAGES),
        (able.documents, guest::Abilities::DOCUMENTS),
        (able.audio, guest::Abilities::AUDIO),
        (able.thinking, guest::Abilities::THINKING),
        (able.output_schema, guest::Abilities::OUTPUT_SCHEMA),
        (able.prompt_cache, guest::Abilities::PROMPT_CACHE),
    ]
    .into_iter()
    .filter_map(|(has, flag)| has.then_some(flag))
    .fold(guest::Abilities::empty(), |all, flag| all | flag)
}

pub(super) fn header(header: &model::Header) -> guest::Header {
    guest::Header { name: header.name.clone(), value: header.value.clone() }
}

pub(super) fn request(request: &model::Request, blobs: &mut Blobs) -> guest::Request {
    guest::Request {
        dialect: match request.dialect {
            model::Dialect::AnthropicMessages => guest::Dialect::AnthropicMessages,
            model::Dialect::OpenaiResponses => guest::Dialect::OpenaiResponses,
            model::Dialect::OpenaiChat => guest::Dialect::OpenaiChat,
        },
        headers: request.headers.iter().map(header).collect(),
        system: request.system.iter().map(text).collect(),
        messages: request.messages.iter().map(|message| self::message(message, blobs)).collect(),
        tools: request.tools.iter().map(tool).collect(),
        tool_choice: request.tool_choice.as_ref().map(|choice| match choice {
            model::ToolChoice::Auto => guest::ToolChoice::Auto,
            model::ToolChoice::None => guest::ToolChoice::None,
            model::ToolChoice::Any => guest::ToolChoice::Any,
            model::ToolChoice::Named(name) => guest::ToolChoice::Named(name.to_string()),
        }),
        parallel_tools: request.parallel_tools,
        max_output_tokens: request.max_output_tokens,
        temperature: request.temperature,
        top_p: request.top_p,
        top_k: request.top_k,
        stop_sequences: request.stop_sequences.iter().map(ToString::to_string).collect(),
        reasoning: request.reasoning.as_ref().map(|reasoning| guest::Reasoning {
            effort: reasoning.effort.clone(),
            budget_tokens: reasoning.budget_tokens,
            visible: reasoning.visible,
        }),
        output_schema: request.output_schema.as_ref().map(|output| guest::OutputSchema {
            name: output.name.clone(),
            schema: json(&output.schema),
            strict: output.strict,
        }),
        user: request.user.as_ref().map(ToString::to_string),
        session: request.session.clone(),
        stream: request.stream,
        extra: fields(&request.extra),
    }
}

fn message(message: &model::Message, blobs: &mut Blobs) -> guest::Message {
    guest::Message {
        role: match message.role {
            model::Role::System => guest::Role::System,
            model::Role::User => guest::Role::User,
            model::Role::Assistant => guest::Role::Assistant,
        },
        parts: message.parts.iter().map(|part| self::part(part, blobs)).collect(),
        extra: fields(&message.extra),
    }
}

fn part(part: &model::Part, blobs: &mut Blobs) -> guest::Part {
    match part {
        model::Part::Text(text) => guest::Part::Text(self::text(text)),
        model::Part::Media(media) => guest::Part::Media(self::media(media, blobs)),
        model::Part::Thinking(thinking) => guest::Part::Thinking(guest::Thinking {
            text: thinking.text.to_string(),
            state: thinking.state.as_ref().map(ToString::to_string),
            redacted: thinking.redacted,
        }),
        model::Part::ToolCall(call) => guest::Part::ToolCall(guest::ToolCall {
            id: call.id.to_string(),
            name: call.name.to_string(),
            arguments: json(&call.arguments),
            state: call.state.as_ref().map(ToString::to_string),
            cache: call.cache.map(cache),
            extra: fields(&call.extra),
        }),
        model::Part::ToolResult(result) => guest::Part::ToolResult(guest::ToolResult {
            call_id: result.call_id.to_string(),
            name: result.name.to_string(),
            is_error: result.is_error,
            content: result
                .content
                .iter()
                .map(|part| match part {
                    model::ResultPart::Text(text) => guest::ResultPart::Text(text.to_string()),
                    model::ResultPart::Media(media) => {
                        guest::ResultPart::Media(self::media(media, blobs))
                    }
                    model::ResultPart::Other(other) => guest::ResultPart::Other(json(other)),
                })
                .collect(),
            cache: result.cache.map(cache),
            extra: fields(&result.extra),
        }),
        model::Part::Other(other) => guest::Part::Other(json(other)),
    }
}

fn text(text: &model::Text) -> guest::Text {
    guest::Text {
        text: text.text.to_string(),
        state: text.state.as_ref().map(ToString::to_string),
        cache: text.cache.map(cache),
        extra: fields(&text.extra),
    }
}

fn media(media: &model::Media, blobs: &mut Blobs) -> guest::Media {
    guest::Media {
        kind: match media.kind {
            model::MediaKind::Image => guest::MediaKind::Image,
            model::MediaKind::Document => guest::MediaKind::Document,
            model::MediaKind::Audio => guest::MediaKind::Audio,
            model::MediaKind::Video => guest::MediaKind::Video,
        },
        source: match &media.source {
            model::MediaSource::Blob(blob) => guest::Source::Blob(blobs.add(blob)),
            model::MediaSource::Url(url) => guest::Source::Url(url.to_string()),
            model::MediaSource::File(id) => guest::Source::File(id.to_string()),
            model::MediaSource::Text(text) => guest::Source::Text(text.to_string()),
        },
        title: media.title.as_ref().map(ToString::to_string),
        cache: media.cache.map(cache),
        extra: fields(&media.extra),
    }
}

fn tool(tool: &model::Tool) -> guest::Tool {
    match tool {
        model::Tool::Function(function) => guest::Tool::Function(guest::FunctionTool {
            name: function.name.to_string(),
            description: function.description.as_ref().map(ToString::to_string),
            parameters: json(&function.parameters),
            strict: function.strict,
            cache: function.cache.map(cache),
            extra: fields(&function.extra),
        }),
        model::Tool::Hosted(hosted) => guest::Tool::Hosted(guest::HostedTool {
            kind: hosted.kind.to_string(),
            name: hosted.name.to_string(),
            config: json(&hosted.config),
        }),
    }
}

fn cache(hint: model::CacheHint) -> guest::CacheHint {
    guest::CacheHint { ttl: hint.ttl }
}

fn fields(fields: &[model::Field]) -> Vec<guest::Field> {
    let field =
        |field: &model::Field| guest::Field { name: field.name.clone(), value: json(&field.value) };
    fields.iter().map(field).collect()
}

fn json(json: &model::Json) -> String {
    json.as_str().to_owned()
}

// --- Out of the contract ------------------------------------------------------------------------

pub(super) fn http_request(
    request: guest::HttpRequest,
    blobs: &Blobs,
) -> Result<model::HttpRequest, model::Failure> {
    let segment = |segment| match segment {
        guest::Segment::Bytes(bytes) => Ok(model::Segment::Bytes(bytes.into())),
        guest::Segment::Blob(blob) => {
            let encoding = match blob.encoding {
                guest::Encoding::Identity => model::Encoding::Identity,
                guest::Encoding::Base64 => model::Encoding::Base64,
                guest::Encoding::Base64Url => model::Encoding::Base64Url,
            };
            let payload = blobs.0.get(blob.id as usize).cloned().ok_or_else(|| {
                let message = format!("the body names blob {}, which is not there", blob.id);
                model::Failure::new(model::FailureKind::Protocol, model::Source::Plugin, message)
            })?;
            Ok(model::Segment::Blob(payload, encoding))
        }
    };
    let header = |header: guest::Header| model::Header { name: header.name, value: header.value };
    Ok(model::HttpRequest {
        method: match request.method {
            guest::Method::Get => model::Method::Get,
            guest::Method::Post => model::Method::Post,
            guest::Method::Put => model::Method::Put,
            guest::Method::Delete => model::Method::Delete,
        },
        path: request.path,
        headers: request.headers.into_iter().map(header).collect(),
        body: request.body.into_iter().map(segment).collect::<Result<_, _>>()?,
    })
}

pub(super) fn note(note: guest::Note) -> model::Note {
    model::Note {
        change: match note.change {
            guest::Change::Dropped => model::Change::Dropped,
            guest::Change::Renamed => model::Change::Renamed,
            guest::Change::Clamped => model::Change::Clamped,
            guest::Change::Moved => model::Change::Moved,
            guest::Change::Repaired => model::Change::Repaired,
        },
        path: note.path,
        detail: note.detail,
    }
}

pub(super) fn framing(framing: guest::Framing) -> model::Framing {
    match framing {
        guest::Framing::Whole => model::Framing::Whole,
        guest::Framing::ServerSentEvents => model::Framing::ServerSentEvents,
        guest::Framing::JsonLines => model::Framing::JsonLines,
        guest::Framing::AwsEventStream => model::Framing::AwsEventStream,
    }
}

pub(super) fn event(event: guest::Event) -> model::Event {
    match event {
        guest::Event::Started(started) => {
            model::Event::Started(model::Started { id: started.id, model: started.model })
        }
        guest::Event::Text(text) => model::Event::Text(text),
        guest::Event::Thinking(text) => model::Event::Thinking(text),
        guest::Event::RedactedThinking(data) => model::Event::RedactedThinking(data),
        guest::Event::State(state) => model::Event::State(state),
        guest::Event::ToolCall(call) => model::Event::ToolCall(model::ToolCallDelta {
            slot: call.slot,
            id: call.id,
            name: call.name,
            arguments: call.arguments,
            state: call.state,
        }),
        guest::Event::Citation(json) => model::Event::Citation(checked(json)),
        guest::Event::Block(json) => model::Event::Block(checked(json)),
        guest::Event::Extra(field) => {
            model::Event::Extra(model::Field { name: field.name, value: checked(field.value) })
        }
        guest::Event::Usage(usage) => model::Event::Usage(model::Usage {
            input: usage.input,
            cache_read: usage.cache_read,
            cache_write: usage.cache_write,
            output: usage.output,
            reasoning: usage.reasoning,
        }),
        guest::Event::Finished(reason) => model::Event::Finished(match reason {
            guest::FinishReason::EndTurn => model::FinishReason::EndTurn,
            guest::FinishReason::MaxTokens => model::FinishReason::MaxTokens,
            guest::FinishReason::StopSequence(text) => model::FinishReason::StopSequence(text),
            guest::FinishReason::ContextFull => model::FinishReason::ContextFull,
            guest::FinishReason::ToolCalls => model::FinishReason::ToolCalls,
            guest::FinishReason::Refusal => model::FinishReason::Refusal,
            guest::FinishReason::Pause => model::FinishReason::Pause,
            guest::FinishReason::Other(word) => model::FinishReason::Other(word),
        }),
        guest::Event::Failed(failure) => model::Event::Failed(self::failure(failure)),
    }
}

pub(super) fn failure(failure: guest::Failure) -> model::Failure {
    use model::FailureKind as Kind;
    let kind = match failure.kind {
        guest::FailureKind::Unsupported => Kind::Unsupported,
        guest::FailureKind::InvalidRequest => Kind::InvalidRequest,
        guest::FailureKind::ContextTooLong => Kind::ContextTooLong,
        guest::FailureKind::RequestTooLarge => Kind::RequestTooLarge,
        guest::FailureKind::Authentication => Kind::Authentication,
        guest::FailureKind::Permission => Kind::Permission,
        guest::FailureKind::Billing => Kind::Billing,
        guest::FailureKind::NotFound => Kind::NotFound,
        guest::FailureKind::RateLimited => Kind::RateLimited,
        guest::FailureKind::Overloaded => Kind::Overloaded,
        guest::FailureKind::Timeout => Kind::Timeout,
        guest::FailureKind::ContentFiltered => Kind::ContentFiltered,
        guest::FailureKind::ProviderError => Kind::ProviderError,
        guest::FailureKind::Protocol => Kind::Protocol,
    };
    model::Failure {
        kind,
        message: failure.message,
        retry: match failure.retry {
            guest::Retry::Never => model::Retry::Never,
            guest::Retry::Again => model::Retry::Again,
            guest::Retry::After(milliseconds) => model::Retry::After(milliseconds),
            guest::Retry::Elsewhere => model::Retry::Elsewhere,
        },
        source: model::Source::Vendor,
        context: failure
            .context
            .map(|size| model::ContextSize { tokens: size.tokens, limit: size.limit }),
        code: failure.code,
        detail: failure.detail.map(checked),
    }
}

/// JSON from a plugin; what is none becomes `null`, which a case's files will show.
fn checked(json: String) -> model::Json {
    let valid = serde_json::from_str::<serde::de::IgnoredAny>(&json).is_ok();
    model::Json::from_checked(if valid { json.into() } else { "null".into() })
}
