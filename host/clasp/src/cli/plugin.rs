//! `clasp plugin …`: for those who write plugins and those who run them.

mod build;
mod inspect;
mod new;

use std::path::PathBuf;

use clap::Subcommand;

use crate::error::Error;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write a new plugin's crate.
    New {
        /// The provider's name: lower-case letters, digits and dashes.
        name: String,
        /// Where; the name by default.
        #[arg(long)]
        dir: Option<PathBuf>,
        /// The folder `sdk` of a checkout of clasp; the one it was built from by default.
        #[arg(long, value_name = "DIR")]
        sdk: Option<PathBuf>,
    },
    /// Compile a plugin's crate to a plugin file.
    Build {
        /// The crate's folder.
        #[arg(default_value = ".")]
        dir: PathBuf,
        /// The file to write; the crate's name with .wasm by default.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Check plugin files and profiles as clasp does when it loads them.
    Check {
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// List the plugins that clasp would serve with.
    List {
        /// Another directory than ~/.clasp/plugins.
        #[arg(long, value_name = "DIR")]
        plugin_dir: Option<PathBuf>,
    },
    /// Print what a plugin or profile says of itself, as JSON.
    Inspect {
        /// A file, or the id of a plugin or profile that is built in.
        plugin: PathBuf,
    },
    /// Run a plugin's tests, then build and check it.
    Test {
        /// The crate's folder.
        #[arg(default_value = ".")]
        dir: PathBuf,
    },
}

pub(super) fn run(command: Command) -> Result<(), Error> {
    match command {
        Command::New { name, dir, sdk } => new::run(&name, dir, sdk),
        Command::Build { dir, output } => build::run(dir, output),
        Command::Check { files } => inspect::check(&files),
        Command::List { plugin_dir } => inspect::list(plugin_dir),
        Command::Inspect { plugin } => inspect::inspect(&plugin),
        Command::Test { dir } => build::test(dir),
    }
}
