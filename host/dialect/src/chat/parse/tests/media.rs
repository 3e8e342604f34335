//! Rule C2: images, sound and files, by each source.

use clasp_model::{ByteString, Dialect, Media, MediaSource, Part};
use serde_json::{Value, json};

use super::{read, request, shown};
use crate::parse;

fn part(part: Value) -> Media {
    let messages = json!([{"role": "user", "content": [part]}]);
    let (request, _) = read(&request(json!({ "messages": messages })));
    match &request.messages[0].parts[0] {
        Part::Media(media) => media.clone(),
        other => panic!("{other:?}"),
    }
}

fn blob(media: &Media) -> (&str, &str) {
    match &media.source {
        MediaSource::Blob(blob) => (&blob.media_type, &blob.base64),
        other => panic!("{other:?}"),
    }
}

#[test]
fn images() {
    let image = |url: Value| part(json!({"type": "image_url", "image_url": url}));
    let by_url = image(json!({"url": "https://example.com/a.png", "detail": "high"}));
    let expected = json!({
        "kind": "image", "source": {"type": "url", "value": "https://example.com/a.png"},
        "extra": [{"name": "detail", "value": "high"}],
    });
    assert_eq!(shown(by_url), expected);
    assert_eq!(blob(&image(json!({"url": "data:image/JPEG;base64,AAAA"}))), ("image/jpeg", "AAAA"));
    assert_eq!(blob(&image(json!("DATA:image/gif;x=y; base64,BBBB"))), ("image/gif", "BBBB"));
    assert_eq!(blob(&image(json!({"url": "data:;base64,CC=="}))), ("image/png", "CC=="));
}

#[test]
fn base64_is_a_slice_of_the_body() {
    let url = format!("data:image/png;base64,{}", "A".repeat(5000));
    let content = json!([{"type": "image_url", "image_url": {"url": url}}]);
    let messages = json!([{"role": "user", "content": content}]);
    let body = ByteString::from(request(json!({ "messages": messages })).to_string());
    let request = parse(Dialect::OpenaiChat, &body, &[]).unwrap().request;
    let Part::Media(media) = &request.messages[0].parts[0] else { panic!() };
    assert!(body.as_bytes().as_ptr_range().contains(&blob(media).1.as_ptr()));
    assert_eq!(blob(media).1.len(), 5000);
}

#[test]
fn sound() {
    let sound = |format: &str| {
        let audio = json!({"data": "AAAA", "format": format});
        part(json!({"type": "input_audio", "input_audio": audio}))
    };
    assert_eq!(blob(&sound("wav")), ("audio/wav", "AAAA"));
    assert_eq!(blob(&sound("mp3")), ("audio/mpeg", "AAAA"));
    assert_eq!(blob(&sound("flac")), ("audio/flac", "AAAA"));
}

#[test]
fn files() {
    let file = |file: Value| part(json!({"type": "file", "file": file}));
    let whole = file(json!({"filename": "a.pdf", "file_data": "data:application/pdf;base64,AAAA"}));
    assert_eq!(blob(&whole), ("application/pdf", "AAAA"));
    assert_eq!(whole.title.as_deref(), Some("a.pdf"));
    assert_eq!(blob(&file(json!({"file_data": "AAAA"}))), ("application/pdf", "AAAA"));
    let by_id = file(json!({"file_id": "file-1", "file_data": null}));
    assert_eq!(by_id.source, MediaSource::File("file-1".into()));
    let by_url = file(json!({"file_data": "https://example.com/a.pdf"}));
    assert_eq!(by_url.source, MediaSource::Url("https://example.com/a.pdf".into()));
}

#[test]
fn film_and_what_a_tool_shows() {
    let film = part(json!({"type": "video_url", "video_url": {"url": "data:;base64,AAAA"}}));
    assert_eq!(blob(&film), ("video/mp4", "AAAA"));
    let image = json!({"type": "image_url", "image_url": {"url": "https://example.com/a.png"}});
    let messages = json!([{"role": "tool", "tool_call_id": "x", "content": [image]}]);
    let (request, _) = read(&request(json!({ "messages": messages })));
    let content = shown(&request.messages[0].parts[0])["value"]["content"].clone();
    assert_eq!(content[0]["type"], "media");
}
