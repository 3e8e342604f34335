//! The command line: a file per command, `clasp` alone serves.

mod arguments;
mod demo;
mod plugin;
mod serve;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::BoolishValueParser;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use clasp_config::{Config, Flags};

use crate::environment;
use crate::error::Error;

/// The answer when nothing went wrong but what was asked for cannot be: bad usage.
const USAGE: u8 = 2;

/// The contract that this build speaks with plugins.
const CONTRACT: &str = "0.1";

#[derive(Debug, Parser)]
#[command(
    name = "clasp",
    bin_name = "clasp",
    version,
    about = "Lets any client of Anthropic Messages talk to any LLM vendor, through plugins.",
    after_help = "Without a command clasp serves. Flags may be written with one dash: -port 9000.\n\
                  Settings are also read from the environment; see docs/configuration.md.",
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeArguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the proxy.
    Serve(ServeArguments),
    /// See it work, without a key and without a network.
    Demo,
    /// Write, build, check and look at plugins.
    #[command(subcommand)]
    Plugin(plugin::Command),
    /// Print the version.
    Version,
}

#[derive(Debug, Default, Args)]
struct ServeArguments {
    /// The port to listen on; 0 takes a free one [CLASP_PORT, default 8080].
    #[arg(long, value_name = "PORT")]
    port: Option<String>,
    /// The address to listen on [CLASP_HOST, default 127.0.0.1].
    #[arg(long, value_name = "ADDRESS")]
    host: Option<String>,
    /// Listen for other machines although clients need no key.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = BoolishValueParser::new())]
    insecure: Option<bool>,
    /// The provider that requests go to [PROVIDER, default: chosen from the keys].
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// The model that every request goes to [CLASP_MODEL].
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// A plugin file; may be given several times.
    #[arg(long = "plugin", value_name = "FILE")]
    plugins: Vec<PathBuf>,
    /// A directory of plugin files [CLASP_PLUGIN_DIR, default ~/.clasp/plugins].
    #[arg(long, value_name = "DIR")]
    plugin_dir: Option<PathBuf>,
    /// How long a provider may be silent [CLASP_HTTP_TIMEOUT, default 600s].
    #[arg(long, value_name = "TIME")]
    http_timeout: Option<String>,
    /// text or json [CLASP_LOG_FORMAT, default text].
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
    /// Log what is decided and why [CLASP_DEBUG].
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = BoolishValueParser::new())]
    debug: Option<bool>,
    /// The same as --debug.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = BoolishValueParser::new())]
    verbose: Option<bool>,
    /// The same as `clasp serve`.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = BoolishValueParser::new())]
    proxy_only: Option<bool>,
}

/// Runs the command that the arguments name.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut command = Cli::command();
    let read = arguments::read(arguments, &command);
    let read = match read {
        Ok(read) => read,
        Err(error) => return usage(&error),
    };
    for warning in &read.warnings {
        say(io::stderr(), &format!("clasp: {warning}"));
    }
    let parsed = command
        .try_get_matches_from_mut(read.arguments)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            // Help and versions come this way too; a closed pipe is nobody's fault.
            let _ignored = error.print();
            return if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS };
        }
    };
    let done = match cli.command.unwrap_or(Command::Serve(cli.serve)) {
        Command::Serve(arguments) => serve::run(arguments.into()),
        Command::Demo => demo::run(),
        Command::Plugin(command) => plugin::run(command),
        Command::Version => {
            let version = env!("CARGO_PKG_VERSION");
            say(io::stdout(), &format!("clasp {version}\nplugin contract {CONTRACT}"));
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(io::stderr(), &error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn usage(error: &Error) -> ExitCode {
    say(io::stderr(), &error.to_string());
    ExitCode::from(USAGE)
}

/// Writes a line for people. Whoever closed the pipe does not want it.
pub(crate) fn say(mut to: impl Write, line: &str) {
    let _closed = writeln!(to, "{line}");
}

/// The settings of the command line, the environment and its files.
fn settings(flags: Flags) -> Result<Config, Error> {
    Ok(Config::load(flags, environment::read())?)
}

/// The runtime that everything asynchronous runs on.
fn tokio() -> Result<tokio::runtime::Runtime, Error> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::Internal(anyhow::Error::new(error).context("starting threads")))
}

impl From<ServeArguments> for Flags {
    fn from(arguments: ServeArguments) -> Self {
        Self {
            port: arguments.port,
            host: arguments.host,
            provider: arguments.provider,
            model: arguments.model,
            plugins: arguments.plugins,
            plugin_dir: arguments.plugin_dir,
            debug: arguments.debug.unwrap_or(false) || arguments.verbose.unwrap_or(false),
            log_format: arguments.log_format,
            http_timeout: arguments.http_timeout,
            insecure: arguments.insecure.unwrap_or(false),
        }
    }
}

#[cfg(test)]
mod tests;
