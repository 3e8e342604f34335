//! Calls that are told in pieces, as properties are tested with.

use clasp_model::{Event, ToolCallDelta};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

/// A call in pieces: a name, then arguments cut anywhere.
pub(crate) fn pieces(slot: u32, arguments: &str, cuts: &[usize]) -> Vec<Event> {
    let delta = |name: Option<String>, arguments: &str| {
        Event::ToolCall(ToolCallDelta {
            slot,
            id: name.is_some().then(|| format!("id_{slot}")),
            name,
            arguments: arguments.into(),
            state: None,
        })
    };
    let mut events = vec![delta(Some(format!("tool_{slot}")), "")];
    let mut cuts: Vec<usize> = cuts.iter().map(|&cut| arguments.floor_char_boundary(cut)).collect();
    cuts.push(arguments.len());
    cuts.sort_unstable();
    let mut from = 0;
    for cut in cuts {
        events.push(delta(None, &arguments[from..cut]));
        from = cut;
    }
    events
}

pub(crate) fn any_arguments() -> impl Strategy<Value = Value> {
    vec(("[a-z\"{}]{0,3}", "\\PC{0,5}|[{}\\[\\]\"\\\\]{0,6}"), 0..4).prop_map(|members| {
        Value::Object(members.into_iter().map(|(name, text)| (name, json!([text]))).collect())
    })
}
