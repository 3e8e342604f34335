//! Arguments of calls as text, and the JSON object that the vocabulary wants of them.

use bytes::BytesMut;
use clasp_model::{ByteString, Json};

use crate::json::read::Reader;
use crate::json::write;

/// The object that `text` is; nothing and `null` are the empty one, anything else is wrapped.
pub(crate) fn object(text: &ByteString) -> Json {
    let trimmed = text.trim();
    match trimmed {
        "" | "null" => Json::from_checked(ByteString::from_static("{}")),
        _ if is_object(text) => Json::from_checked(text.slice_ref(trimmed)),
        _ => Json::from_checked(wrapped(text).into()),
    }
}

/// Arguments that are no JSON object, as an object: in the form that clients themselves send them
/// back in.
pub(crate) fn wrapped(text: &str) -> String {
    let mut out = BytesMut::with_capacity(text.len() + 48);
    out.extend_from_slice(b"{\"__unparsedToolInput\":{\"raw\":");
    write::string(&mut out, text);
    out.extend_from_slice(b",\"len\":");
    write::number(&mut out, text.encode_utf16().count() as u64);
    out.extend_from_slice(b"}}");
    String::from_utf8_lossy(&out).into_owned()
}

/// Whether `text` is one JSON object and nothing else.
pub(crate) fn is_object(text: &ByteString) -> bool {
    let mut reader = Reader::new(text);
    reader.raw_object().and_then(|_| reader.end()).is_ok()
}

/// Free text as the arguments of the function that stands for its tool.
pub(crate) fn free_text(input: &str) -> Json {
    let mut out = BytesMut::with_capacity(input.len() + 16);
    out.extend_from_slice(b"{\"input\":");
    write::string(&mut out, input);
    out.extend_from_slice(b"}");
    Json::from_checked(String::from_utf8_lossy(&out).into_owned().into())
}
