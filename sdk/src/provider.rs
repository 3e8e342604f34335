//! What an author implements: a [`Provider`] and, for its answers, an [`Exchange`].

use serde::{Serialize, de::DeserializeOwned};

use crate::types::{
    Event, Failure, FailureKind, Frame, Framing, Header, HttpRequest, HttpResponse, Manifest,
    Model, Note, Request, Retry, Target,
};

/// What a provider made of a request.
#[derive(Clone, Debug)]
pub struct Begun<S = ()> {
    /// What to send. The host keeps it, and sends it again to retry.
    pub http: HttpRequest,
    /// What reading the answer must remember. It crosses to another instance, so keep it small.
    pub state: S,
    /// Everything of the request that could not be taken as it is.
    pub notes: Vec<Note>,
}

/// A provider of models: how to ask it and how to read its answers.
///
/// All functions are pure. Each call may run in a fresh instance, so statics remember nothing.
pub trait Provider {
    /// What [`begin`](Self::begin) hands to [`exchange`](Self::exchange); `()` when nothing.
    type State: Serialize + DeserializeOwned + 'static;

    /// Reads one answer.
    type Exchange: Exchange;

    /// What the plugin is and what it may do. Asked once per load.
    fn manifest() -> Manifest;

    /// Writes the HTTP request for `request`.
    ///
    /// # Errors
    /// What the provider cannot do, as a failure of kind `Unsupported` or `InvalidRequest` that
    /// names the place.
    fn begin(target: &Target, request: &Request) -> Result<Begun<Self::State>, Failure>;

    /// Makes the reader of one answer.
    fn exchange(target: Target, state: Self::State) -> Self::Exchange;

    /// Models known without asking.
    fn known_models() -> Vec<Model> {
        Vec::new()
    }

    /// The request that lists the provider's models, if it has one.
    fn list_models(target: &Target) -> Option<HttpRequest> {
        let _ = target;
        None
    }

    /// Reads the answer to [`list_models`](Self::list_models).
    ///
    /// # Errors
    /// When the answer is not a list of models.
    fn parse_models(response: &HttpResponse) -> Result<Vec<Model>, Failure> {
        let _ = response;
        Err(not_offered("a list of models"))
    }

    /// The request that counts a prompt's tokens, if the provider has one.
    ///
    /// # Errors
    /// As [`begin`](Self::begin).
    fn count_tokens(target: &Target, request: &Request) -> Result<Option<HttpRequest>, Failure> {
        let _ = (target, request);
        Ok(None)
    }

    /// Reads the answer to [`count_tokens`](Self::count_tokens).
    ///
    /// # Errors
    /// When the answer is not a count.
    fn parse_token_count(response: &HttpResponse) -> Result<u64, Failure> {
        let _ = response;
        Err(not_offered("token counting"))
    }
}

/// Reads one answer: frames in, events out.
pub trait Exchange: 'static {
    /// A success status arrived: how its body is to be cut. By default by content type, as
    /// [`framing`] does.
    fn accept(&mut self, status: u16, headers: &[Header]) -> Framing {
        let _ = status;
        framing(headers)
    }

    /// Reads one frame and adds what it says to `events`.
    fn feed(&mut self, frame: &Frame, events: &mut Vec<Event>);

    /// The body ended: adds what was held back, or `Failed` when the answer is not whole.
    fn end(&mut self, events: &mut Vec<Event>);

    /// Any other status arrived, with its complete body.
    fn reject(&mut self, response: &HttpResponse) -> Failure;
}

/// The framing that a response's content type asks for; [`Framing::Whole`] when it says nothing.
pub fn framing(headers: &[Header]) -> Framing {
    let content_type = headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-type"))
        .map(|header| header.value.trim_start().to_ascii_lowercase())
        .unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    match media_type {
        "text/event-stream" => Framing::ServerSentEvents,
        "application/x-ndjson" | "application/jsonl" | "application/json-seq" => Framing::JsonLines,
        "application/vnd.amazon.eventstream" => Framing::AwsEventStream,
        _ => Framing::Whole,
    }
}

/// As [`framing`]; a body without a content type is a stream if one was asked for.
pub(crate) fn framing_of_stream(headers: &[Header], asked: bool) -> Framing {
    let has_type = headers.iter().any(|header| header.name.eq_ignore_ascii_case("content-type"));
    match framing(headers) {
        Framing::Whole if asked && !has_type => Framing::ServerSentEvents,
        framing => framing,
    }
}

/// The data lines of a body that is a stream although its content type said otherwise.
pub(crate) fn unannounced_stream(data: &str) -> Option<impl Iterator<Item = &str>> {
    let stream = data.starts_with("data:") || data.starts_with("event:") || data.starts_with(':');
    stream.then(|| data.lines().filter_map(|line| line.strip_prefix("data:")))
}

fn not_offered(what: &str) -> Failure {
    Failure {
        kind: FailureKind::Unsupported,
        message: format!("this provider offers no {what}"),
        retry: Retry::Elsewhere,
        ..Failure::default()
    }
}
