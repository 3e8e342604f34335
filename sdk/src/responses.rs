//! The OpenAI Responses base: a plugin for a server of this API is a [`Profile`] and a manifest,
//! as with [`chat`](crate::chat).
//!
//! Nothing is kept between requests (rule C9): what the provider wants back, encrypted reasoning
//! above all, travels in the state of thinking and of hidden thinking.

mod answer;
mod error;
mod event;
mod input;
mod item;
mod keep;
mod media;
mod params;
mod profile;
mod request;
mod search;
#[cfg(test)]
mod tests;
mod tokens;
mod tools;

pub use self::answer::Answer;
pub use self::keep::host_of;
pub use self::profile::{IMAGES_AND_DOCUMENTS, Options, Profile, Summary, Thinks};
pub use self::request::{State, begin};
pub use self::tokens::{count, parse_count};
