//! OpenAI Chat Completions passed on as it is (rule C15).

pub(crate) mod answer;
pub(crate) mod request;
pub(crate) mod tap;
#[cfg(test)]
mod tests;
