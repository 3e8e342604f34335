//! The plugins that clasp carries, one by one: size, loading from the cache, and what an instance
//! costs.

use std::path::Path;
use std::time::{Duration, Instant};

use clasp_dialect::parse;
use clasp_model::{ByteString, Dialect, Failure, Json, Target};
use clasp_plugin_host::{Limits, Options, Plugin, Runtime};

use crate::body;
use crate::error::Error;
use crate::load::statistics::spread;
use crate::scenario::Answer;

/// Rounds, and calls in each; a round's mean is one value of the median.
const ROUNDS: usize = 25;
const CALLS: u32 = 400;

/// Measures every plugin and prints a line for each.
pub fn run() -> Result<(), Error> {
    let cache = tempfile::tempdir().map_err(Error::io("make a folder for compiled code"))?;
    let options = Options {
        limits: Limits { exchanges: 8, begins: 8, ..Limits::default() },
        cache: Some(cache.path().to_owned()),
        wasi: false,
    };
    let runtime = Runtime::new(options).map_err(|error| Error::other(error.to_string()))?;
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Error::io("start tokio"))?;
    println!(
        "{:<12}{:>9}{:>12}{:>16}{:>22}",
        "plugin", "KB", "load ms", "instance µs", "begin of 100 B, µs"
    );
    for (id, bytes) in clasp_plugin_bundle::PLUGINS {
        let load = || runtime.load(Path::new(id), bytes);
        // Compiles.
        drop(load().map_err(|error| Error::other(error.to_string()))?);
        let start = Instant::now();
        let plugin = load().map_err(|error| Error::other(error.to_string()))?;
        let loaded = start.elapsed();
        let figures = tokio.block_on(figures(&plugin)).map_err(|failure| {
            let message = format!("{id}: {failure}");
            Error::other(message)
        })?;
        println!(
            "{id:<12}{:>9.0}{:>12.1}{:>16}{:>22}",
            bytes.len() as f64 / 1000.0,
            loaded.as_secs_f64() * 1e3,
            figures.instance,
            figures.begin
        );
    }
    Ok(())
}

/// Microseconds: the median of the rounds, the least and the most.
struct Figures {
    instance: String,
    begin: String,
}

async fn figures(plugin: &Plugin) -> Result<Figures, Failure> {
    let body = ByteString::from(body::small(Answer::Plain).to_string());
    let request = parse(Dialect::AnthropicMessages, &body, &[])?.request;
    let target = target(plugin);
    let state = plugin.begin(&target, &request).await?.state;
    let (mut instances, mut begins) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for _ in 0..CALLS {
            drop(plugin.exchange(&target, &state).await?);
        }
        instances.push(each(start.elapsed()));
        let start = Instant::now();
        for _ in 0..CALLS {
            drop(plugin.begin(&target, &request).await?);
        }
        begins.push(each(start.elapsed()));
    }
    Ok(Figures { instance: said(&instances), begin: said(&begins) })
}

fn each(elapsed: Duration) -> f64 {
    elapsed.as_secs_f64() * 1e6 / f64::from(CALLS)
}

fn said(values: &[f64]) -> String {
    let (median, least, most) = spread(values);
    format!("{median:.1} ({least:.0}–{most:.0})")
}

fn target(plugin: &Plugin) -> Target {
    let manifest = plugin.manifest();
    let (model, config) = match manifest.id.as_str() {
        "anthropic" => ("claude-sonnet-4-5", "{}"),
        "bedrock" => ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "{}"),
        "vertex" => ("gemini-2.5-pro", r#"{"project": "p", "location": "global"}"#),
        "gemini" => ("gemini-2.5-pro", "{}"),
        _ => ("gpt-4o", "{}"),
    };
    Target {
        base_url: manifest.default_base_url.clone().unwrap_or_default(),
        model: model.to_owned(),
        context_window: None,
        max_output_tokens: None,
        abilities: None,
        config: Json::from_checked(ByteString::from_static(config)),
        provider: String::new(),
    }
}
