//! The OpenAI-compatible base: a plugin for a Chat Completions server is a [`Profile`] and a
//! manifest.
//!
//! ```ignore
//! const PROFILE: Profile = Profile { documents: false, ..Profile::COMPATIBLE };
//!
//! impl Provider for Example {
//!     type State = chat::State;
//!     type Exchange = chat::Answer;
//!
//!     fn begin(target: &Target, request: &Request) -> Result<Begun<chat::State>, Failure> {
//!         chat::begin(&PROFILE, target, request)
//!     }
//!
//!     fn exchange(_: Target, state: chat::State) -> chat::Answer {
//!         chat::Answer::new(&PROFILE, state)
//!     }
//! }
//! ```

mod answer;
mod body;
mod calls;
mod chunk;
mod details;
mod finish;
mod media;
mod messages;
mod models;
mod params;
mod profile;
mod request;
#[cfg(test)]
mod tests;
mod think;
mod tools;
mod usage;

pub use self::answer::Answer;
pub use self::models::{list_models, parse_models};
pub use self::profile::{
    MediaForm, Members, OutputFormat, OutputLimit, Profile, ReasoningInside, ReasoningMembers,
    ReasoningParam, Word,
};
pub use self::request::{State, begin, begin_with};
