//! The contract's types under one roof.

pub use crate::bindings::clasp::provider::host::Level;
pub use crate::bindings::clasp::provider::types::{
    Abilities, Blob, BlobId, BlobRef, CacheHint, ContextSize, Dialect, Encoding, Failure,
    FailureKind, Field, FunctionTool, Header, HostedTool, HttpRequest, HttpResponse, Json, Media,
    MediaKind, Message, Method, OutputSchema, Part, Reasoning, Request, ResultPart, Retry, Role,
    Segment, Source, Target, Text, Thinking, Tool, ToolCall, ToolChoice, ToolResult,
};
pub use crate::bindings::exports::clasp::provider::about::{
    Auth, Aws, Manifest, Native, Secret, Template, TokenExchange,
};
pub use crate::bindings::exports::clasp::provider::models::{Model, Price};
pub use crate::bindings::exports::clasp::provider::translate::{
    Change, Event, FinishReason, Frame, Framing, Note, Started, ToolCallDelta, Usage,
};
