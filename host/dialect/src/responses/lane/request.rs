//! What is taken out of a conversation: what translated answers left in it and OpenAI refuses.
//!
//! - Reasoning with another maker's state, and reasoning without state under an id that was made
//!   here: `Item with id 'rs_…' not found`. It goes as a whole.
//! - Programs that another provider ran: OpenAI wants the container that they ran in.
//! - Ids that were made here, of items that say everything themselves.
//!
//! Reasoning that the provider itself made, translated, is sent without the id made here:
//! `Encrypted content item_id did not match the target item id`. A plugin's own notation of such
//! state, which is an object in JSON, is not what the API made, so it goes too.

use bytes::Bytes;
use clasp_model::ByteString;

use super::super::minted::is_minted;
use crate::hidden;
use crate::json::read::{Kind, Read, Reader};
use crate::lane::Own;
use crate::lane::edit::{self, Edit, Stays};

/// What an item is, as far as it matters.
struct Item {
    kind: Option<ByteString>,
    is_minted: bool,
    state: Option<ByteString>,
}

pub(crate) fn body(body: &ByteString, model: &str, own: Own<'_>) -> Vec<Bytes> {
    edit::body(body, model, "input", edit::is_marked(body), |reader, edits| {
        item(reader, edits, own)
    })
}

fn item(reader: &mut Reader<'_>, edits: &mut Vec<Edit>, own: Own<'_>) -> Read<Stays> {
    if reader.kind()? != Kind::Object {
        return reader.skip().map(|()| true);
    }
    let Item { kind, is_minted, state } = Item::read(&mut reader.clone())?;
    let state = state.filter(|state| state.starts_with("clasp"));
    let mut state_sent = None;
    match (kind.as_deref(), &state) {
        (Some("reasoning"), Some(state)) => {
            let own = own(hidden::of_thinking(state)).filter(|own| !own.starts_with('{'));
            state_sent = own.filter(|own| !own.is_empty());
            if state_sent.is_none() {
                return reader.skip().map(|()| false);
            }
        }
        (Some("reasoning" | "code_interpreter_call"), _) if is_minted => {
            return reader.skip().map(|()| false);
        }
        _ if !is_minted => return reader.skip().map(|()| true),
        _ => {}
    }
    edit::object(reader, edits, |reader, name, edits| {
        match (name, &state_sent) {
            ("id", _) if is_minted => return reader.skip().map(|()| false),
            ("encrypted_content", Some(sent)) => {
                let at = reader.span()?;
                if state.as_deref() != Some(sent) {
                    edits.push(Edit { at, text: edit::string(sent) });
                }
            }
            _ => reader.skip()?,
        }
        Ok(true)
    })?;
    Ok(true)
}

impl Item {
    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        let (mut kind, mut id, mut state) = (None, None, None);
        reader.object(|reader, name| {
            let member = match name {
                "type" => &mut kind,
                "id" => &mut id,
                "encrypted_content" => &mut state,
                _ => return reader.skip(),
            };
            *member = edit::text(reader)?;
            Ok(())
        })?;
        let is_minted = id.is_some_and(|id: ByteString| is_minted(&id));
        Ok(Self { kind, is_minted, state })
    }
}
