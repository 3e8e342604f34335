//! The one list of settings: reading, warnings about misspelt names and the documentation all
//! follow it.

/// What is known of a setting.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// Its place in a configuration file.
    pub key: &'static str,
    /// The variables that set it; the first that is set counts.
    pub variables: &'static [&'static str],
    /// The flag that sets it, without dashes.
    pub flag: Option<&'static str>,
    /// Its value when nobody sets it, as it would be written.
    pub default: &'static str,
    /// In a few words.
    pub about: &'static str,
}

macro_rules! settings {
    ($($(#[doc = $about:literal])+ $name:ident = $key:literal, [$($variable:literal),*], $flag:expr, $default:literal;)*) => {
        $(
            $(#[doc = $about])+
            pub(crate) const $name: Definition = Definition {
                key: $key,
                variables: &[$($variable),*],
                flag: $flag,
                default: $default,
                about: concat!($($about),+),
            };
        )*

        /// Every setting with one value.
        pub const SETTINGS: &[Definition] = &[$($name),*];
    };
}

settings! {
    /// the provider requests go to; empty: chosen from the keys that are set
    PROVIDER = "provider", ["PROVIDER"], Some("provider"), "";
    /// the model every request goes to, unless a tier, an alias or a prefix says otherwise
    MODEL = "models.default", ["CLASP_MODEL"], Some("model"), "";
    /// the model for names with `opus`
    MODEL_OPUS = "models.opus", ["CLASP_MODEL_OPUS"], None, "";
    /// the model for names with `sonnet`
    MODEL_SONNET = "models.sonnet", ["CLASP_MODEL_SONNET"], None, "";
    /// the model for names with `haiku`
    MODEL_HAIKU = "models.haiku", ["CLASP_MODEL_HAIKU"], None, "";
    /// aliases: `fast:gpt-5-mini,best:gpt-5`
    MODEL_ALIASES = "aliases", ["CLASP_MODEL_ALIASES"], None, "";
    /// the address to listen on
    HOST = "server.host", ["CLASP_HOST"], Some("host"), "127.0.0.1";
    /// the port to listen on; 0 takes a free one
    PORT = "server.port", ["CLASP_PORT"], Some("port"), "8080";
    /// listen for other machines although clients need no key
    INSECURE = "server.insecure", ["CLASP_INSECURE"], Some("insecure"), "false";
    /// a directory of plugin files, watched
    PLUGIN_DIR = "plugins.dir", ["CLASP_PLUGIN_DIR"], Some("plugin-dir"), "~/.clasp/plugins";
    /// `off`, `error`, `warn`, `info`, `debug` or `trace`
    LOG_LEVEL = "server.log_level", ["CLASP_LOG_LEVEL"], None, "info";
    /// `text` or `json`
    LOG_FORMAT = "server.log_format", ["CLASP_LOG_FORMAT"], Some("log-format"), "text";
    /// the same as log level `debug`
    DEBUG = "debug.enabled", ["CLASP_DEBUG"], Some("debug"), "false";
    /// checks every answer by its dialect's grammar as it is sent; a fault is a warning in the log
    CHECK = "debug.check", ["CLASP_DEBUG_CHECK"], None, "false";
    /// how long a provider may be silent, before its answer and within it (there, unset, 300s)
    HTTP_TIMEOUT = "http_client.timeout_sec", ["CLASP_HTTP_TIMEOUT", "CLASP_HTTP_TIMEOUT_SEC"], Some("http-timeout"), "600s";
    /// the largest request body
    BODY_LIMIT = "limits.body", ["CLASP_BODY_LIMIT"], None, "64MiB";
    /// the largest single event of a provider
    FRAME_LIMIT = "limits.frame", ["CLASP_FRAME_LIMIT"], None, "16MiB";
    /// the most connections of clients at a time
    MAX_CONNECTIONS = "limits.connections", ["CLASP_MAX_CONNECTIONS"], None, "4096";
    /// how long a client may take to send a request's headers, and how long an idle connection is kept
    HEADER_TIMEOUT = "limits.header_timeout", ["CLASP_HEADER_TIMEOUT"], None, "75s";
    /// how long a client may pause while it sends a request's body
    IDLE_TIMEOUT = "limits.idle_timeout", ["CLASP_IDLE_TIMEOUT"], None, "60s";
    /// how long running requests may go on after a signal to stop
    DRAIN_TIMEOUT = "limits.drain_timeout", ["CLASP_DRAIN_TIMEOUT"], None, "30s";
    /// how long a stream may be silent before the client gets a ping
    PING_INTERVAL = "limits.ping_interval", ["CLASP_PING_INTERVAL"], None, "10s";
    /// keeps answers of the Responses API: `off`, `on` (`~/.clasp/responses.redb`) or a file
    RESPONSES_STORE = "responses.store", ["CLASP_RESPONSES_STORE"], None, "off";
    /// how long an answer is kept
    RESPONSES_LIFETIME = "responses.lifetime", ["CLASP_RESPONSES_STORE_LIFETIME"], None, "30d";
    /// how much all answers that are kept may take
    RESPONSES_SIZE = "responses.size", ["CLASP_RESPONSES_STORE_SIZE"], None, "1GiB";
}

/// An alias each: `CLASP_ALIAS_FAST=gpt-5-mini`.
pub(crate) const ALIAS_PREFIX: &str = "CLASP_ALIAS_";

/// Other variables of clasp's that this build reads.
pub(crate) const OTHERS: &[&str] = &["CLASP_ANTHROPIC_BASE_URL", "CLASP_COMPILED_DIR"];

/// Features of later builds, by what their variables begin with. Switched on they would be expected
/// to work, so each is named in a warning.
pub(crate) const LATER: &[&str] = &[
    "CLASP_CACHE",
    "CLASP_CIRCUIT_BREAKER",
    "CLASP_COMPACTION",
    "CLASP_CONFIG_FILE",
    "CLASP_DEBUG_REQUESTS",
    "CLASP_DEBUG_RESPONSES",
    "CLASP_FALLBACK",
    "CLASP_HAIKU_",
    "CLASP_HEALTH_CHECK",
    "CLASP_MULTI_PROVIDER",
    "CLASP_OPUS_",
    "CLASP_QUEUE",
    "CLASP_RATE_LIMIT",
    "CLASP_SESSION_TIMEOUT",
    "CLASP_SONNET_",
];

/// A later feature that must not be believed to work: client keys.
pub(crate) const AUTH: &str = "CLASP_AUTH";
