//! Counts a prompt's tokens with `countTokens`.
//!
//! <https://ai.google.dev/api/tokens>, as of 2026-11-21.

use crate::notes::Notes;
use crate::{Failure, HttpRequest, HttpResponse, Method, Request, Target};
use crate::{failure, json, size};

use serde_json::Value;

use super::request::{Prompt, header};
use super::settings::Settings;
use super::{Service, error};

/// The request that counts, for the model's resource `path`.
///
/// # Errors
/// What the provider cannot take, by its path.
pub fn count(
    service: Service,
    path: &str,
    target: &Target,
    request: &Request,
) -> Result<HttpRequest, Failure> {
    let settings = Settings::of(target)?;
    let mut notes = Notes::default();
    let prompt = Prompt::read(service, &settings, target, request, &mut notes)?;
    let mut writer = json::Writer::with_capacity(size::body(request));
    writer.open_object();
    // Vertex AI takes the prompt's members themselves.
    if service == Service::Gemini {
        writer.key("generateContentRequest");
        writer.open_object();
        let resource = path.rsplit_once("models/").map_or(path, |(_, id)| id);
        writer.string_member("model", &format!("models/{resource}"));
    }
    prompt.write(service, target, &mut notes, &mut writer);
    // Of the tools only their declarations are prompt.
    prompt.tools.declare(&mut notes, &mut writer);
    if service == Service::Gemini {
        writer.close_object();
    }
    writer.close_object();
    Ok(HttpRequest {
        method: Method::Post,
        path: format!("{path}:countTokens"),
        headers: vec![header("content-type", "application/json")],
        body: writer.into_segments(),
    })
}

/// Reads the count.
///
/// # Errors
/// The provider's own failure, or that the answer holds no count.
pub fn parse(response: &HttpResponse) -> Result<u64, Failure> {
    if !(200..300).contains(&response.status) {
        return Err(error::from_response(response));
    }
    let document = serde_json::from_str::<Value>(&String::from_utf8_lossy(&response.body)).ok();
    document
        .and_then(|document| document.get("totalTokens")?.as_u64())
        .ok_or_else(|| failure::protocol("the answer holds no totalTokens"))
}
