//! A plugin built natively, as a subject of cases.

use std::marker::PhantomData;

use clasp_model::{Begun, Event, Failure, Frame, Framing, Header, HttpResponse, Request, Target};

use super::convert::{self, Blobs};
use super::{Reading, Subject};
use crate::provider::{Exchange, Provider};
use crate::{host, state};

/// The provider `P`, called directly.
#[derive(Debug)]
pub struct Native<P>(PhantomData<P>);

struct Answer<E>(E);

impl<P> Default for Native<P> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<P: Provider + 'static> Subject for Native<P> {
    fn begin(&self, target: &Target, request: &Request) -> Result<Begun, Failure> {
        let mut blobs = Blobs::default();
        let request = convert::request(request, &mut blobs);
        host::lend(blobs.bytes());
        let begun = P::begin(&convert::target(target), &request).map_err(convert::failure)?;
        Ok(Begun {
            http: convert::http_request(begun.http, &blobs)?,
            state: state::write(&begun.state).map_err(convert::failure)?,
            notes: begun.notes.into_iter().map(convert::note).collect(),
        })
    }

    fn exchange(&self, target: &Target, state: &[u8]) -> Result<Box<dyn Reading>, Failure> {
        let state = state::read(state).map_err(convert::failure)?;
        Ok(Box::new(Answer(P::exchange(convert::target(target), state))))
    }
}

impl<E: Exchange> Reading for Answer<E> {
    fn accept(&mut self, status: u16, headers: &[Header]) -> Result<Framing, Failure> {
        let headers: Vec<_> = headers.iter().map(convert::header).collect();
        Ok(convert::framing(self.0.accept(status, &headers)))
    }

    fn feed(&mut self, frames: Vec<Frame>) -> Result<Vec<Event>, Failure> {
        let mut events = Vec::new();
        for frame in frames {
            let frame = crate::Frame { name: frame.name, data: frame.data };
            self.0.feed(&frame, &mut events);
        }
        Ok(events.into_iter().map(convert::event).collect())
    }

    fn end(&mut self) -> Result<Vec<Event>, Failure> {
        let mut events = Vec::new();
        self.0.end(&mut events);
        Ok(events.into_iter().map(convert::event).collect())
    }

    fn reject(&mut self, response: &HttpResponse) -> Result<Failure, Failure> {
        let response = crate::HttpResponse {
            status: response.status,
            headers: response.headers.iter().map(convert::header).collect(),
            body: response.body.to_vec(),
        };
        Ok(convert::failure(self.0.reject(&response)))
    }
}
