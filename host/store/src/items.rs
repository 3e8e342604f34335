//! Items of conversations, each stored once for all that begin alike.
//!
//! Rule: an item's key is the hash of its owner, of all items before it and of its own bytes. So
//! who has the key of the last item has the conversation, and a turn adds only what is new in it,
//! whether the client goes on from a response or sends the whole conversation again.

use bytestring::ByteString;
use redb::ReadableTable;
use sha2::{Digest, Sha256};

use crate::{Entry, tables};

pub(crate) type Key = [u8; 32];

/// The number of no item: the begin of a conversation.
pub(crate) const NONE: u64 = 0;

/// What is counted beside the content of a row: its key, what other tables have of it, and the room
/// that is left free in pages.
const BESIDE: u64 = 256;
/// A page of the file. A row that is longer than half of it has pages of its own, whose number is a
/// power of two.
const PAGE: u64 = 4096;

/// The keys of a conversation's items.
pub(crate) fn keys(owner: &str, items: &[ByteString]) -> Vec<Key> {
    let mut before: Key = Sha256::digest(owner).into();
    let next = |item: &ByteString| {
        before = Sha256::new().chain_update(before).chain_update(item.as_bytes()).finalize().into();
        before
    };
    items.iter().map(next).collect()
}

/// The conversation that ends with the item of this number.
pub(crate) fn read(
    items: &impl ReadableTable<u64, (&'static Key, u64, &'static [u8])>,
    last: u64,
) -> Result<Vec<ByteString>, redb::Error> {
    let mut found = Vec::new();
    let mut number = last;
    while number != NONE {
        let item = items.get(number)?.ok_or_else(missing)?;
        let (_, before, json) = item.value();
        found.push(tables::text(json)?);
        number = before;
    }
    found.reverse();
    Ok(found)
}

pub(crate) fn missing() -> redb::Error {
    redb::Error::Corrupted("an item is missing".to_owned())
}

/// What an entry takes that shares nothing with others.
pub(crate) fn size(id: &str, entry: &Entry) -> u64 {
    let items = entry.items.iter().map(|item| item_size(item.len()));
    response_size(id.len(), entry.owner.len(), entry.response.len()) + items.sum::<u64>()
}

pub(crate) fn item_size(json: usize) -> u64 {
    room(json)
}

pub(crate) fn response_size(id: usize, owner: usize, response: usize) -> u64 {
    // The id stands in two tables.
    room(2 * id + owner + response)
}

/// What a row of so many bytes takes in the file.
fn room(content: usize) -> u64 {
    let bytes = content as u64 + BESIDE;
    if bytes <= PAGE / 2 { bytes } else { bytes.next_power_of_two().max(PAGE) }
}
