//! What was parsed and is written down again parses to the same.

use clasp_model::{
    Blob, CacheHint, Field, FunctionTool, HostedTool, Json, Media, MediaKind, MediaSource, Message,
    Part, Request, ResultPart, Role, Text, Thinking, Tool, ToolCall, ToolChoice, ToolResult,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::parsed;
use crate::ids;

fn value(json: &Json) -> Value {
    serde_json::from_str(json.as_str()).unwrap()
}

fn block(kind: &str, members: Value, cache: Option<CacheHint>, extra: &[Field]) -> Value {
    let mut block = json!({ "type": kind });
    let cache = cache.map(|hint| match hint.ttl {
        Some(ttl) => json!({"type": "ephemeral", "ttl": format!("{}m", ttl / 60)}),
        None => json!({"type": "ephemeral"}),
    });
    let cache = cache.map(|cache| ("cache_control".to_owned(), cache));
    let members: Map<String, Value> = members.as_object().unwrap().clone();
    let extra = extra.iter().map(|field| (field.name.clone(), value(&field.value)));
    for (name, member) in members.into_iter().chain(cache).chain(extra) {
        block[name] = member;
    }
    block
}

fn source(source: &MediaSource) -> Value {
    match source {
        MediaSource::Blob(blob) => {
            json!({"type": "base64", "media_type": blob.media_type, "data": &*blob.base64})
        }
        MediaSource::Url(url) => json!({"type": "url", "url": &**url}),
        MediaSource::File(file) => json!({"type": "file", "file_id": &**file}),
        MediaSource::Text(data) => {
            json!({"type": "text", "media_type": "text/plain", "data": &**data})
        }
    }
}

fn media(media: &Media) -> Value {
    let kind = if media.kind == MediaKind::Image { "image" } else { "document" };
    let mut members = json!({ "source": source(&media.source) });
    if let Some(title) = &media.title {
        members["title"] = json!(&**title);
    }
    block(kind, members, media.cache, &media.extra)
}

fn part(part: &Part) -> Value {
    match part {
        Part::Text(text) => block("text", json!({"text": &*text.text}), text.cache, &text.extra),
        Part::Media(each) => media(each),
        Part::Thinking(Thinking { text, state, redacted: false }) => {
            json!({"type": "thinking", "thinking": &**text, "signature": state.as_deref()})
        }
        Part::Thinking(Thinking { state, .. }) => {
            json!({"type": "redacted_thinking", "data": state.as_deref()})
        }
        Part::ToolCall(call) => {
            let input = value(&call.arguments);
            let members = json!({"id": ids::encode(&call.id), "name": &*call.name, "input": input});
            block("tool_use", members, call.cache, &call.extra)
        }
        Part::ToolResult(result) => {
            let content: Vec<Value> = result.content.iter().map(result_part).collect();
            let id = ids::encode(&result.call_id);
            let members =
                json!({"tool_use_id": id, "is_error": result.is_error, "content": content});
            block("tool_result", members, result.cache, &result.extra)
        }
        Part::Other(json) => value(json),
    }
}

fn result_part(part: &ResultPart) -> Value {
    match part {
        ResultPart::Text(text) => json!({"type": "text", "text": &**text}),
        ResultPart::Media(each) => media(each),
        ResultPart::Other(json) => value(json),
    }
}

fn tool(tool: &Tool) -> Value {
    match tool {
        Tool::Hosted(tool) => value(&tool.config),
        Tool::Function(tool) => {
            let mut members = json!({"name": &*tool.name, "input_schema": value(&tool.parameters)});
            if let Some(description) = &tool.description {
                members["description"] = json!(&**description);
            }
            if let Some(strict) = tool.strict {
                members["strict"] = json!(strict);
            }
            block("custom", members, tool.cache, &tool.extra)
        }
    }
}

fn body(request: &Request) -> Value {
    let messages: Vec<Value> = request.messages.iter().map(message).collect();
    let system: Vec<Value> =
        request.system.iter().map(|text| part(&Part::Text(text.clone()))).collect();
    let mut body = json!({
        "model": &*request.model,
        "messages": messages,
        "system": system,
        "tools": request.tools.iter().map(tool).collect::<Vec<Value>>(),
        "max_tokens": request.max_output_tokens,
        "temperature": request.temperature,
        "top_k": request.top_k,
        "stop_sequences": request.stop_sequences.iter().map(|text| text.to_string()).collect::<Vec<_>>(),
        "stream": request.stream,
    });
    if let Some(choice) = &request.tool_choice {
        body["tool_choice"] = match choice {
            ToolChoice::Auto => json!({"type": "auto"}),
            ToolChoice::None => json!({"type": "none"}),
            ToolChoice::Any => json!({"type": "any"}),
            ToolChoice::Named(name) => json!({"type": "tool", "name": &**name}),
        };
        if let Some(parallel) = request.parallel_tools {
            body["tool_choice"]["disable_parallel_tool_use"] = json!(!parallel);
        }
    }
    for field in &request.extra {
        body[&field.name] = value(&field.value);
    }
    body
}

fn message(message: &Message) -> Value {
    let role = match message.role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    };
    let content: Vec<Value> = message.parts.iter().map(part).collect();
    let mut body = json!({"role": role, "content": content});
    for field in &message.extra {
        body[&field.name] = value(&field.value);
    }
    body
}

