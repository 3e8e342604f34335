//! The Anthropic Messages base: a plugin for a host of Claude is a [`Wire`] and a manifest.
//!
//! ```ignore
//! const WIRE: Wire = Wire { version: Version::Body("vertex-2023-10-16"), ..Wire::ANTHROPIC };
//!
//! impl Provider for Example {
//!     type State = messages::State;
//!     type Exchange = messages::Answer;
//!
//!     fn begin(target: &Target, request: &Request) -> Result<Begun<messages::State>, Failure> {
//!         messages::begin(&WIRE, "/v1/messages", target, request)
//!     }
//!
//!     fn exchange(_: Target, state: messages::State) -> messages::Answer {
//!         messages::Answer::new(state)
//!     }
//! }
//! ```

mod answer;
mod arrange;
mod blocks;
mod body;
mod content;
mod count;
mod error;
mod event;
mod family;
mod models;
mod params;
mod request;
mod schema;
mod think;
mod tools;
mod usage;
mod wire;

pub use self::answer::Answer;
pub use self::blocks::thought;
pub use self::count::parse_token_count;
pub use self::error::{from_document, from_response};
pub use self::family::{Family, Off, Thinks};
pub use self::models::known_models;
pub use self::request::{State, begin, count_tokens, is_hinted};
pub use self::schema::closed as closed_schema;
pub use self::think::{Asked, Plan, Thinking};
pub use self::wire::{Cache, Config, Version, Wire};
