//! A request's body: the rope's pieces as they are, one after the other.
//!
//! Nothing is copied but payloads that the provider wants decoded; the length is known from the
//! start, and the rope stays with its owner, so a request can be sent again (rule D3).

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use clasp_codec::rope::{self, Chunks, RopeError};
use clasp_model::Segment;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Instant;

/// Larger pieces are handed out in slices, so that progress shows while they are sent.
const SLICE_BYTES: usize = 256 * 1024;

/// A body while it is sent.
pub(crate) struct RopeBody {
    chunks: Chunks,
    current: Bytes,
    left: u64,
    progress: Progress,
}

/// When the last piece of a body was taken to be sent.
#[derive(Clone)]
pub(crate) struct Progress(Arc<Mutex<Instant>>);

impl RopeBody {
    /// The body made of these segments.
    pub(crate) fn new(segments: &[Segment], progress: Progress) -> Self {
        let left = rope::len(segments);
        Self { chunks: rope::chunks(segments), current: Bytes::new(), left, progress }
    }
}

impl Body for RopeBody {
    type Data = Bytes;
    type Error = RopeError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, RopeError>>> {
        while self.current.is_empty() {
            match self.chunks.next() {
                Some(Ok(bytes)) => self.current = bytes,
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
        let length = self.current.len().min(SLICE_BYTES);
        let slice = self.current.split_to(length);
        self.left = self.left.saturating_sub(length as u64);
        self.progress.made();
        Poll::Ready(Some(Ok(Frame::data(slice))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

impl Progress {
    /// Progress that counts from now.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    /// Waits for `future`, but no longer than `limit` after the last progress.
    pub(crate) async fn within<F: Future>(&self, limit: Duration, future: F) -> Option<F::Output> {
        let mut future = std::pin::pin!(future);
        loop {
            // A limit beyond the clock's end is none.
            let Some(deadline) = self.last().checked_add(limit) else { return Some(future.await) };
            if let Ok(output) = tokio::time::timeout_at(deadline, future.as_mut()).await {
                return Some(output);
            }
            if self.last() + limit <= deadline {
                return None;
            }
        }
    }

    fn made(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn last(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
