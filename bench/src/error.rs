//! What can go wrong in a measurement.

/// A measurement that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A socket, file or process.
    #[error("{what}: {error}")]
    Io {
        /// What was being done.
        what: String,
        /// Why it failed.
        error: std::io::Error,
    },
    /// Anything else, said in one sentence.
    #[error("{0}")]
    Other(String),
}

impl Error {
    /// Names what was being done when `error` came.
    pub fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |error| Self::Io { what, error }
    }

    /// An error of one sentence.
    pub fn other(sentence: impl Into<String>) -> Self {
        Self::Other(sentence.into())
    }
}
