//! Bytes into frames, and ropes into bytes.
//!
//! Pure state machines: nothing here does I/O, and any cut of the same bytes gives the same frames.

mod decode;
pub mod rope;

pub use clasp_model::{Frame, Framing};

pub use self::decode::{DecodeError, Decoder, MAX_FRAME_BYTES, decode_all};
