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
mod arrange;
mod calls;
mod chunk;
mod lenient;
mod media;
mod models;
mod names;
mod notes;
mod params;
mod profile;
mod request;
mod surrogates;
mod tags;
#[cfg(test)]
mod tests;
mod tools;
mod usage;

pub use self::answer::Answer;
pub use self::models::{list_models, parse_models};
pub use self::names::{Alphabet, NameRule, Names, short_hash};
pub use self::profile::{MidSystem, OutputFormat, OutputLimit, Profile, ReasoningParam};
pub use self::request::{State, begin};
