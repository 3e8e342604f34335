//! Where a value came from: every setting can tell, for `config show` and for error messages.

use std::fmt;
use std::ops::Deref;
use std::path::PathBuf;

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// A configuration file.
    File {
        /// Which.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// An environment variable.
    Variable {
        /// Its name.
        name: String,
        /// The `.env` file that sets it; none: the process's own environment.
        file: Option<PathBuf>,
    },
    /// A flag, without its dashes.
    Flag(&'static str),
}

/// A value and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}

impl Origin {
    /// Whether somebody set it.
    pub fn is_set(&self) -> bool {
        *self != Self::Default
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::File { path, line } => write!(formatter, "{}:{line}", path.display()),
            Self::Variable { name, file: None } => formatter.write_str(name),
            Self::Variable { name, file: Some(file) } => {
                write!(formatter, "{name} in {}", file.display())
            }
            Self::Flag(name) => write!(formatter, "--{name}"),
        }
    }
}

impl<T> Setting<T> {
    /// A value that nobody set.
    pub fn default(value: T) -> Self {
        Self { value, origin: Origin::Default }
    }
}

impl<T> Deref for Setting<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
