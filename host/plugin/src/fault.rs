//! What a plugin did wrong in a call, and the failure that the client and the operator get.

use std::fmt;
use std::time::Duration;

use clasp_model::{Failure, FailureKind, Retry, Source};

/// What a plugin did wrong. Each displays as the rest of a sentence that begins with the plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It computed for too long.
    Time(Duration),
    /// It slept (only a WASI component can).
    Slept(Duration),
    /// It wanted more memory, in bytes.
    Memory(usize),
    /// It wanted larger tables.
    Table(usize),
    /// It returned more bytes.
    Output(usize),
    /// It returned more of something: how many, of what, and how many may be.
    Many(usize, &'static str, usize),
    /// It trapped.
    Trap(String),
    /// It was called after a call that did not finish.
    Dead,
    /// It returned something invalid: what.
    Invalid(String),
    /// Its types are not the contract's, or what it returned is none of their values.
    Unreadable(String),
    /// Not the plugin's fault: a payload of the request cannot be decoded.
    Payload,
}

impl Fault {
    /// The failure, for a plugin and the function that was called.
    pub(crate) fn into_failure(self, plugin: &str, call: &str) -> Failure {
        let (kind, source, retry) = match self {
            Self::Payload => (FailureKind::InvalidRequest, Source::Client, Retry::Never),
            Self::Invalid(_) | Self::Unreadable(_) | Self::Many(..) | Self::Output(_) => {
                (FailureKind::Protocol, Source::Plugin, Retry::Elsewhere)
            }
            Self::Time(_)
            | Self::Slept(_)
            | Self::Memory(_)
            | Self::Table(_)
            | Self::Trap(_)
            | Self::Dead => (FailureKind::ProviderError, Source::Plugin, Retry::Elsewhere),
        };
        let message = match self {
            Self::Payload => "a payload of the request is not valid base64".to_owned(),
            fault => format!("plugin `{plugin}` {fault} (in `{call}`)"),
        };
        Failure::new(kind, source, message).with_retry(retry)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time(limit) => write!(formatter, "computed for more than {limit:?}"),
            Self::Slept(limit) => write!(formatter, "did not answer within {limit:?}"),
            Self::Memory(limit) => write!(formatter, "used more than {} of memory", Bytes(*limit)),
            Self::Table(limit) => write!(formatter, "used more than {limit} table elements"),
            Self::Output(limit) => write!(formatter, "returned more than {}", Bytes(*limit)),
            Self::Many(count, what, limit) => {
                write!(formatter, "returned {count} {what}; at most {limit} are allowed")
            }
            Self::Trap(what) => write!(formatter, "crashed: {what}"),
            Self::Dead => {
                write!(formatter, "cannot go on: an earlier call failed or did not finish")
            }
            Self::Invalid(what) => write!(formatter, "returned {what}"),
            Self::Unreadable(why) => write!(formatter, "returned what cannot be read: {why}"),
            Self::Payload => write!(formatter, "was given an invalid payload"),
        }
    }
}

/// A size for people: whole MiB or KiB where it is.
struct Bytes(usize);

impl fmt::Display for Bytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            bytes if bytes >= 1 << 20 && bytes % (1 << 20) == 0 => {
                write!(formatter, "{} MiB", bytes >> 20)
            }
            bytes if bytes >= 1 << 10 && bytes % (1 << 10) == 0 => {
                write!(formatter, "{} KiB", bytes >> 10)
            }
            bytes => write!(formatter, "{bytes} bytes"),
        }
    }
}
