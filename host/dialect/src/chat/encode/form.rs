//! How an answer is written down.

use bytes::{BufMut, Bytes, BytesMut};
use clasp_model::Failure;

use crate::Head;
use crate::counts::Counts;

/// Writes an answer's pieces. Calls come in the grammar's order; texts are not empty, but for the
/// one of an answer in which there is nothing.
pub(super) trait Form: Send {
    fn ping(&mut self, out: &mut BytesMut);
    /// `logprobs`: of its tokens, entries with commas.
    fn text(&mut self, head: &Head, text: &str, logprobs: Option<&str>, out: &mut BytesMut);
    fn thinking(&mut self, head: &Head, text: &str, out: &mut BytesMut);
    /// A whole entry of `reasoning_details`, as JSON.
    fn detail(&mut self, head: &Head, entry: &[u8], out: &mut BytesMut);
    /// A call begins; `index` counts those of `tool_calls`.
    fn call(
        &mut self,
        head: &Head,
        index: u64,
        shape: Shape,
        id: &str,
        name: &str,
        out: &mut BytesMut,
    );
    /// Arguments or free text of the call that began last.
    fn arguments(&mut self, head: &Head, text: &str, out: &mut BytesMut);
    fn end(&mut self, head: &Head, end: &End, out: &mut BytesMut);
    fn fail(&mut self, failure: &Failure, out: &mut BytesMut);
}

/// The value of `logprobs`.
pub(super) fn logprobs(entries: Option<&str>, out: &mut BytesMut) {
    let Some(entries) = entries else { return out.put_slice(b"null") };
    out.put_slice(b"{\"content\":[");
    out.put_slice(entries.as_bytes());
    out.put_slice(b"],\"refusal\":null}");
}

/// How the client knows a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Shape {
    #[default]
    Function,
    /// Of a tool that takes free text.
    Custom,
    /// In the older form.
    FunctionCall,
}

/// What the last part of an answer says.
pub(super) struct End {
    pub(super) finish_reason: &'static str,
    /// A JSON list, with its brackets.
    pub(super) annotations: Bytes,
    pub(super) counts: Counts,
}

impl Shape {
    /// The member that a call has its name and arguments in.
    pub(super) fn member(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Custom => "custom",
            Self::FunctionCall => "function_call",
        }
    }

    /// The member of that one that has the arguments.
    pub(super) fn arguments(self) -> &'static str {
        match self {
            Self::Function | Self::FunctionCall => "arguments",
            Self::Custom => "input",
        }
    }
}
