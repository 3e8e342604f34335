//! Documents that the client wants cited: they go into `documents`, which is where the provider
//! cites from. Others are text in their message.
//!
//! <https://docs.cohere.com/docs/rag-citations>, as of 2026-11-21.

use clasp_plugin::json;
use clasp_plugin::notes::Notes;
use clasp_plugin::{Field, Media, MediaKind, Part, Request, Source};
use serde_json::Value;

/// The documents to cite from, each with its title and text, in the order of the request.
#[derive(Debug, Default)]
pub(crate) struct Documents(Vec<(Option<String>, String)>);

impl Documents {
    /// Takes the documents to be cited out of a request. The second value is the request without
    /// them, if there are any.
    pub(crate) fn take(request: &Request, notes: &mut Notes) -> (Self, Option<Request>) {
        let parts = || request.messages.iter().flat_map(|message| &message.parts);
        if !parts().any(|part| cited(part).is_some()) {
            return (Self::default(), None);
        }
        let mut documents = Vec::new();
        let mut rest = request.clone();
        for (index, message) in rest.messages.iter_mut().enumerate() {
            let mut place = 0;
            message.parts.retain(|part| {
                let path = format!("messages[{index}].parts[{place}]");
                place += 1;
                let Some((media, text)) = cited(part) else { return true };
                notes.moved(path, "the document stands in `documents`, to be cited from");
                documents.push((media.title.clone(), text.to_owned()));
                false
            });
        }
        (Self(documents), Some(rest))
    }

    /// Whether there are any.
    pub(crate) fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// Writes `documents`.
    pub(crate) fn write(&self, writer: &mut json::Writer) {
        if !self.any() {
            return;
        }
        writer.key("documents");
        writer.open_array();
        for (index, (title, text)) in self.0.iter().enumerate() {
            writer.open_object();
            writer.string_member("id", &id(index));
            writer.key("data");
            writer.open_object();
            if let Some(title) = title {
                writer.string_member("title", title);
            }
            writer.string_member("text", text);
            writer.close_object();
            writer.close_object();
        }
        writer.close_array();
    }
}

/// The id of a document.
fn id(index: usize) -> String {
    format!("doc:{index}")
}

/// The place of a document in the request, by its id.
pub(crate) fn index(id: &str) -> Option<u64> {
    id.strip_prefix("doc:")?.parse().ok()
}

/// A plain-text document that is to be cited.
fn cited(part: &Part) -> Option<(&Media, &str)> {
    let Part::Media(media @ Media { kind: MediaKind::Document, source, extra, .. }) = part else {
        return None;
    };
    let Source::Text(text) = source else { return None };
    extra.iter().any(wants_citations).then_some((media, text.as_str()))
}

fn wants_citations(field: &Field) -> bool {
    field.name == "citations"
        && serde_json::from_str::<Value>(&field.value)
            .is_ok_and(|value| value.get("enabled") == Some(&Value::Bool(true)))
}
