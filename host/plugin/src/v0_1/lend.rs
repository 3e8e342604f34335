//! The host's types as the contract's, borrowed.

use bumpalo::Bump;
use clasp_model as model;

use super::bindings::clasp::provider::types;
use super::bindings::exports::clasp::provider::translate;
use crate::state::States;

/// Gives every payload its id on the way.
struct Lender<'a> {
    arena: &'a Bump,
    states: States<'a>,
    blobs: Vec<model::Blob>,
}

/// A request, and its payloads in the order of their ids.
pub(super) fn request<'a>(
    arena: &'a Bump,
    states: States<'a>,
    request: &'a model::Request,
) -> (types::Request<'a>, Vec<model::Blob>) {
    let mut lender = Lender { arena, states, blobs: Vec::new() };
    let lent = lender.request(request);
    (lent, lender.blobs)
}

pub(super) fn target(target: &model::Target) -> types::Target<'_> {
    types::Target {
        base_url: &target.base_url,
        model: &target.model,
        context_window: target.context_window,
        max_output_tokens: target.max_output_tokens,
        abilities: target.abilities.map(abilities),
        config: target.config.as_str(),
    }
}

pub(super) fn headers<'a>(
    arena: &'a Bump,
    headers: &'a [model::Header],
) -> &'a [types::HeaderParam<'a>] {
    arena.alloc_slice_fill_iter(
        headers
            .iter()
            .map(|header| types::HeaderParam { name: &header.name, value: &header.value }),
    )
}

pub(super) fn response<'a>(
    arena: &'a Bump,
    response: &'a model::HttpResponse,
) -> types::HttpResponse<'a> {
    types::HttpResponse {
        status: response.status,
        headers: headers(arena, &response.headers),
        body: &response.body,
    }
}

pub(super) fn frame(frame: &model::Frame) -> translate::Frame<'_> {
    translate::Frame { name: frame.name.as_deref(), data: &frame.data }
}

