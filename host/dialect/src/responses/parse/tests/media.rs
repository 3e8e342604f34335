//! Payloads (rule C2): where they are, and that they stay slices of the body.

use clasp_model::{Blob, ByteString, CacheHint, Dialect, Media, MediaKind, MediaSource, Part};
use serde_json::{Value, json};

use super::{messages, value};
use crate::parse;

fn media(part: Value) -> Media {
    let mut got = messages(json!([{"role": "user", "content": [part]}]));
    match got.remove(0).parts.remove(0) {
        Part::Media(media) => media,
        part => panic!("{part:?}"),
    }
}

fn blob(media_type: &str, base64: &str) -> MediaSource {
    MediaSource::Blob(Blob { media_type: media_type.into(), base64: base64.into() })
}

#[test]
fn images() {
    let image = |part: Value| {
        let media = media(part);
        assert_eq!(media.kind, MediaKind::Image);
        media.source
    };
    let url = "https://a/b.png";
    assert_eq!(
        image(json!({"type": "input_image", "image_url": url, "detail": "auto"})),
        MediaSource::Url(url.into())
    );
    assert_eq!(
        image(json!({"type": "input_image", "image_url": "data:image/PNG;charset=x;base64,QUJD"})),
        blob("image/png", "QUJD")
    );
    assert_eq!(
        image(json!({"type": "input_image", "image_url": null, "file_id": "file_1"})),
        MediaSource::File("file_1".into())
    );
    let kept = media(json!({"type": "input_image", "image_url": url, "detail": "high",
                            "prompt_cache_breakpoint": {"mode": "explicit", "ttl": "12h"}}));
    assert_eq!(
        (kept.extra[0].name.as_str(), value(&kept.extra[0].value)),
        ("detail", json!("high"))
    );
    assert_eq!(kept.cache, Some(CacheHint { ttl: Some(43_200) }));
}

#[test]
fn files() {
    let file = |part: Value| {
        let media = media(part);
        assert_eq!(media.kind, MediaKind::Document);
        (media.source, media.title.map(|title| title.to_string()))
    };
    let named = |name: &str| Some(name.to_owned());
    assert_eq!(
        file(
            json!({"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,QUJD"})
        ),
        (blob("application/pdf", "QUJD"), named("a.pdf"))
    );
    assert_eq!(
        file(json!({"type": "input_file", "filename": "notes.MD", "file_data": "QUJD"})),
        (blob("text/markdown", "QUJD"), named("notes.MD"))
    );
    assert_eq!(
        file(json!({"type": "input_file", "file_data": "QUJD"})),
        (blob("application/pdf", "QUJD"), None)
    );
    assert_eq!(
        file(json!({"type": "input_file", "file_url": "https://a/b.pdf"})),
        (MediaSource::Url("https://a/b.pdf".into()), None)
    );
    assert_eq!(
        file(json!({"type": "input_file", "file_id": "file_1"})),
        (MediaSource::File("file_1".into()), None)
    );
}

#[test]
fn sound() {
    let sound = |format: &str| {
        let audio = json!({"data": "QUJD", "format": format});
        let media = media(json!({"type": "input_audio", "input_audio": audio}));
        assert_eq!(media.kind, MediaKind::Audio);
        media.source
    };
    assert_eq!(sound("wav"), blob("audio/wav", "QUJD"));
    assert_eq!(sound("mp3"), blob("audio/mpeg", "QUJD"));
}

#[test]
fn payloads_are_slices_of_the_body() {
    let data = "QUJD".repeat(10_000);
    let url = format!("data:image/png;base64,{data}");
    let body = json!({"model": "m", "input": [
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": [{"type": "input_image", "image_url": url}]},
        {"role": "user", "content": [{"image_url": url, "type": "input_image"}]}]});
    let body = ByteString::from(body.to_string());
    let request = parse(Dialect::OpenaiResponses, &body, &[]).unwrap().request;
    let Part::ToolResult(result) = &request.messages[1].parts[0] else { panic!() };
    let clasp_model::ResultPart::Media(in_result) = &result.content[0] else { panic!() };
    let Part::Media(in_message) = &request.messages[2].parts[0] else { panic!() };
    for media in [in_result, in_message] {
        let MediaSource::Blob(blob) = &media.source else { panic!() };
        assert_eq!(&*blob.base64, data);
        assert!(body.as_bytes().as_ptr_range().contains(&blob.base64.as_ptr()));
    }
}
