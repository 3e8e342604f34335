//! Where the picture of a request must stand, in each provider's own form.

use clasp_tests::support::upstream::Recorded;
use serde_json::{Value, json};

use crate::dialect::DOT;

/// The picture as it came, and as it should have come.
pub fn of(request: &Recorded) -> (Value, Value) {
    let url = || json!(format!("data:image/png;base64,{DOT}"));
    let path = request.path.split('?').next().unwrap_or_default();
    let ends = |end: &str| path.ends_with(end);
    let (place, form) = if ends("/chat/completions") || ends("/v2/chat") {
        ("/messages/0/content/1", json!({"type": "image_url", "image_url": {"url": url()}}))
    } else if ends("/responses") {
        ("/input/0/content/1", json!({"type": "input_image", "image_url": url()}))
    } else if ends("/messages") || ends("awPredict") {
        let source = json!({"type": "base64", "media_type": "image/png", "data": DOT});
        ("/messages/0/content/1", json!({"type": "image", "source": source}))
    } else if ends("enerateContent") {
        let data = json!({"mimeType": "image/png", "data": DOT});
        ("/contents/0/parts/1", json!({"inlineData": data}))
    } else if ends("/converse") || ends("/converse-stream") {
        let image = json!({"format": "png", "source": {"bytes": DOT}});
        ("/messages/0/content/1", json!({"image": image}))
    } else if ends("/api/chat") {
        ("/messages/0/images", json!([DOT]))
    } else {
        panic!("{path} has no known form of pictures")
    };
    let mut came = request.body.pointer(place).cloned().unwrap_or_default();
    // The prompt ends with it, and so may what the provider is to keep in its cache.
    came.as_object_mut().map(|image| image.remove("cache_control"));
    (came, form)
}
