//! What OpenAI's models take and cost, for every plugin that serves them, whoever runs them
//! (rules C7, C8).

mod either;
mod family;
mod models;
mod profiles;
mod settings;

pub use self::either::{Answer, Profiles, State, begin};
pub use self::models::known as known_models;
pub use self::profiles::{is_openai_model, profiles};
pub use self::settings::{Api, Settings};