// --- Any request -----------------------------------------------------------------------------------

fn words() -> impl Strategy<Value = String> {
    "\\PC{1,12}|[\u{1}-\u{7f}]{1,30}"
}

fn json_object() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![any::<u32>().prop_map(Value::from), words().prop_map(Value::from)];
    proptest::collection::btree_map("[a-z]{1,3}", leaf, 0..4).prop_map(|map| {
        let map: Map<String, Value> = map.into_iter().collect();
        Json::from_checked(Value::Object(map).to_string().into())
    })
}

fn other() -> impl Strategy<Value = Json> {
    words().prop_map(|text| {
        Json::from_checked(json!({"type": "search_result", "content": [text]}).to_string().into())
    })
}

fn extra() -> impl Strategy<Value = Vec<Field>> {
    vec(json_object(), 0..2).prop_map(|values| {
        let fields = values.into_iter().enumerate();
        fields.map(|(index, value)| Field { name: format!("x_{index}"), value }).collect()
    })
}

fn cache() -> impl Strategy<Value = Option<CacheHint>> {
    option::of(
        prop_oneof![Just(None), Just(Some(300)), Just(Some(3600))]
            .prop_map(|ttl| CacheHint { ttl }),
    )
}

fn any_text() -> impl Strategy<Value = Text> {
    (words(), cache(), extra()).prop_map(|(text, cache, extra)| Text {
        text: text.into(),
        state: None,
        cache,
        extra,
    })
}

fn any_media() -> impl Strategy<Value = Media> {
    let source = prop_oneof![
        "[a-zA-Z0-9+/]{1,20}".prop_map(|data| {
            MediaSource::Blob(Blob { media_type: "image/png".into(), base64: data.into() })
        }),
        words().prop_map(|url| MediaSource::Url(url.into())),
        words().prop_map(|file| MediaSource::File(file.into())),
        words().prop_map(|text| MediaSource::Text(text.into())),
    ];
    let kind = prop_oneof![Just(MediaKind::Image), Just(MediaKind::Document)];
    (kind, source, option::of(words()), extra()).prop_map(|(kind, source, title, extra)| Media {
        kind,
        source,
        title: title.map(Into::into),
        cache: None,
        extra,
    })
}

fn any_thinking() -> impl Strategy<Value = Part> {
    (words(), option::of(words()), any::<bool>()).prop_map(|(text, state, redacted)| {
        let state = if redacted { Some(state.unwrap_or_default()) } else { state };
        let text = if redacted { String::new() } else { text };
        Part::Thinking(Thinking { text: text.into(), state: state.map(Into::into), redacted })
    })
}

fn any_call() -> impl Strategy<Value = ToolCall> {
    (words(), words(), json_object(), cache(), extra()).prop_map(
        |(id, name, arguments, cache, extra)| ToolCall {
            id: id.into(),
            name: name.into(),
            arguments,
            state: None,
            cache,
            extra,
        },
    )
}

