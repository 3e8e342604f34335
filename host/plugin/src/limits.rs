//! What a plugin may use; every violation is a failure of the plugin, never of the host.

use std::time::Duration;

/// Caps on one plugin's calls. Sizes are in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Answers that may be read at the same time, over all plugins; more wait.
    pub exchanges: u32,
    /// Requests that may be translated at the same time, over all plugins; more wait.
    pub begins: u32,
    /// How long a call waits for a free instance before it fails as overloaded.
    pub wait: Duration,
    /// Linear memory of an instance that translates a request; it may hold the whole of it, and the
    /// translation as well.
    pub begin_memory_bytes: usize,
    /// Linear memory of an instance that reads an answer, and of all others.
    pub memory_bytes: usize,
    /// Elements of all tables of one instance together.
    pub table_elements: usize,
    /// Computing time of `begin` and of `describe`.
    pub begin_time: Duration,
    /// Computing time of every other call.
    pub call_time: Duration,
    /// What `begin` may return: body, headers, state and notes together.
    pub request_bytes: usize,
    /// What one call on an exchange may return.
    pub events_bytes: usize,
    /// Events of one call.
    pub events: usize,
    /// State from `begin`.
    pub state_bytes: usize,
    /// Path and query of a request.
    pub path_bytes: usize,
    /// Headers of a request.
    pub headers: usize,
    /// Names and values of a request's headers together.
    pub header_bytes: usize,
    /// Notes of `begin`; what is over is cut off.
    pub notes: usize,
    /// Log lines of one instance; what is over is dropped, with one line that says so.
    pub log_lines: u32,
    /// A log line; what is over is cut off.
    pub log_line_bytes: usize,
    /// A plugin's file.
    pub file_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            exchanges: 1024,
            begins: 32,
            wait: Duration::from_secs(10),
            begin_memory_bytes: 256 << 20,
            memory_bytes: 64 << 20,
            table_elements: 100_000,
            begin_time: Duration::from_secs(5),
            call_time: Duration::from_secs(1),
            request_bytes: 64 << 20,
            events_bytes: 32 << 20,
            events: 100_000,
            state_bytes: 1 << 20,
            path_bytes: 8 << 10,
            headers: 100,
            header_bytes: 64 << 10,
            notes: 1000,
            log_lines: 100,
            log_line_bytes: 2 << 10,
            file_bytes: 64 << 20,
        }
    }
}