impl<'a> Lender<'a> {
    fn request(&mut self, request: &'a model::Request) -> types::Request<'a> {
        let arena = self.arena;
        types::Request {
            dialect: dialect(request.dialect),
            headers: headers(arena, &request.headers),
            system: arena.alloc_slice_fill_iter(request.system.iter().map(|text| self.text(text))),
            messages: arena.alloc_slice_fill_iter(
                request.messages.iter().map(|message| self.message(message)),
            ),
            tools: arena.alloc_slice_fill_iter(request.tools.iter().map(|tool| self.tool(tool))),
            tool_choice: request.tool_choice.as_ref().map(tool_choice),
            parallel_tools: request.parallel_tools,
            max_output_tokens: request.max_output_tokens,
            temperature: request.temperature,
            top_p: request.top_p,
            top_k: request.top_k,
            stop_sequences: arena
                .alloc_slice_fill_iter(request.stop_sequences.iter().map(|text| &**text)),
            reasoning: request.reasoning.as_ref().map(|reasoning| types::Reasoning {
                effort: reasoning.effort.as_deref(),
                budget_tokens: reasoning.budget_tokens,
                visible: reasoning.visible,
            }),
            output_schema: request.output_schema.as_ref().map(|schema| types::OutputSchema {
                name: schema.name.as_deref(),
                schema: schema.schema.as_str(),
                strict: schema.strict,
            }),
            user: request.user.as_deref(),
            session: request.session.as_deref(),
            stream: request.stream,
            extra: self.fields(&request.extra),
        }
    }

    fn message(&mut self, message: &'a model::Message) -> types::Message<'a> {
        types::Message {
            role: match message.role {
                model::Role::System => types::Role::System,
                model::Role::User => types::Role::User,
                model::Role::Assistant => types::Role::Assistant,
            },
            parts: self
                .arena
                .alloc_slice_fill_iter(message.parts.iter().map(|part| self.part(part))),
            extra: self.fields(&message.extra),
        }
    }

    fn part(&mut self, part: &'a model::Part) -> types::Part<'a> {
        match part {
            model::Part::Text(text) => types::Part::Text(self.text(text)),
            model::Part::Media(media) => types::Part::Media(self.media(media)),
            model::Part::Thinking(thinking) => types::Part::Thinking(types::Thinking {
                text: &thinking.text,
                state: self.state(thinking.state.as_ref()),
                redacted: thinking.redacted,
            }),
            model::Part::ToolCall(call) => types::Part::ToolCall(types::ToolCall {
                id: &call.id,
                name: &call.name,
                arguments: call.arguments.as_str(),
                state: self.state(call.state.as_ref()),
                cache: call.cache.map(cache_hint),
                extra: self.fields(&call.extra),
            }),
            model::Part::ToolResult(result) => types::Part::ToolResult(types::ToolResult {
                call_id: &result.call_id,
                name: &result.name,
                is_error: result.is_error,
                content: self.arena.alloc_slice_fill_iter(
                    result.content.iter().map(|part| self.result_part(part)),
                ),
                cache: result.cache.map(cache_hint),
                extra: self.fields(&result.extra),
            }),
            model::Part::Other(json) => types::Part::Other(json.as_str()),
        }
    }

    fn text(&mut self, text: &'a model::Text) -> types::Text<'a> {
        types::Text {
            text: &text.text,
            state: self.state(text.state.as_ref()),
            cache: text.cache.map(cache_hint),
            extra: self.fields(&text.extra),
        }
    }

    fn media(&mut self, media: &'a model::Media) -> types::Media<'a> {
        types::Media {
            kind: match media.kind {
                model::MediaKind::Image => types::MediaKind::Image,
                model::MediaKind::Document => types::MediaKind::Document,
                model::MediaKind::Audio => types::MediaKind::Audio,
                model::MediaKind::Video => types::MediaKind::Video,
            },
            source: match &media.source {
                model::MediaSource::Blob(blob) => types::Source::Blob(self.blob(blob)),
                model::MediaSource::Url(url) => types::Source::Url(url),
                model::MediaSource::File(id) => types::Source::File(id),
                model::MediaSource::Text(text) => types::Source::Text(text),
            },
            title: media.title.as_deref(),
            cache: media.cache.map(cache_hint),
            extra: self.fields(&media.extra),
        }
    }

    fn blob(&mut self, blob: &'a model::Blob) -> types::Blob<'a> {
        let id = u32::try_from(self.blobs.len()).unwrap_or(u32::MAX);
        self.blobs.push(blob.clone());
        types::Blob { id, media_type: &blob.media_type, size: blob.size() }
    }

    fn result_part(&mut self, part: &'a model::ResultPart) -> types::ResultPart<'a> {
        match part {
            model::ResultPart::Text(text) => types::ResultPart::Text(text),
            model::ResultPart::Media(media) => types::ResultPart::Media(self.media(media)),
            model::ResultPart::Other(json) => types::ResultPart::Other(json.as_str()),
        }
    }

    fn tool(&mut self, tool: &'a model::Tool) -> types::Tool<'a> {
        match tool {
            model::Tool::Function(tool) => types::Tool::Function(types::FunctionTool {
                name: &tool.name,
                description: tool.description.as_deref(),
                parameters: tool.parameters.as_str(),
                strict: tool.strict,
                cache: tool.cache.map(cache_hint),
                extra: self.fields(&tool.extra),
            }),
            model::Tool::Hosted(tool) => types::Tool::Hosted(types::HostedTool {
                kind: &tool.kind,
                name: &tool.name,
                config: tool.config.as_str(),
            }),
        }
    }

    fn fields(&self, fields: &'a [model::Field]) -> &'a [types::FieldParam<'a>] {
        self.arena.alloc_slice_fill_iter(
            fields
                .iter()
                .map(|field| types::FieldParam { name: &field.name, value: field.value.as_str() }),
        )
    }

    fn state(&self, state: Option<&'a model::ByteString>) -> Option<&'a str> {
        state.and_then(|state| self.states.untag(state))
    }
}

fn tool_choice(choice: &model::ToolChoice) -> types::ToolChoice<'_> {
    match choice {
        model::ToolChoice::Auto => types::ToolChoice::Auto,
        model::ToolChoice::None => types::ToolChoice::None,
        model::ToolChoice::Any => types::ToolChoice::Any,
        model::ToolChoice::Named(name) => types::ToolChoice::Named(name),
    }
}

fn cache_hint(hint: model::CacheHint) -> types::CacheHint {
    types::CacheHint { ttl: hint.ttl }
}

fn dialect(dialect: model::Dialect) -> types::Dialect {
    match dialect {
        model::Dialect::AnthropicMessages => types::Dialect::AnthropicMessages,
        model::Dialect::OpenaiResponses => types::Dialect::OpenaiResponses,
        model::Dialect::OpenaiChat => types::Dialect::OpenaiChat,
    }
}

fn abilities(abilities: model::Abilities) -> types::Abilities {
    let model::Abilities {
        tools,
        parallel_tools,
        images,
        documents,
        audio,
        thinking,
        output_schema,
        prompt_cache,
    } = abilities;
    [
        (tools, types::Abilities::TOOLS),
        (parallel_tools, types::Abilities::PARALLEL_TOOLS),
        (images, types::Abilities::IMAGES),
        (documents, types::Abilities::DOCUMENTS),
        (audio, types::Abilities::AUDIO),
        (thinking, types::Abilities::THINKING),
        (output_schema, types::Abilities::OUTPUT_SCHEMA),
        (prompt_cache, types::Abilities::PROMPT_CACHE),
    ]
    .into_iter()
    .filter(|(has, _)| *has)
    .fold(types::Abilities::empty(), |all, (_, one)| all | one)
}