fn any_result() -> impl Strategy<Value = ToolResult> {
    let part = prop_oneof![
        words().prop_map(|text| ResultPart::Text(text.into())),
        any_media().prop_map(ResultPart::Media),
        other().prop_map(ResultPart::Other),
    ];
    (words(), any::<bool>(), vec(part, 0..4), cache(), extra()).prop_map(
        |(id, is_error, content, cache, extra)| ToolResult {
            call_id: id.into(),
            name: Default::default(),
            is_error,
            content,
            cache,
            extra,
        },
    )
}

fn any_message() -> impl Strategy<Value = Message> {
    let user = vec(
        prop_oneof![
            any_text().prop_map(Part::Text),
            any_media().prop_map(Part::Media),
            any_result().prop_map(Part::ToolResult),
            other().prop_map(Part::Other),
        ],
        1..4,
    );
    let assistant = (
        vec(prop_oneof![any_text().prop_map(Part::Text), any_thinking()], 1..4),
        option::of(any_call()),
    );
    let system = vec(any_text().prop_map(Part::Text), 0..3);
    let said = prop_oneof![
        user.prop_map(|parts| (Role::User, parts)),
        assistant.prop_map(|(mut parts, call)| {
            parts.extend(call.map(Part::ToolCall));
            (Role::Assistant, parts)
        }),
        system.prop_map(|parts| (Role::System, parts)),
    ];
    (said, extra()).prop_map(|((role, parts), extra)| Message { role, parts, extra })
}

fn any_tools() -> impl Strategy<Value = Vec<Tool>> {
    let function =
        (option::of(words()), json_object(), option::of(any::<bool>()), cache(), extra()).prop_map(
            |(description, parameters, strict, cache, extra)| {
                let description = description.map(Into::into);
                Tool::Function(FunctionTool {
                    name: "".into(),
                    description,
                    parameters,
                    strict,
                    cache,
                    extra,
                })
            },
        );
    let hosted = Just(()).prop_map(|()| {
        let config = Json::from_checked(r#"{"type":"web_search_1","max_uses":3}"#.into());
        Tool::Hosted(HostedTool { kind: "web_search_1".into(), name: "".into(), config })
    });
    vec(prop_oneof![function, hosted], 0..3).prop_map(|mut tools| {
        for (index, tool) in tools.iter_mut().enumerate() {
            if let Tool::Function(tool) = tool {
                tool.name = format!("tool_{index}").into();
            }
        }
        tools
    })
}

fn any_request() -> impl Strategy<Value = Request> {
    let choice = prop_oneof![
        Just(ToolChoice::Auto),
        Just(ToolChoice::None),
        Just(ToolChoice::Any),
        words().prop_map(|name| ToolChoice::Named(name.into())),
    ];
    let choice = option::of((choice, option::of(any::<bool>())));
    let options = (1..u32::MAX, option::of(0.0..1.0), option::of(any::<u32>()), any::<bool>());
    (
        vec(any_text(), 0..3),
        vec(any_message(), 1..5),
        any_tools(),
        choice,
        options,
        vec(words(), 0..2),
        extra(),
    )
        .prop_map(|(system, messages, tools, choice, options, stops, extra)| {
            let (tool_choice, parallel_tools) = choice.unzip();
            Request {
                model: "m".into(),
                system,
                messages,
                tools,
                tool_choice,
                parallel_tools: parallel_tools.flatten(),
                max_output_tokens: Some(options.0),
                temperature: options.1,
                top_k: options.2,
                stream: options.3,
                stop_sequences: stops.into_iter().map(Into::into).collect(),
                extra,
                ..Request::default()
            }
        })
}

/// Results are told the name of their call, which is not in the body.
fn without_names(mut request: Request) -> Request {
    for part in request.messages.iter_mut().flat_map(|message| &mut message.parts) {
        if let Part::ToolResult(result) = part {
            result.name = Default::default();
        }
    }
    request
}

proptest! {
    #[test]
    fn parse_reads_what_was_written(request in any_request()) {
        prop_assert_eq!(without_names(parsed(&body(&request))), request);
    }
}
