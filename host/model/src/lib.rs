//! The vocabulary of clasp: what a client asked, what a provider said, what failed.
//!
//! Values only: nothing here does I/O, and nothing knows a dialect, a provider or a plugin. The
//! names are those of the plugin contract (`wit/v0.1`), in Rust's spelling; the serde form is the
//! one that plugin cases are written in: `snake_case`, variants tagged by `type`, defaults left out.

mod event;
mod failure;
mod http;
mod manifest;
pub mod policy;
mod request;

pub use bytestring::ByteString;

pub use self::event::{Event, FinishReason, Frame, Framing, Started, ToolCallDelta, Usage};
pub use self::failure::{ContextSize, Failure, FailureKind, Retry, Source};
pub use self::http::{Encoding, Header, HttpRequest, HttpResponse, Method, Segment};
pub use self::manifest::{
    Abilities, Auth, Begun, Change, Manifest, Model, Native, Note, Price, Secret, Target, Template,
    TokenExchange,
};
pub use self::request::{
    Blob, CacheHint, Dialect, Field, FunctionTool, HostedTool, Json, Media, MediaKind, MediaSource,
    Message, OutputSchema, Part, Reasoning, Request, ResultPart, Role, Text, Thinking, Tool,
    ToolCall, ToolChoice, ToolResult,
};
