//! The items that a stored response was made from, a page at a time.

use std::collections::HashSet;
use std::fmt::Write;

use bytes::{BufMut, Bytes, BytesMut};
use clasp_model::{ByteString, Failure, Json};
use sha2::{Digest, Sha256};

use crate::json::read::{Fault, Kind, Read, Reader};
use crate::json::write;
use crate::openai;
use crate::responses::minted::MARK;

/// What a client asks for.
struct Query {
    ascending: bool,
    /// The item that the page follows.
    after: Option<String>,
    limit: usize,
}

/// The page of `items`, which are oldest first, that the query asks for, by its decoded names and
/// values: `order` (`desc`, unless it says `asc`), `after` (an item's id) and `limit` (1 to 100,
/// else 20). As a list: `{"object":"list","data":[…],"first_id":…,"last_id":…,"has_more":…}`.
///
/// Each item has an id and a type there, calls, results and messages a status, and a message's
/// content is a list. An item without an id of its own has one that is made from it and the items
/// before it, so it is the same in every page and after every further turn.
///
/// # Errors
/// A [`Failure`] of source client that names the parameter at fault.
pub fn page<N: AsRef<str>, V: AsRef<str>>(
    items: &[ByteString],
    query: impl IntoIterator<Item = (N, V)>,
) -> Result<Bytes, Failure> {
    let wrong = |fault: Fault| openai::failure(fault, "");
    let query = Query::read(query).map_err(wrong)?;
    let mut listed: Vec<(&ByteString, String)> = items.iter().zip(ids(items)).collect();
    if !query.ascending {
        listed.reverse();
    }
    let from = match &query.after {
        None => 0,
        Some(after) => {
            let found = listed.iter().position(|(_, id)| id == after);
            1 + found.ok_or_else(|| {
                let message = format!("There is no item with the id {after:?} in this list");
                wrong(Fault::new(message).under("after"))
            })?
        }
    };
    let rest = listed.get(from..).unwrap_or_default();
    let (shown, more) = rest.split_at(query.limit.min(rest.len()));
    let length: usize = shown.iter().map(|(item, id)| item.len() + id.len() + 120).sum();
    let mut out = BytesMut::with_capacity(length + 160);
    out.put_slice(b"{\"object\":\"list\",\"data\":[");
    for (index, (item, id)) in shown.iter().enumerate() {
        if index > 0 {
            out.put_u8(b',');
        }
        entry(item, id, &mut out).map_err(|fault| openai::failure(fault, item))?;
    }
    out.put_slice(b"],\"first_id\":");
    name(shown.first(), &mut out);
    out.put_slice(b",\"last_id\":");
    name(shown.last(), &mut out);
    out.put_slice(b",\"has_more\":");
    out.put_slice(if more.is_empty() { b"false" } else { b"true" });
    out.put_u8(b'}');
    Ok(out.freeze())
}

impl Query {
    fn read<N: AsRef<str>, V: AsRef<str>>(query: impl IntoIterator<Item = (N, V)>) -> Read<Self> {
        let mut read = Self { ascending: false, after: None, limit: 20 };
        for (name, value) in query {
            let (name, value) = (name.as_ref(), value.as_ref());
            let wrong = |wanted: &str| {
                Fault::new(format!("Input should be {wanted}, not {value:?}")).under(name)
            };
            match name {
                "order" => {
                    read.ascending = match value {
                        "asc" => true,
                        "desc" => false,
                        _ => return Err(wrong("'asc' or 'desc'")),
                    }
                }
                "limit" => {
                    let limit = value.parse().ok().filter(|limit| (1..=100).contains(limit));
                    read.limit = limit.ok_or_else(|| wrong("a whole number from 1 to 100"))?;
                }
                "after" => read.after = Some(value.to_owned()),
                "before" => {
                    let message = "Lists go on `after` an item; for those before it, turn `order`";
                    return Err(Fault::new(message).under(name));
                }
                // What can be included is.
                _ => {}
            }
        }
        Ok(read)
    }
}

/// The items' ids, no two alike.
fn ids(items: &[ByteString]) -> Vec<String> {
    let mut hash = Sha256::new();
    let mut taken = HashSet::new();
    let mut id = |item: &ByteString| {
        hash.update((item.len() as u64).to_le_bytes());
        hash.update(item.as_bytes());
        let own = Reader::new(item).peek("id").ok().flatten().filter(|id| !id.is_empty());
        let id = match own {
            Some(own) if !taken.contains(&*own) => own.to_string(),
            _ => made(item, &hash.clone().finalize()),
        };
        taken.insert(id.clone());
        id
    };
    items.iter().map(&mut id).collect()
}

/// An id for an item without one.
fn made(item: &ByteString, hash: &[u8]) -> String {
    let kind = Reader::new(item).peek("type").ok().flatten();
    let mut id = match kind.as_deref() {
        None | Some("message") => "msg_",
        Some("reasoning") => "rs_",
        Some("function_call") => "fc_",
        Some("function_call_output") => "fco_",
        Some("custom_tool_call") => "ctc_",
        Some("custom_tool_call_output") => "ctco_",
        Some(_) => "item_",
    }
    .to_owned();
    id.push_str(MARK);
    for byte in hash.iter().take(16) {
        // Writing to a string cannot fail.
        let _ = write!(id, "{byte:02x}");
    }
    id
}

fn name(listed: Option<&(&ByteString, String)>, out: &mut BytesMut) {
    match listed {
        Some((_, id)) => write::string(out, id),
        None => out.put_slice(b"null"),
    }
}

/// Writes an item as lists show it.
fn entry(item: &ByteString, id: &str, out: &mut BytesMut) -> Read<()> {
    let mut members: Vec<(String, Json)> = Vec::new();
    Reader::new(item).object(|reader, name| {
        let value = reader.raw()?;
        members.retain(|(known, _)| known != name);
        members.push((name.to_owned(), value));
        Ok(())
    })?;
    let kind = Reader::new(item).peek("type").ok().flatten().unwrap_or("message".into());
    let role = Reader::new(item).peek("role").ok().flatten();
    out.put_slice(b"{\"id\":");
    write::string(out, id);
    out.put_slice(b",\"type\":");
    write::string(out, &kind);
    let has_status = |(name, value): &(String, Json)| name == "status" && value.as_str() != "null";
    let takes_status = &*kind == "message" || kind.ends_with("_call") || kind.ends_with("_output");
    if takes_status && !members.iter().any(has_status) {
        out.put_slice(b",\"status\":\"completed\"");
        members.retain(|(name, _)| name != "status");
    }
    for (name, value) in members.iter().filter(|(name, _)| name != "id" && name != "type") {
        out.put_u8(b',');
        write::string(out, name);
        out.put_u8(b':');
        let text = Reader::new(value.text()).kind()? == Kind::String;
        match (&*kind, name.as_str()) {
            ("message", "content") if text => content(role.as_deref(), value, out),
            _ => out.put_slice(value.as_str().as_bytes()),
        }
    }
    out.put_u8(b'}');
    Ok(())
}

/// Writes a message's text as its content.
fn content(role: Option<&str>, text: &Json, out: &mut BytesMut) {
    let answer = role == Some("assistant");
    let kind: &[u8] = if answer { b"output_text" } else { b"input_text" };
    out.put_slice(b"[{\"type\":\"");
    out.put_slice(kind);
    out.put_slice(b"\",\"text\":");
    out.put_slice(text.as_str().as_bytes());
    if answer {
        out.put_slice(b",\"annotations\":[],\"logprobs\":[]");
    }
    out.put_slice(b"}]");
}
