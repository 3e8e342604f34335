//! `clasp-bench`: what clasp costs, beside a plain proxy and a native translator.

mod body;
mod error;
mod load;
#[cfg(feature = "micro")]
mod micro;
mod native;
mod pass;
#[cfg(feature = "micro")]
mod plugins;
mod scenario;
mod serve;
mod vendor;

use std::process::ExitCode;

use clap::Parser;

/// Measures clasp.
#[derive(Parser)]
#[command(name = "clasp-bench", version)]
enum Command {
    /// The vendor of the load run: OpenAI Chat, answers by a marker in the request.
    Vendor,
    /// A plain reverse proxy.
    Pass(serve::Upstream),
    /// A minimal native translator from Anthropic Messages to OpenAI Chat.
    Native(serve::Upstream),
    /// The load run: everything side by side.
    Load(load::Options),
    /// Size, loading and instances of the plugins that clasp carries.
    #[cfg(feature = "micro")]
    Plugins,
    /// Instruction counts under valgrind.
    #[cfg(feature = "micro")]
    Micro(micro::Options),
    /// What `micro` runs under valgrind.
    #[cfg(feature = "micro")]
    #[command(hide = true)]
    Repeat(micro::Repeat),
}

fn main() -> ExitCode {
    let done = match Command::parse() {
        Command::Vendor => vendor::run().map(|()| true),
        Command::Pass(upstream) => pass::run(&upstream).map(|()| true),
        Command::Native(upstream) => native::run(&upstream).map(|()| true),
        Command::Load(options) => load::run(&options),
        #[cfg(feature = "micro")]
        Command::Plugins => plugins::run().map(|()| true),
        #[cfg(feature = "micro")]
        Command::Micro(options) => micro::run(&options),
        #[cfg(feature = "micro")]
        Command::Repeat(repeat) => micro::repeat(&repeat).map(|()| true),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("clasp-bench: {error}");
            ExitCode::from(2)
        }
    }
}
