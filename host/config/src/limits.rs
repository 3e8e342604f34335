//! What the server bears: every wait and every size has an end.

use std::time::Duration;

use crate::Setting;

/// Sizes and waits of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest request body, in bytes.
    pub body: usize,
    /// The largest single event of a provider, in bytes.
    pub frame: usize,
    /// The most connections of clients at a time.
    pub connections: usize,
    /// How long a client may take to send a request's headers, and how long a connection without a
    /// request is kept: shorter than the pauses of a client at work, it would race its next request.
    pub header_timeout: Duration,
    /// How long a client may pause while it sends a request's body.
    pub idle_timeout: Duration,
    /// How long running requests may go on after a signal to stop.
    pub drain_timeout: Duration,
    /// How long a stream may be silent before the client gets a ping (rule A10).
    pub ping_interval: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 64 << 20,
            frame: 16 << 20,
            connections: 4096,
            header_timeout: Duration::from_secs(75),
            idle_timeout: Duration::from_secs(60),
            drain_timeout: Duration::from_secs(30),
            ping_interval: Duration::from_secs(10),
        }
    }
}

/// What a plugin may use; where nobody says it, the host's own limits hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginLimits {
    /// The memory of an instance that reads an answer, in bytes.
    pub memory: Setting<usize>,
    /// The computing time of one call that reads an answer.
    pub time: Setting<Duration>,
    /// What one such call may return, in bytes.
    pub output: Setting<usize>,
}
