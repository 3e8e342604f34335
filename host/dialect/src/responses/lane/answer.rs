//! What an answer as one document says: in an answer of its own, and at the end of a stream.

use clasp_model::{ByteString, Failure, FailureKind, Source, Usage};

use crate::json::read::{Kind, Read, Reader};
use crate::lane::edit;
use crate::lane::failure::unreadable;
use crate::openai::lane::counts::Counts;
use crate::openai::lane::error::Told;

#[derive(Debug, Default)]
pub(super) struct Response {
    /// It is an answer, and no other document.
    is_response: bool,
    has_output: bool,
    status: Option<ByteString>,
    counts: Counts,
    error: Option<Told>,
}

pub(crate) fn whole(body: &ByteString) -> Result<Usage, Failure> {
    let mut reader = Reader::new(body);
    let read = Response::read(&mut reader).and_then(|read| reader.end().map(|()| read));
    let Ok(response) = read else { return Err(unreadable()) };
    let usage = response.usage();
    // An answer that is made in the background is not there yet, and yet a good one.
    let is_answer = response.is_response || response.has_output;
    let has_failed = response.status.as_deref() == Some("failed");
    match (is_answer, response.error) {
        (true, None) if !has_failed => Ok(usage),
        (true, Some(_)) if !has_failed && response.has_output => Ok(usage),
        (_, Some(told)) => Err(told.failure(None)),
        (true, None) => Err(failed()),
        (false, None) => Err(unreadable()),
    }
}

impl Response {
    pub(super) fn read(reader: &mut Reader<'_>) -> Read<Self> {
        let mut response = Self::default();
        reader.object(|reader, name| {
            match name {
                "object" => {
                    response.is_response = edit::text(reader)?.as_deref() == Some("response");
                }
                "status" => response.status = edit::text(reader)?,
                "output" => {
                    response.has_output = reader.kind()? == Kind::Array;
                    reader.skip()?;
                }
                "usage" => response.counts.read(reader)?,
                "error" => response.error = reader.optional(Told::read)?,
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        Ok(response)
    }

    pub(super) fn usage(&self) -> Usage {
        self.counts.usage()
    }

    /// The failure that it tells of, where it is known that there is one.
    pub(super) fn failure(self) -> Failure {
        self.error.map_or_else(failed, |told| told.failure(None))
    }
}

fn failed() -> Failure {
    let message = "The provider says that its answer failed";
    Failure::new(FailureKind::ProviderError, Source::Vendor, message)
}
