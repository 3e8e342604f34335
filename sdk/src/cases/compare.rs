//! Compares what came out of a case with its files, or writes them.

use std::path::Path;

use clasp_codec::rope;
use clasp_model::{Begun, Event};
use serde_json::{Value, json};

use super::{Case, Outcome};

/// How many lines of a difference are shown.
const SHOWN: usize = 24;

/// The differences, a text for each file; with `update` the files are written instead.
pub(super) fn check(case: &Case, outcome: &Outcome, update: bool) -> Vec<String> {
    let begun = outcome.begun.as_ref();
    let notes = begun.map(|begun| &begun.notes).filter(|notes| !notes.is_empty());
    let http = match begun.map(http).transpose() {
        Ok(http) => http,
        Err(fault) => return vec![format!("{}: {fault}", case.name)],
    };
    let files = [
        ("http.json", http.map(|value| pretty(&value))),
        ("notes.json", notes.map(|notes| rows(&json!(notes)))),
        ("events.json", outcome.events.as_ref().map(|events| rows(&tidy_events(events)))),
        ("failure.json", outcome.failure.as_ref().map(|failure| pretty(&tidy(json!(failure))))),
    ];
    let mut faults = Vec::new();
    for (name, actual) in files {
        let path = case.folder.join(name);
        let fault = if update { write(&path, actual) } else { differs(&path, actual) };
        faults.extend(fault.map(|fault| format!("{}/{name}: {fault}", case.name)));
    }
    faults
}

/// The HTTP request as a document.
fn http(begun: &Begun) -> Result<Value, String> {
    let mut body = Vec::new();
    for piece in rope::chunks(&begun.http.body) {
        body.extend_from_slice(&piece.map_err(|error| error.to_string())?);
    }
    let body = if body.is_empty() {
        Value::Null
    } else {
        let text = String::from_utf8_lossy(&body).into_owned();
        serde_json::from_str(&text).unwrap_or(Value::String(text))
    };
    Ok(json!({
        "method": begun.http.method,
        "path": begun.http.path,
        "headers": begun.http.headers,
        "body": body,
    }))
}

fn tidy_events(events: &[Event]) -> Value {
    let event = |event: &Event| match event {
        Event::Failed(failure) => json!({"type": "failed", "value": tidy(json!(failure))}),
        other => json!(other),
    };
    events.iter().map(event).collect()
}

/// A failure without what the host adds and what only repeats the answer.
fn tidy(mut failure: Value) -> Value {
    if let Value::Object(members) = &mut failure {
        members.shift_remove("source");
        members.shift_remove("detail");
    }
    failure
}

fn write(path: &Path, actual: Option<String>) -> Option<String> {
    let written = match actual {
        Some(text) => std::fs::write(path, text),
        None if path.exists() => std::fs::remove_file(path),
        None => Ok(()),
    };
    written.err().map(|error| error.to_string())
}

fn differs(path: &Path, actual: Option<String>) -> Option<String> {
    let expected = std::fs::read_to_string(path).ok();
    match (expected, actual) {
        (None, None) => None,
        (Some(_), None) => {
            Some("nothing of the kind came out, delete the file if that is right".into())
        }
        (None, Some(actual)) => {
            Some(format!("there is no such file, but this came out:\n{actual}"))
        }
        (Some(expected), Some(actual)) => match serde_json::from_str::<Value>(&expected) {
            Err(error) => Some(format!("is not JSON: {error}")),
            Ok(value) => {
                // However the file is laid out; the order of members counts.
                let expected = if actual.starts_with('[') { rows(&value) } else { pretty(&value) };
                (expected != actual).then(|| difference(&expected, &actual))
            }
        },
    }
}

/// The lines around the first difference, expected ones with `-`, actual ones with `+`.
fn difference(expected: &str, actual: &str) -> String {
    let (expected, actual): (Vec<_>, Vec<_>) =
        (expected.lines().collect(), actual.lines().collect());
    let same = expected.iter().zip(&actual).take_while(|(one, other)| one == other).count();
    let left = |lines: &[&str]| lines.len() - same;
    let tail =
        expected.iter().rev().zip(actual.iter().rev()).take_while(|(one, other)| one == other);
    let tail = tail.count().min(left(&expected)).min(left(&actual));
    let mut out = vec![format!("first difference in line {}", same + 1)];
    let before = expected.get(same.saturating_sub(3)..same).unwrap_or_default();
    out.extend(before.iter().map(|line| format!("  {line}")));
    for (sign, lines) in [('-', &expected), ('+', &actual)] {
        let lines = lines.get(same..lines.len() - tail).unwrap_or_default();
        out.extend(lines.iter().take(SHOWN).map(|line| format!("{sign} {line}")));
        if lines.len() > SHOWN {
            out.push(format!("{sign} … {} more lines", lines.len() - SHOWN));
        }
    }
    out.join("\n")
}

fn pretty(value: &Value) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

/// A list with one element a line.
fn rows(value: &Value) -> String {
    let elements = value.as_array().map_or(&[][..], Vec::as_slice);
    let rows: Vec<String> = elements.iter().map(|element| format!("  {element}")).collect();
    if rows.is_empty() { "[]\n".into() } else { format!("[\n{}\n]\n", rows.join(",\n")) }
}
