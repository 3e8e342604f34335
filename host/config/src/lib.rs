//! Every setting of clasp, with where it came from.
//!
//! Layers, the later over the earlier: default, file, environment, flag. Loading is a pure function
//! of [`Flags`] and an [`Environment`] that was read before, and tells all faults at once. Keys are
//! kept as secrets: no `Debug` output, fault or warning shows one (rule D7).

mod choice;
mod definition;
mod environment;
mod fault;
mod limits;
mod load;
mod models;
mod origin;
mod provider;
mod schema;
mod settings;
mod value;
mod vendor;

#[cfg(test)]
mod tests;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

pub use self::choice::{Chosen, Loaded};
pub use self::definition::{Definition, SETTINGS};
pub use self::environment::{Environment, Variable};
pub use self::fault::Fault;
pub use self::limits::Limits;
pub use self::models::Models;
pub use self::origin::{Origin, Setting};
pub use self::provider::{Account, CUSTOM, DEMO, Provider, prefix};

/// What the command line says, as it was written. A value is checked by [`Config::load`].
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `-port`.
    pub port: Option<String>,
    /// `-host`.
    pub host: Option<String>,
    /// `-provider`.
    pub provider: Option<String>,
    /// `-model`.
    pub model: Option<String>,
    /// `-plugin`, in the order given.
    pub plugins: Vec<PathBuf>,
    /// `-plugin-dir`.
    pub plugin_dir: Option<PathBuf>,
    /// `-debug` or `-verbose`.
    pub debug: bool,
    /// `-log-format`.
    pub log_format: Option<String>,
    /// `-http-timeout`.
    pub http_timeout: Option<String>,
    /// `-insecure`.
    pub insecure: bool,
}

/// The least important line that is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    /// Nothing.
    Off,
    /// What went wrong on clasp's side.
    Error,
    /// What somebody should look at.
    Warn,
    /// One line a request.
    Info,
    /// What was decided and why.
    Debug,
    /// Everything.
    Trace,
}

/// How a log line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON document a line.
    Json,
}

/// Where answers of the Responses API are kept, how much of them and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Responses {
    /// The file.
    pub path: PathBuf,
    /// How long each is kept.
    pub lifetime: Duration,
    /// How much all of them may take, in bytes.
    pub bytes: u64,
}

/// The settings of one process.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub host: Setting<IpAddr>,
    /// Where to listen; 0 takes a free port.
    pub port: Setting<u16>,
    /// Whether other machines may connect without a client key.
    pub insecure: Setting<bool>,
    /// The provider that the operator named, if any: lower case, with dashes.
    pub provider: Option<Setting<String>>,
    /// Which model a request goes to.
    pub models: Models,
    /// Plugin files named one by one.
    pub plugins: Vec<PathBuf>,
    /// A directory of plugin files; none without a home directory.
    pub plugin_dir: Option<Setting<PathBuf>>,
    /// What is logged.
    pub log_level: Setting<LogLevel>,
    /// How it is written.
    pub log_format: Setting<LogFormat>,
    /// Whether answers are checked by their dialect's grammar while they are sent.
    pub check: Setting<bool>,
    /// How long a provider may be silent, before its answer and within it. Unset it is for the
    /// former; within an answer the usual limit holds.
    pub http_timeout: Setting<Duration>,
    /// What the server bears.
    pub limits: Limits,
    /// Answers that are kept; none: they are not.
    pub responses: Option<Responses>,
    /// What is not wrong but should be looked at. To be logged at start.
    pub warnings: Vec<String>,
    environment: Environment,
    demo: Option<String>,
}

impl Config {
    /// Brings the layers together.
    ///
    /// # Errors
    /// Everything that is wrong, each with its place and a way out.
    pub fn load(flags: Flags, environment: Environment) -> Result<Self, Vec<Fault>> {
        load::load(flags, environment)
    }

    /// The same settings with the provider `demo` at `base_url`.
    #[must_use]
    pub fn with_demo(self, base_url: String) -> Self {
        Self { demo: Some(base_url), ..self }
    }

    /// Where to listen.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(*self.host, *self.port)
    }

    /// What the settings were read from.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }
}
