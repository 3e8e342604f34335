//! Requests that go on from a stored response, or whose answer is to be stored.

use std::ops::Range;

use clasp_model::{ByteString, Failure, FailureKind, Source};
use memchr::memmem;

use crate::json::read::{Kind, Read, Reader};
use crate::openai;

/// What a request has to do with stored responses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wants {
    /// The response that it goes on from (`previous_response_id`).
    pub previous: Option<ByteString>,
    /// Its answer is to be stored (`store`): so it is unless the request says no.
    pub store: bool,
}

impl Default for Wants {
    fn default() -> Self {
        Self { previous: None, store: true }
    }
}

/// How the members' names stand in a body. An escaped one has `\u00` in it.
const NAMES: [&[u8]; 3] = [b"\"previous_response_id\"", b"\"store\"", b"\\u00"];

/// Looks at a request's body. It is stepped through only where the members' names are somewhere in
/// it. What is wrong in it is for [`parse`](crate::parse) to say.
pub fn wants(body: &ByteString) -> Wants {
    let mut wants = Wants::default();
    if !NAMES.iter().any(|name| memmem::find(body.as_bytes(), name).is_some()) {
        return wants;
    }
    let read = Reader::new(body).object(|reader, name| {
        match name {
            "previous_response_id" => wants.previous = reader.optional(Reader::string)?,
            "store" => wants.store = reader.optional(Reader::boolean)?.unwrap_or(true),
            _ => reader.skip()?,
        }
        Ok(())
    });
    read.map_or_else(|_fault| Wants::default(), |()| wants)
}

/// The conversation that a request goes on with: the items that a stored response was made from,
/// and those of its `output`.
///
/// # Errors
/// Where `response` is no such object: a [`Failure`] of source host.
pub fn earlier(
    mut items: Vec<ByteString>,
    response: &ByteString,
) -> Result<Vec<ByteString>, Failure> {
    let read = Reader::new(response).object(|reader, name| match name {
        "output" => raw_items(reader, &mut items),
        _ => reader.skip(),
    });
    read.map_err(|fault| {
        let what = openai::failure(fault, response).message;
        let message = format!("The stored response cannot be read: {what}");
        Failure::new(FailureKind::Protocol, Source::Host, message)
    })?;
    Ok(items)
}

/// The same request with the whole conversation: `earlier` items stand before its own input, and
/// `previous_response_id` is null. Every other byte stays. The earlier response's `instructions` do
/// not come with it.
///
/// # Errors
/// A body that is no JSON object: a [`Failure`] of source client. Other faults stay in the body.
pub fn continued(body: &ByteString, earlier: &[ByteString]) -> Result<ByteString, Failure> {
    let mut input = None;
    let mut previous = Vec::new();
    let mut reader = Reader::new(body);
    let read = reader.object(|reader, name| {
        match name {
            "input" => {
                let kind = reader.kind()?;
                input = Some((kind, reader.span()?));
            }
            "previous_response_id" => previous.push(reader.span()?),
            _ => reader.skip()?,
        }
        Ok(())
    });
    read.and_then(|()| reader.end()).map_err(|fault| openai::failure(fault, body))?;
    let list = earlier.iter().map(|item| &**item).collect::<Vec<&str>>().join(",");
    let mut edits: Vec<(Range<usize>, String)> =
        previous.into_iter().map(|at| (at, "null".to_owned())).collect();
    match input {
        Some((Kind::Array, at)) => {
            let inside = at.start + 1;
            let rest = body.get(inside..at.end).unwrap_or_default().trim_ascii_start();
            let comma = if list.is_empty() || rest.starts_with(']') { "" } else { "," };
            edits.push((inside..inside, list + comma));
        }
        Some((Kind::String, at)) => {
            let text = body.get(at.clone()).unwrap_or_default();
            let comma = if list.is_empty() { "" } else { "," };
            edits.push((at, format!("[{list}{comma}{}]", message(text))));
        }
        Some((Kind::Null, at)) => edits.push((at, format!("[{list}]"))),
        // Not an input; the parser says so.
        Some(_) => {}
        // There is a member to put it after, or nothing to go on from.
        None => {
            if let Some((_, null)) = edits.first_mut() {
                null.push_str(&format!(",\"input\":[{list}]"));
            }
        }
    }
    edits.sort_by_key(|(at, _)| at.start);
    Ok(edited(body, &edits))
}

/// The items of a request's input, one after the other; a text is a message of the user's.
///
/// # Errors
/// A [`Failure`] of source client, as [`parse`](crate::parse) tells it.
pub fn input_items(body: &ByteString) -> Result<Vec<ByteString>, Failure> {
    let mut items = Vec::new();
    let read = Reader::new(body).object(|reader, name| {
        if name != "input" {
            return reader.skip();
        }
        items.clear();
        match reader.kind()? {
            Kind::Array => raw_items(reader, &mut items),
            Kind::String => {
                items.push(message(reader.raw()?.as_str()).into());
                Ok(())
            }
            _ => reader.skip(),
        }
    });
    read.map_err(|fault| openai::failure(fault, body))?;
    Ok(items)
}

/// A failure of a [`continued`] request, with the place as the client knows it: in its own input,
/// behind so many `earlier` items.
pub fn in_own_input(mut failure: Failure, earlier: usize) -> Failure {
    if let Some(message) = moved(&failure.message, earlier) {
        failure.message = message;
        if let Some(param) = openai::error::param(&failure).and_then(|at| moved(&at, earlier)) {
            failure.detail = Some(openai::error::detail_of(&param));
        }
    }
    failure
}

/// A text that begins with an item's place, so many items before.
fn moved(text: &str, earlier: usize) -> Option<String> {
    let (index, rest) = text.strip_prefix("input[")?.split_once(']')?;
    let index = index.parse::<usize>().ok()?.checked_sub(earlier)?;
    Some(format!("input[{index}]{rest}"))
}

fn raw_items(reader: &mut Reader<'_>, items: &mut Vec<ByteString>) -> Read<()> {
    reader.array(|reader| {
        items.push(reader.raw()?.text().clone());
        Ok(())
    })
}

/// A message of the user's with this JSON string.
fn message(text: &str) -> String {
    format!(
        r#"{{"type":"message","role":"user","content":[{{"type":"input_text","text":{text}}}]}}"#
    )
}

/// The body with `edits`, which are in order.
fn edited(body: &ByteString, edits: &[(Range<usize>, String)]) -> ByteString {
    let more: usize = edits.iter().map(|(_, text)| text.len()).sum();
    let mut out = String::with_capacity(body.len() + more);
    let mut from = 0;
    for (at, text) in edits {
        out.push_str(body.get(from..at.start).unwrap_or_default());
        out.push_str(text);
        from = at.end;
    }
    out.push_str(body.get(from..).unwrap_or_default());
    out.into()
}
