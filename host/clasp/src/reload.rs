//! Takes changed settings over while requests run: those that began go on as they began.
//!
//! The files are looked at from time to time instead of being watched by the system: what replaces
//! a file by a link, as editors and Kubernetes do, is then seen like any other change. A signal (HUP)
//! has them read at once. What is wrong is told, and the settings stay as they were.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context;
use clasp_config::{Config, Flags};
use clasp_plugin_host::Registry;
use clasp_server::App;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::MissedTickBehavior;

use crate::cli::settings;
use crate::compose;
use crate::error::Error;

/// How often the files are looked at. A change counts when it is the same twice: a file may be half
/// written.
const INTERVAL: Duration = Duration::from_millis(500);

/// What changes settings, and what they are now.
pub(crate) struct Reload {
    pub(crate) app: Arc<App>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) flags: Flags,
    pub(crate) config: Arc<Config>,
    /// How the files looked when they were read.
    pub(crate) seen: Vec<Stamp>,
    /// Where the embedded vendor is, if it runs.
    pub(crate) demo: Option<String>,
}

/// How a file looked; none: it was not there.
pub(crate) type Stamp = Option<(SystemTime, u64)>;

impl Reload {
    /// Goes on until it is dropped.
    pub(crate) async fn run(mut self) -> Result<(), Error> {
        let mut hangup = signal(SignalKind::hangup()).context("listening for signals")?;
        let mut ticks = tokio::time::interval(INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut watched = self.config.watched();
        let mut applied = std::mem::take(&mut self.seen);
        let mut before = applied.clone();
        loop {
            tokio::select! {
                _ = hangup.recv() => before = stamps(&watched),
                _ = ticks.tick() => {
                    let now = stamps(&watched);
                    let settled = now == before;
                    before = now;
                    if !settled || before == applied {
                        continue;
                    }
                }
            }
            applied.clone_from(&before);
            match self.load() {
                Ok(()) => {
                    watched = self.config.watched();
                    applied = stamps(&watched);
                    before.clone_from(&applied);
                }
                Err(error) => {
                    tracing::error!(
                        "the settings stay as they were, for what is there now is wrong: {error}"
                    );
                }
            }
        }
    }

    /// Reads all settings anew and applies them.
    fn load(&mut self) -> Result<(), Error> {
        let config = settings(self.flags.clone())?;
        let restart = self.config.restart_needed(&config);
        let warnings = config.warnings.clone();
        let settings = compose::chosen(config.clone(), &self.registry, self.demo.as_deref())?;
        let (provider, why) = (settings.default_provider.clone(), settings.why.clone());
        self.app.apply(settings.into());
        self.config = Arc::new(config);
        for warning in warnings {
            tracing::warn!("{warning}");
        }
        for setting in restart {
            tracing::warn!("{setting}: its change counts from the next start on");
        }
        tracing::info!(provider, why, "changed settings apply to new requests");
        Ok(())
    }
}

/// How these files look.
pub(crate) fn stamps(files: &[PathBuf]) -> Vec<Stamp> {
    files.iter().map(|file| stamp(file)).collect()
}

fn stamp(file: &Path) -> Stamp {
    let about = std::fs::metadata(file).ok()?;
    Some((about.modified().unwrap_or(SystemTime::UNIX_EPOCH), about.len()))
}
