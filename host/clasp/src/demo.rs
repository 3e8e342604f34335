//! The vendor that clasp carries inside itself: OpenAI's Chat Completions on a loopback port,
//! without a model behind it.
//!
//! It lets everything else be seen at work without a key and without a network. It takes whatever
//! key it is given and keeps nothing.

mod answer;
mod chunks;
mod vendor;

pub(crate) use self::vendor::Vendor;

#[cfg(test)]
mod tests;
