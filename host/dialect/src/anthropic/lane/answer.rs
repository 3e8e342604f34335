//! What whole documents of the provider say: an answer's counts, an error's failure.
//!
//! <https://platform.claude.com/docs/en/api/errors>, seen 2026-11. Rule: the provider's own words are
//! passed on; what is read here only decides what is tried again (D1, D3) and what is recorded.

use clasp_model::{ByteString, ContextSize, Failure, FailureKind, HttpResponse, Source, Usage};

use crate::json::read::{Kind, Read, Reader};
use crate::lane::failure::{self, unreadable};

/// Counts as this dialect tells them: the input without what the cache held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    input: Option<u64>,
    cache_write: Option<u64>,
    cache_read: Option<u64>,
    output: Option<u64>,
}

/// An error's type and message.
#[derive(Debug)]
pub(super) struct Told {
    kind: ByteString,
    message: ByteString,
}

pub(crate) fn whole(body: &ByteString) -> Result<Usage, Failure> {
    let mut kind = None;
    let mut counts = Counts::default();
    let mut reader = Reader::new(body);
    let read = reader.object(|reader, name| {
        match name {
            "type" => kind = Some(reader.string()?),
            "usage" => counts.read(reader)?,
            _ => reader.skip()?,
        }
        Ok(())
    });
    match (read.and_then(|()| reader.end()), kind.as_deref()) {
        (Ok(()), Some("message")) => Ok(counts.usage()),
        (Ok(()), Some("error")) => match Told::read(body) {
            Some(told) => Err(told.failure(None)),
            None => Err(unreadable()),
        },
        _ => Err(unreadable()),
    }
}

pub(crate) fn rejected(response: &HttpResponse) -> (Failure, bool) {
    let status = response.status;
    let body = std::str::from_utf8(&response.body).ok();
    let told = body.and_then(|body| Told::read(&ByteString::from(body)));
    let own = told.is_some();
    let mut failure =
        told.map_or_else(|| failure::of_status(status), |told| told.failure(Some(status)));
    failure.retry = failure::retry(response, &failure);
    (failure, own)
}

impl Told {
    /// Reads `{"type":"error","error":{"type":…,"message":…}}`.
    pub(super) fn read(document: &ByteString) -> Option<Self> {
        let mut is_error = false;
        let mut kind = None;
        let mut message = None;
        let mut reader = Reader::new(document);
        let read: Read<()> = reader.object(|reader, name| match name {
            "type" if reader.kind()? == Kind::String => {
                is_error = &*reader.string()? == "error";
                Ok(())
            }
            "error" if reader.kind()? == Kind::Object => reader.object(|reader, name| {
                match name {
                    "type" => kind = Some(reader.string()?),
                    "message" => message = Some(reader.string()?),
                    _ => reader.skip()?,
                }
                Ok(())
            }),
            _ => reader.skip(),
        });
        read.and_then(|()| reader.end()).ok().filter(|()| is_error)?;
        Some(Self { kind: kind?, message: message? })
    }

    /// In a stream there is no status.
    pub(super) fn failure(self, status: Option<u16>) -> Failure {
        let Self { kind: word, message } = self;
        let kind = match &*word {
            "invalid_request_error" => match status {
                Some(413) => FailureKind::RequestTooLarge,
                _ => FailureKind::InvalidRequest,
            },
            "authentication_error" => FailureKind::Authentication,
            "billing_error" => FailureKind::Billing,
            "permission_error" => FailureKind::Permission,
            "not_found_error" => FailureKind::NotFound,
            "request_too_large" => FailureKind::RequestTooLarge,
            "rate_limit_error" => FailureKind::RateLimited,
            "timeout_error" => FailureKind::Timeout,
            "overloaded_error" => FailureKind::Overloaded,
            "api_error" => FailureKind::ProviderError,
            _ => status.map_or(FailureKind::ProviderError, failure::kind),
        };
        let too_long = message.starts_with("prompt is too long");
        let kind = match kind {
            FailureKind::InvalidRequest if too_long => FailureKind::ContextTooLong,
            FailureKind::InvalidRequest if message.contains("credit balance is too low") => {
                FailureKind::Billing
            }
            kind => kind,
        };
        let mut failure = Failure::new(kind, Source::Vendor, message.to_string());
        failure.context = too_long.then(|| context(&message));
        failure.code = Some(word.to_string());
        failure
    }
}

impl Counts {
    /// Takes every count that a `usage` object gives.
    pub(super) fn read(&mut self, reader: &mut Reader<'_>) -> Read<()> {
        if reader.kind()? != Kind::Object {
            return reader.skip();
        }
        reader.object(|reader, name| {
            let count = match name {
                "input_tokens" => &mut self.input,
                "cache_creation_input_tokens" => &mut self.cache_write,
                "cache_read_input_tokens" => &mut self.cache_read,
                "output_tokens" => &mut self.output,
                _ => return reader.skip(),
            };
            if let Ok(told) = reader.raw()?.as_str().parse() {
                *count = Some(told);
            }
            Ok(())
        })
    }

    pub(super) fn usage(self) -> Usage {
        let Self { input, cache_write, cache_read, output } = self;
        let cached = cache_write.unwrap_or_default().saturating_add(cache_read.unwrap_or_default());
        let input = input.map(|input| input.saturating_add(cached));
        Usage { input, cache_read, cache_write, output, reasoning: None }
    }
}

/// The tokens in `prompt is too long: N tokens > M maximum`.
fn context(message: &str) -> ContextSize {
    let number = |text: &str| {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        digits.parse().ok()
    };
    let (tokens, limit) = message.split_once('>').unwrap_or((message, ""));
    ContextSize { tokens: number(tokens), limit: number(limit) }
}
