//! The `response` object: the answer as a whole, as far as it is known.

use bytes::{BufMut, BytesMut};
use clasp_model::{Failure, Json};

use super::ending::{Ending, write_counts, write_error};
use super::wire::{number, raw, text};
use crate::Head;
use crate::counts::Counts;
use crate::json::write;
use crate::responses::echo::ResponsesEcho;

/// How far the answer is.
#[derive(Clone, Copy)]
pub(super) enum State<'a> {
    InProgress,
    Ended(Ending, Counts),
    Failed(&'a Failure),
}

/// Writes it with the items that are done. When it was completed nobody here can tell: there is no
/// clock.
pub(super) fn write(
    head: &Head,
    echo: &ResponsesEcho,
    output: &[String],
    service_tier: Option<&Json>,
    state: State<'_>,
    out: &mut BytesMut,
) {
    let length: usize = output.iter().map(String::len).sum();
    out.reserve(length + 600);
    let status = match state {
        State::InProgress => "in_progress",
        State::Ended(Ending::Completed, _) => "completed",
        State::Ended(Ending::Incomplete(_), _) => "incomplete",
        State::Failed(_) => "failed",
    };
    out.put_slice(b"{\"id\":");
    write::string(out, &head.id);
    text(out, "object", "response");
    number(out, "created_at", head.created);
    text(out, "status", status);
    raw(out, "completed_at", "null");
    match state {
        State::Failed(failure) => object(out, "error", |out| write_error(failure, out)),
        State::InProgress | State::Ended(..) => raw(out, "error", "null"),
    }
    match state {
        State::Ended(Ending::Incomplete(reason), _) => {
            object(out, "incomplete_details", |out| text(out, "reason", reason));
        }
        _ => raw(out, "incomplete_details", "null"),
    }
    text(out, "model", &head.model);
    raw(out, "output", "[");
    for (index, item) in output.iter().enumerate() {
        if index > 0 {
            out.put_u8(b',');
        }
        out.put_slice(item.as_bytes());
    }
    out.put_u8(b']');
    raw(out, "service_tier", service_tier.map_or("null", Json::as_str));
    match state {
        State::Ended(_, counts) => object(out, "usage", |out| write_counts(counts, out)),
        State::InProgress | State::Failed(_) => raw(out, "usage", "null"),
    }
    echo.write(out);
    out.put_u8(b'}');
}

/// A member that is an object; `members` are written with a comma before each.
fn object(out: &mut BytesMut, name: &str, members: impl FnOnce(&mut BytesMut)) {
    let mut inner = BytesMut::new();
    members(&mut inner);
    let inner = inner.strip_prefix(b",").unwrap_or(&inner);
    raw(out, name, "{");
    out.put_slice(inner);
    out.put_u8(b'}');
}
