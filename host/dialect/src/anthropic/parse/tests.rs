#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod faults;
mod identity;

use clasp_model::{
    Blob, ByteString, CacheHint, Header, Media, MediaKind, MediaSource, Part, Request, ResultPart,
    Role, Text, Thinking, Tool, ToolChoice,
};
use serde_json::{Value, json};

use crate::{parse, parse_count};

fn parsed(body: &Value) -> Request {
    let body = ByteString::from(body.to_string());
    parse(Default::default(), &body, &[]).unwrap().request
}

fn refused(body: &Value) -> String {
    let body = ByteString::from(body.to_string());
    parse(Default::default(), &body, &[]).unwrap_err().message
}

/// A request with these members besides the required ones.
fn request(members: Value) -> Value {
    let mut body = json!({
        "model": "claude-opus-5-5",
        "max_tokens": 100,
        "messages": [{"role": "user", "content": "Hello"}],
    });
    for (name, value) in members.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// The parts of a user message with this content.
fn parts(content: Value) -> Vec<Part> {
    let body = request(json!({"messages": [{"role": "user", "content": content}]}));
    parsed(&body).messages.remove(0).parts
}

fn text(text: &str) -> Part {
    Part::Text(Text { text: text.into(), ..Text::default() })
}

#[test]
fn the_least_request() {
    let request = parsed(&request(json!({})));
    assert_eq!(&*request.model, "claude-opus-5-5");
    assert_eq!(request.max_output_tokens, Some(100));
    assert_eq!(request.messages[0].role, Role::User);
    assert_eq!(request.messages[0].parts, [text("Hello")]);
    assert!(!request.stream && request.reasoning.is_none() && request.extra.is_empty());
}

#[test]
fn all_options() {
    let request = parsed(&request(json!({
        "stream": true, "temperature": 1, "top_p": 0.5, "top_k": 40, "stop_sequences": ["END"],
        "tool_choice": {"type": "tool", "name": "x", "disable_parallel_tool_use": true},
        "thinking": {"type": "enabled", "budget_tokens": 31999},
        "output_config": {"effort": "high", "format": {"type": "json_schema", "schema": {"type": "object"}}},
        "service_tier": "auto", "safeguards": [1], "system": null,
    })));
    assert!(request.stream);
    assert_eq!(
        (request.temperature, request.top_p, request.top_k),
        (Some(1.0), Some(0.5), Some(40))
    );
    assert_eq!(request.stop_sequences, ["END"]);
    assert_eq!(request.tool_choice, Some(ToolChoice::Named("x".into())));
    assert_eq!(request.parallel_tools, Some(false));
    let reasoning = request.reasoning.unwrap();
    assert_eq!(reasoning.effort.as_deref(), Some("high"));
    assert_eq!((reasoning.budget_tokens, reasoning.visible), (Some(31999), true));
    let schema = request.output_schema.unwrap();
    assert_eq!((schema.schema.as_str(), schema.strict), (r#"{"type":"object"}"#, true));
    let extra: Vec<_> = request.extra.iter().map(|f| (f.name.as_str(), f.value.as_str())).collect();
    assert_eq!(extra, [("service_tier", "\"auto\""), ("safeguards", "[1]")]);
}

#[test]
fn c08_thinking() {
    let reasoning = |members: Value| parsed(&request(members)).reasoning;
    let adaptive =
        reasoning(json!({"thinking": {"type": "adaptive", "display": "updates"}})).unwrap();
    assert_eq!((adaptive.effort, adaptive.budget_tokens, adaptive.visible), (None, None, true));
    let hidden =
        reasoning(json!({"thinking": {"type": "adaptive", "display": "omitted"}})).unwrap();
    assert!(!hidden.visible);
    let off = json!({"thinking": {"type": "disabled"}, "output_config": {"effort": "high"}});
    assert_eq!(reasoning(off).unwrap().effort.as_deref(), Some("none"));
    let effort = reasoning(json!({"output_config": {"effort": "max"}})).unwrap();
    assert_eq!((effort.effort.as_deref(), effort.visible), (Some("max"), false));
    assert_eq!(reasoning(json!({"thinking": null})), None);
    let old = parsed(&request(json!({"output_format": {"type": "json_schema", "schema": {}}})));
    assert_eq!(old.output_schema.unwrap().schema.as_str(), "{}");
}

#[test]
fn c11_the_billing_header_is_left_out() {
    let header = "x-anthropic-billing-header: cc_version=2.1.329.abc; cc_entrypoint=sdk-cli;";
    let request = parsed(&request(json!({"system": [
        {"type": "text", "text": header},
        {"type": "text", "text": "You are", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
        {"type": "text", "text": "a helper.", "citations": null},
    ]})));
    assert_eq!(request.system.len(), 2);
    assert_eq!(&*request.system[0].text, "You are");
    assert_eq!(request.system[0].cache, Some(CacheHint { ttl: Some(3600) }));
    assert_eq!(request.system[1].extra[0].name, "citations");
    let plain = parsed(&super::tests::request(json!({"system": format!("{header}\nBe brief.")})));
    assert_eq!(&*plain.system[0].text, "Be brief.");
    assert_eq!(parsed(&super::tests::request(json!({"system": ""}))).system, []);
}

#[test]
fn c16_system_messages_stay_where_they_are() {
    let request = parsed(&request(json!({"messages": [
        {"role": "user", "content": "a"},
        {"role": "system", "content": "b", "output_config": {"effort": "low"}},
        {"role": "assistant", "content": [{"type": "text", "text": "c"}]},
        {"role": "user", "content": "d"},
        {"role": "system", "content": [{"type": "text", "text": "e"}]},
    ]})));
    let roles: Vec<Role> = request.messages.iter().map(|message| message.role).collect();
    assert_eq!(roles, [Role::User, Role::System, Role::Assistant, Role::User, Role::System]);
    assert_eq!(request.messages[1].extra[0].value.as_str(), r#"{"effort":"low"}"#);
    assert_eq!(request.messages[4].parts, [text("e")]);
}

#[test]
fn c17_threads_are_refused_in_their_own_way() {
    let body = ByteString::from(request(json!({"thread": {"type": "create"}})).to_string());
    let failure = parse(Default::default(), &body, &[]).unwrap_err();
    let answer = crate::error(Default::default(), &failure, "req_1");
    assert_eq!(answer.status, 400);
    let document: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(document["error"]["details"]["error_code"], "thread_unsupported_request");
    parsed(&request(json!({"thread": null})));
}

#[test]
fn c18_what_has_no_name_is_kept() {
    let request = parsed(&request(json!({
        "tools": [
            {"name": "Read", "description": "Reads.", "input_schema": {"type": "object"},
             "defer_loading": true, "eager_input_streaming": true, "cache_control": {"type": "ephemeral"}},
            {"type": "custom", "name": "Write", "input_schema": {}, "strict": true},
            {"type": "web_search_20250305", "name": "web_search", "max_uses": 8},
        ],
        "context_management": {"edits": []},
        "metadata": {"user_id": "u", "other": 1},
        "output_config": {"effort": "low", "task_budget": 5},
        "messages": [
            {"role": "assistant", "content": [
                {"type": "server_tool_use", "id": "srv", "name": "web_search", "input": {}},
                {"type": "tool_use", "id": "toolu_1", "name": "Search", "input": {"__unparsedToolInput": {"raw": "{"}}},
            ]},
            {"role": "user", "content": [
                {"tool_use_id": "toolu_1", "type": "tool_result", "content": [{"type": "tool_reference", "tool_name": "X"}]},
                {"type": "text", "text": "Tool loaded.", "cache_control": {"type": "ephemeral"}},
            ]},
        ],
    })));
    let [Tool::Function(read), Tool::Function(write), Tool::Hosted(search)] = &request.tools[..]
    else {
        panic!("{:?}", request.tools)
    };
    let extra: Vec<_> = read.extra.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(extra, ["defer_loading", "eager_input_streaming"]);
    assert_eq!(read.cache, Some(CacheHint { ttl: None }));
    assert_eq!((&*write.name, write.strict), ("Write", Some(true)));
    assert_eq!((&*search.kind, &*search.name), ("web_search_20250305", "web_search"));
    assert!(search.config.as_str().contains("\"max_uses\":8"));
    let extra: Vec<_> = request.extra.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(extra, ["context_management", "metadata", "output_config"]);
    assert!(
        matches!(&request.messages[0].parts[0], Part::Other(json) if json.as_str().contains("srv"))
    );
    let Part::ToolResult(result) = &request.messages[1].parts[0] else { panic!() };
    assert!(
        matches!(&result.content[0], ResultPart::Other(json) if json.as_str().contains("\"X\""))
    );
    assert_eq!(&*result.name, "Search");
    assert_eq!(parsed(&super::tests::request(json!({"tools": []}))).tools, []);
}

#[test]
fn c01_results_know_the_nearest_earlier_call() {
    let call = |name| json!({"role": "assistant", "content": [{"type": "tool_use", "id": "call_0", "name": name, "input": {}}]});
    let result = |id| json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": id, "is_error": true}]});
    let request = parsed(&request(json!({"messages": [
        call("first"), result("call_0"), call("second"), result("call_0"), result("other"),
    ]})));
    let names: Vec<&str> = request
        .messages
        .iter()
        .flat_map(|message| &message.parts)
        .filter_map(|part| match part {
            Part::ToolResult(result) => Some(&*result.name),
            _ => None,
        })
        .collect();
    assert_eq!(names, ["first", "second", ""]);
}

#[test]
fn c05_ids_of_providers_come_back() {
    let id = crate::ids::encode("functions.read:0").into_owned();
    let request = parsed(&request(json!({"messages": [
        {"role": "assistant", "content": [{"type": "tool_use", "id": id, "name": "read", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": id, "content": "ok"}]},
    ]})));
    let Part::ToolCall(call) = &request.messages[0].parts[0] else { panic!() };
    let Part::ToolResult(result) = &request.messages[1].parts[0] else { panic!() };
    assert_eq!((&*call.id, &*result.call_id), ("functions.read:0", "functions.read:0"));
    assert_eq!(&*result.name, "read");
}

#[test]
fn c02_media_of_every_source() {
    let image = |source| json!([{"type": "image", "source": source}]);
    let source = |source| match parts(image(source)).remove(0) {
        Part::Media(Media { kind: MediaKind::Image, source, .. }) => source,
        part => panic!("{part:?}"),
    };
    assert_eq!(
        source(json!({"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="})),
        MediaSource::Blob(Blob { media_type: "image/png".into(), base64: "iVBORw0KGgo=".into() })
    );
    assert_eq!(
        source(json!({"type": "url", "url": "https://a"})),
        MediaSource::Url("https://a".into())
    );
    assert_eq!(source(json!({"type": "file", "file_id": "f"})), MediaSource::File("f".into()));
    let document = parts(json!([{"type": "document", "title": "t", "context": "c",
        "source": {"type": "text", "media_type": "text/plain", "data": "d"}}]));
    let Part::Media(document) = &document[0] else { panic!() };
    assert_eq!(document.source, MediaSource::Text("d".into()));
    assert_eq!(
        (document.title.as_deref(), document.extra[0].name.as_str()),
        (Some("t"), "context")
    );
    let blocks = parts(json!([{"type": "document", "source": {"type": "content", "content": []}}]));
    assert!(
        matches!(&blocks[0], Part::Other(json) if json.as_str().starts_with("{\"type\":\"document\""))
    );
}

#[test]
fn payloads_are_slices_of_the_body() {
    let data = "QUJD".repeat(10_000);
    let body = request(json!({"messages": [{"role": "user", "content": [
        {"type": "tool_result", "tool_use_id": "a", "content": [
            {"source": {"data": data, "media_type": "image/png", "type": "base64"}, "type": "image"}]}]}]}));
    let body = ByteString::from(body.to_string());
    let request = parse(Default::default(), &body, &[]).unwrap().request;
    let Part::ToolResult(result) = &request.messages[0].parts[0] else { panic!() };
    let ResultPart::Media(Media { source: MediaSource::Blob(blob), .. }) = &result.content[0]
    else {
        panic!()
    };
    assert!(body.as_bytes().as_ptr_range().contains(&blob.base64.as_ptr()));
    let escaped = body.replace("QUJDQUJDQUJD", "Q\\/JD");
    let request = parse(Default::default(), &escaped.into(), &[]).unwrap().request;
    let Part::ToolResult(result) = &request.messages[0].parts[0] else { panic!() };
    assert!(
        matches!(&result.content[0], ResultPart::Media(Media { source: MediaSource::Blob(blob), .. })
        if blob.base64.starts_with("Q/JD"))
    );
}

#[test]
fn thinking_comes_back() {
    let request = parsed(&request(json!({"messages": [{"role": "assistant", "content": [
        {"type": "thinking", "thinking": "hm", "signature": "sig"},
        {"type": "thinking", "thinking": "", "signature": ""},
        {"type": "redacted_thinking", "data": "xyz"},
    ]}]})));
    let thinking = |text: &str, state: Option<&str>, redacted| {
        Part::Thinking(Thinking { text: text.into(), state: state.map(Into::into), redacted })
    };
    assert_eq!(
        request.messages[0].parts,
        [
            thinking("hm", Some("sig"), false),
            thinking("", None, false),
            thinking("", Some("xyz"), true)
        ]
    );
}

#[test]
fn results_of_every_shape() {
    let content = |content: Value| {
        let block = json!([{"type": "tool_result", "tool_use_id": "a", "content": content}]);
        match parts(block).remove(0) {
            Part::ToolResult(result) => (result.content, result.cache),
            part => panic!("{part:?}"),
        }
    };
    assert_eq!(content(json!("ok")), (vec![ResultPart::Text("ok".into())], None));
    assert_eq!(content(json!("")).0, []);
    assert_eq!(content(json!(null)).0, []);
    assert_eq!(content(json!([])).0, []);
    let cached =
        json!([{"type": "text", "text": "", "cache_control": {"type": "ephemeral", "ttl": "5m"}}]);
    assert_eq!(
        content(cached),
        (vec![ResultPart::Text("".into())], Some(CacheHint { ttl: Some(300) }))
    );
}

#[test]
fn sessions_have_a_short_stable_key() {
    let session = |user: &str| {
        let request = parsed(&request(json!({"metadata": {"user_id": user}})));
        assert_eq!(request.user.as_deref(), Some(user));
        assert!(request.extra.is_empty());
        request.session.unwrap()
    };
    let one = session(r#"{"device_id":"1","session_id":"s1"}"#);
    assert_eq!(one, session(r#"{"device_id":"2","session_id":"s1"}"#));
    assert_ne!(one, session(r#"{"device_id":"1","session_id":"s2"}"#));
    assert_eq!(one, session("s1"));
    assert_ne!(session("{"), session("{\"session_id\":\"\"}"));
    assert!(one.len() == 32 && one.bytes().all(|byte| byte.is_ascii_hexdigit()));
}

#[test]
fn headers_that_belong_to_the_request() {
    let header = |name: &str, value: &str| Header { name: name.into(), value: value.into() };
    let headers =
        [header("X-Api-Key", "secret"), header("Anthropic-Beta", "a,b"), header("cookie", "c")];
    let body = ByteString::from(request(json!({})).to_string());
    let request = parse(Default::default(), &body, &headers).unwrap().request;
    assert_eq!(request.headers, [header("anthropic-beta", "a,b")]);
}

#[test]
fn counting_needs_no_max_tokens() {
    let body = r#"{"model":"m","messages":[{"role":"user","content":"foo"}]}"#.into();
    assert_eq!(parse_count(Default::default(), &body, &[]).unwrap().max_output_tokens, None);
    assert!(parse(Default::default(), &body, &[]).is_err());
}
