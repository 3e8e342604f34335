//! Counts a prompt's tokens with the provider's own endpoint.
//!
//! <https://developers.openai.com/api/reference/resources/responses/subresources/input_tokens>,
//! as of 2026-11-21.

use serde_json::Value;

use super::profile::{Options, Profile};
use super::request::{Written, write};
use super::{params, tools};
use crate::types::{Failure, HttpRequest, HttpResponse, Request, Target};
use crate::{body, failure};

/// The request that counts; all of the conversation, whatever the provider keeps of it.
///
/// # Errors
/// As [`begin`](super::begin).
pub fn count(
    profile: &Profile,
    target: &Target,
    request: &Request,
) -> Result<HttpRequest, Failure> {
    let Written { mut writer, offer, mut notes, .. } =
        write(profile, &Options::default(), target, request)?;
    tools::write(profile, &offer, request, &mut notes, &mut writer)?;
    params::format(profile, request, &mut notes, &mut writer);
    writer.close_object();
    Ok(body::post(format!("{}/input_tokens", profile.path), false, writer))
}

/// Reads the answer to [`count`].
///
/// # Errors
/// The provider's own failure, or that the answer is no count.
pub fn parse_count(response: &HttpResponse) -> Result<u64, Failure> {
    if !(200..300).contains(&response.status) {
        return Err(failure::from_response(response));
    }
    let document = serde_json::from_str::<Value>(&String::from_utf8_lossy(&response.body)).ok();
    let count = document.as_ref().and_then(|document| document.get("input_tokens")?.as_u64());
    count.ok_or_else(|| failure::protocol("the answer holds no count of tokens"))
}
