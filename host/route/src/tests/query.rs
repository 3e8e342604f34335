//! What a request needs, and whether it is asked by the way.

use clasp_model::{
    Blob, ByteString, FunctionTool, Json, Media, MediaKind, MediaSource, Message, OutputSchema,
    Part, Reasoning, Request, ResultPart, Role, Text, Tool, ToolResult,
};

use crate::{Needs, background};

fn says(parts: Vec<Part>) -> Request {
    let messages = vec![Message { role: Role::User, parts, extra: Vec::new() }];
    Request { messages, ..Request::default() }
}

fn text(text: &'static str) -> Part {
    Part::Text(Text { text: ByteString::from_static(text), ..Text::default() })
}

fn media(kind: MediaKind, source: MediaSource) -> Media {
    Media { kind, source, title: None, cache: None, extra: Vec::new() }
}

fn payload() -> MediaSource {
    MediaSource::Blob(Blob { media_type: "x/y".into(), base64: ByteString::from_static("QUJD") })
}

fn tool() -> Tool {
    Tool::Function(FunctionTool {
        name: "t".into(),
        description: None,
        parameters: Json::from_checked("{}".into()),
        strict: None,
        cache: None,
        extra: Vec::new(),
    })
}

fn schema(schema: &'static str) -> Option<OutputSchema> {
    let schema = Json::from_checked(ByteString::from_static(schema));
    Some(OutputSchema { name: None, schema, strict: true })
}

#[test]
fn media_are_found_in_messages_and_in_results() {
    let none = Needs::default();
    for (kind, needs) in [
        (MediaKind::Image, Needs { images: true, ..none }),
        (MediaKind::Document, Needs { documents: true, ..none }),
        (MediaKind::Audio, Needs { audio: true, ..none }),
        (MediaKind::Video, none),
    ] {
        let part = media(kind, payload());
        assert_eq!(Needs::of(&says(vec![text("a"), Part::Media(part.clone())])), needs);
        let result = ToolResult {
            call_id: "c".into(),
            name: ByteString::new(),
            is_error: false,
            content: vec![ResultPart::Text("b".into()), ResultPart::Media(part)],
            cache: None,
            extra: Vec::new(),
        };
        assert_eq!(Needs::of(&says(vec![Part::ToolResult(result)])), needs);
    }
}

#[test]
fn a_document_of_plain_text_needs_nothing() {
    let part = media(MediaKind::Document, MediaSource::Text("plain".into()));
    assert_eq!(Needs::of(&says(vec![Part::Media(part)])), Needs::default());
}

#[test]
fn tools_thinking_and_schemas_are_needs() {
    let thinks = |reasoning| Needs::of(&Request { reasoning, ..Request::default() }).thinking;
    let effort = |word: &str| Some(Reasoning { effort: Some(word.into()), ..Reasoning::default() });
    assert!(thinks(effort("high")));
    assert!(thinks(Some(Reasoning { budget_tokens: Some(1024), ..Reasoning::default() })));
    assert!(!thinks(effort("none")));
    assert!(!thinks(Some(Reasoning { budget_tokens: Some(0), ..Reasoning::default() })));
    assert!(!thinks(None));
    let request =
        Request { tools: vec![tool()], output_schema: schema("{}"), ..Request::default() };
    let needs = Needs { tools: true, output_schema: true, ..Needs::default() };
    assert_eq!(Needs::of(&request), needs);
}

#[test]
fn what_claude_code_asks_by_the_way_is_background() {
    const TITLE: &str = r#"{"type":"object","properties":{"title":{"type":"string"}},"required":["title"],"additionalProperties":false}"#;
    const TOPIC: &str =
        r#"{"properties":{"isNewTopic":{"type":"boolean"},"title":{"type":"string"}}}"#;
    let opus = Request { model: "claude-opus-4-8".into(), ..says(vec![text("hello")]) };
    let haiku = Request { model: "claude-haiku-4-5-20251001".into(), ..opus.clone() };
    let titled = Request { output_schema: schema(TITLE), ..opus.clone() };
    let topical = Request { output_schema: schema(TOPIC), ..opus.clone() };
    let warmup = Request { model: "claude-sonnet-5".into(), ..says(vec![text("Warmup")]) };
    for request in [&haiku, &titled, &topical, &warmup] {
        assert!(background(request), "{request:?}");
        assert!(!background(&Request { tools: vec![tool()], ..request.clone() }));
    }
    assert!(!background(&opus));
}

#[test]
fn another_schema_is_not_background() {
    let of = |text| background(&Request { output_schema: schema(text), ..Request::default() });
    assert!(!of(r#"{"properties":{"title":{},"author":{}}}"#));
    assert!(!of(r#"{"properties":{"isNewTopic":{}}}"#));
    assert!(!of(r#"{"description":"title"}"#));
    assert!(!of(r#"["title"]"#));
}
