//! What arrived at the vendor, counted: whoever translates must have lost nothing.

use serde_json::Value;

/// Counts of a Chat request that do not depend on how a translator spells it.
#[derive(Default)]
struct Counts {
    images: usize,
    image_bytes: usize,
    calls: usize,
    argument_bytes: usize,
    results: usize,
    text_bytes: usize,
}

/// One line for the request `body`.
pub fn summary(body: &[u8]) -> Result<String, serde_json::Error> {
    let request: Value = serde_json::from_slice(body)?;
    let mut counts = Counts::default();
    for message in list(&request["messages"]) {
        counts.results += usize::from(message["role"] == "tool");
        counts.content(&message["content"]);
        for call in list(&message["tool_calls"]) {
            counts.calls += 1;
            counts.argument_bytes += dense(call["function"]["arguments"].as_str());
        }
    }
    let tools = list(&request["tools"]);
    let described: usize =
        tools.iter().map(|tool| dense(tool["function"]["description"].as_str())).sum();
    let schemas: usize = tools
        .iter()
        .map(|tool| list_or_members(&tool["function"]["parameters"]["properties"]))
        .sum();
    Ok(format!(
        "tools {} described {described} properties {schemas} images {} image-bytes {} calls {} \
         argument-bytes {} results {} text-bytes {}",
        tools.len(),
        counts.images,
        counts.image_bytes,
        counts.calls,
        counts.argument_bytes,
        counts.results,
        counts.text_bytes,
    ))
}

impl Counts {
    fn content(&mut self, content: &Value) {
        self.text_bytes += dense(content.as_str());
        for part in list(content) {
            self.text_bytes += dense(part["text"].as_str());
            if let Some(url) = part["image_url"]["url"].as_str() {
                self.images += 1;
                self.image_bytes += url.split_once(";base64,").map_or(0, |(_, data)| data.len());
            }
        }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn list_or_members(value: &Value) -> usize {
    value.as_object().map_or_else(|| list(value).len(), serde_json::Map::len)
}

/// The length without white space, which a translator may add or take between parts.
fn dense(text: Option<&str>) -> usize {
    text.map_or(0, |text| text.split_ascii_whitespace().map(str::len).sum())
}
