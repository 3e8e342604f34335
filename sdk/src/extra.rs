//! Members of a request that the contract has no name for (rule C12). A plugin passes on what its
//! provider knows, and each other one is noted.

use crate::notes::Notes;
use crate::output;
use crate::types::{Dialect, Field, Request};

/// The members that ask for something, but for the form of the answer, which [`output::Form`] tells.
pub fn members(request: &Request) -> impl Iterator<Item = &Field> {
    let asks = |field: &&Field| field.value != "null" && !output::is_form(request, field);
    request.extra.iter().filter(asks)
}

/// The member of that name.
pub fn member<'r>(request: &'r Request, name: &str) -> Option<&'r Field> {
    members(request).find(|field| field.name == name)
}

/// Whether members mean what they mean in OpenAI's dialects: the same name may mean another thing in
/// another one.
pub fn is_openai(request: &Request) -> bool {
    request.dialect != Dialect::AnthropicMessages
}

/// Whether a client of OpenAI's dialects says this, and `known` has its name.
pub fn passes(request: &Request, known: &[&str], name: &str) -> bool {
    is_openai(request) && known.contains(&name)
}

/// Notes a member that the provider does not know, unless what it says goes on in another place.
pub fn drop(request: &Request, field: &Field, notes: &mut Notes) {
    if !is_told(request, field) {
        notes.dropped(field.name.as_str(), "the provider knows no such member");
    }
}

/// Whether a client of Chat Completions has said it elsewhere too: an end user's id under its newer
/// name, and the web search that is a tool in other APIs.
fn is_told(request: &Request, field: &Field) -> bool {
    let user = || serde_json::from_str::<String>(&field.value).ok();
    request.dialect == Dialect::OpenaiChat
        && match field.name.as_str() {
            "safety_identifier" => request.user.is_some() && user() == request.user,
            "web_search_options" => true,
            _ => false,
        }
}
