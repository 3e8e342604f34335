//! What a chunk of a stream or a whole answer says.
//!
//! <https://developers.openai.com/api/reference/resources/chat/subresources/completions>, as of
//! 2026-11-21, and for errors beside choices <https://openrouter.ai/docs/api/errors>, as of
//! 2026-11-21.

use clasp_model::{ByteString, Failure, FailureKind, Source, Usage};

use crate::json::read::{Kind, Read, Reader};
use crate::lane::edit;
use crate::lane::failure::unreadable;
use crate::openai::lane::counts::Counts;
use crate::openai::lane::error::Told;

#[derive(Debug, Default)]
pub(super) struct Completion {
    has_choices: bool,
    /// How many choices have a whole message.
    messages: usize,
    /// A choice's delta says something, be it but a call's name.
    pub(super) speaks: bool,
    /// A choice is at its end.
    pub(super) finished: bool,
    /// A choice ended by an error.
    broken: bool,
    pub(super) usage: Option<Usage>,
    error: Option<Told>,
}

pub(crate) fn whole(body: &ByteString) -> Result<Usage, Failure> {
    let Ok(mut completion) = Completion::read(body) else { return Err(unreadable()) };
    if completion.messages > 0 && !completion.broken {
        completion.error = None;
    }
    match completion.failure() {
        Some(failure) => Err(failure),
        None if completion.has_choices => Ok(completion.usage.unwrap_or_default()),
        None => Err(unreadable()),
    }
}

impl Completion {
    pub(super) fn read(document: &ByteString) -> Read<Self> {
        let mut completion = Self::default();
        let mut reader = Reader::new(document);
        reader.object(|reader, name| match name {
            "choices" if reader.kind()? == Kind::Array => {
                completion.has_choices = true;
                reader.array(|reader| completion.choice(reader))
            }
            "usage" if reader.kind()? == Kind::Object => {
                let mut counts = Counts::default();
                counts.read(reader)?;
                completion.usage = Some(counts.usage());
                Ok(())
            }
            "error" => {
                completion.error = reader.optional(Told::read)?;
                Ok(())
            }
            _ => reader.skip(),
        })?;
        reader.end()?;
        Ok(completion)
    }

    pub(super) fn failure(&mut self) -> Option<Failure> {
        match self.error.take() {
            Some(told) => Some(told.failure(None)),
            None if self.broken => {
                let message = "The provider broke off its answer";
                Some(Failure::new(FailureKind::ProviderError, Source::Vendor, message))
            }
            None => None,
        }
    }

    fn choice(&mut self, reader: &mut Reader<'_>) -> Read<()> {
        if reader.kind()? != Kind::Object {
            return reader.skip();
        }
        reader.object(|reader, name| match name {
            "finish_reason" => {
                let word = edit::text(reader)?;
                self.broken |= word.as_deref() == Some("error");
                self.finished |= word.is_some_and(|word| !word.is_empty());
                Ok(())
            }
            "delta" if reader.kind()? == Kind::Object => reader.object(|reader, name| {
                let says = is_something(reader)?;
                self.speaks |= says && name != "role";
                Ok(())
            }),
            "message" if reader.kind()? == Kind::Object => {
                self.messages += 1;
                reader.skip()
            }
            _ => reader.skip(),
        })
    }
}

/// Steps over a value: is it more than null or empty?
fn is_something(reader: &mut Reader<'_>) -> Read<bool> {
    let empty = match reader.kind()? {
        Kind::String | Kind::Array | Kind::Object => 2,
        Kind::Number | Kind::Boolean | Kind::Null => usize::MAX,
    };
    Ok(reader.span()?.len() > empty)
}
