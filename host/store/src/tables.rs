//! The tables of the file, as one write sees them.

use bytestring::ByteString;
use redb::{ReadableTable, Table, TableDefinition, WriteTransaction};

use crate::Entry;
use crate::items::{self, Key, NONE};

/// The owner, when it was made, the number of its last item, and the `response` object.
type Response<'r> = (&'r [u8], u64, u64, &'r [u8]);

/// By id.
pub(crate) const RESPONSES: TableDefinition<&[u8], Response<'_>> =
    TableDefinition::new("responses");
/// The ids by their age.
const AGES: TableDefinition<(u64, &[u8]), ()> = TableDefinition::new("ages");
/// By number: the item's key, the number of the one before it in its conversation, and its JSON. New
/// ones come last, so that few pages of the file change at a time.
pub(crate) const ITEMS: TableDefinition<u64, (&Key, u64, &[u8])> = TableDefinition::new("items");
/// By key: the item's number, and how many entries end with it and items follow it.
const KEYS: TableDefinition<&Key, (u64, u64)> = TableDefinition::new("keys");
/// Numbers about the whole file.
pub(crate) const META: TableDefinition<&str, u64> = TableDefinition::new("meta");
/// In [`META`]: what all entries take.
const BYTES: &str = "bytes";

pub(crate) struct Tables<'t> {
    responses: Table<'t, &'static [u8], Response<'static>>,
    ages: Table<'t, (u64, &'static [u8]), ()>,
    items: Table<'t, u64, (&'static Key, u64, &'static [u8])>,
    keys: Table<'t, &'static Key, (u64, u64)>,
    meta: Table<'t, &'static str, u64>,
}

impl<'t> Tables<'t> {
    /// Opens them all, and makes those that are not there.
    pub(crate) fn open(transaction: &'t WriteTransaction) -> Result<Self, redb::Error> {
        Ok(Self {
            responses: transaction.open_table(RESPONSES)?,
            ages: transaction.open_table(AGES)?,
            items: transaction.open_table(ITEMS)?,
            keys: transaction.open_table(KEYS)?,
            meta: transaction.open_table(META)?,
        })
    }

    pub(crate) fn bytes(&self) -> Result<u64, redb::Error> {
        bytes(&self.meta)
    }

    /// An entry's owner, and when it was made.
    pub(crate) fn find(&self, id: &str) -> Result<Option<(Vec<u8>, u64)>, redb::Error> {
        let found = self.responses.get(id.as_bytes())?;
        Ok(found.map(|found| {
            let (owner, created, ..) = found.value();
            (owner.to_owned(), created)
        }))
    }

    /// The oldest entry but `kept`: when it was made, and its id.
    pub(crate) fn oldest(&self, kept: &str) -> Result<Option<(u64, Vec<u8>)>, redb::Error> {
        for entry in self.ages.iter()? {
            let (key, _) = entry?;
            let (created, id) = key.value();
            if id != kept.as_bytes() {
                return Ok(Some((created, id.to_owned())));
            }
        }
        Ok(None)
    }

    /// Stores an entry, in place of one of the same id.
    pub(crate) fn put(&mut self, id: &str, entry: &Entry) -> Result<(), redb::Error> {
        self.remove(id.as_bytes())?;
        let keys = items::keys(&entry.owner, &entry.items);
        let last = self.keep(&keys, &entry.items)?;
        let owner = entry.owner.as_bytes();
        let response = entry.response.as_bytes();
        self.responses.insert(id.as_bytes(), (owner, entry.created, last, &**response))?;
        self.ages.insert((entry.created, id.as_bytes()), ())?;
        self.count(items::response_size(id.len(), owner.len(), response.len()), 0)
    }

    /// Removes an entry, if it is there, and the items that nobody else has.
    pub(crate) fn remove(&mut self, id: &[u8]) -> Result<(), redb::Error> {
        let Some(found) = self.responses.remove(id)? else { return Ok(()) };
        let (owner, created, last, response) = found.value();
        let size = items::response_size(id.len(), owner.len(), response.len());
        drop(found);
        self.ages.remove((created, id))?;
        self.count(0, size)?;
        self.release(last)
    }

    /// Stores the items that are not there yet, and gives the last one's number.
    fn keep(&mut self, keys: &[Key], list: &[ByteString]) -> Result<u64, redb::Error> {
        let mut next = self.items.last()?.map_or(NONE, |(number, _)| number.value()) + 1;
        // Who has an item has all before it.
        let (mut known, mut before) = (keys.len(), NONE);
        while let Some(key) = known.checked_sub(1).and_then(|last| keys.get(last)) {
            if let Some((number, uses)) = self.find_item(key)? {
                self.keys.insert(key, (number, uses + 1))?;
                before = number;
                break;
            }
            known -= 1;
        }
        for (key, item) in keys.iter().zip(list).skip(known) {
            self.items.insert(next, (key, before, &**item.as_bytes()))?;
            self.keys.insert(key, (next, 1))?;
            self.count(items::item_size(item.len()), 0)?;
            before = next;
            next += 1;
        }
        Ok(before)
    }

    /// An item's number, and its uses.
    fn find_item(&self, key: &Key) -> Result<Option<(u64, u64)>, redb::Error> {
        Ok(self.keys.get(key)?.map(|found| found.value()))
    }

    /// One less has this item; without any it goes, and so do those before it.
    fn release(&mut self, mut number: u64) -> Result<(), redb::Error> {
        while number != NONE {
            let Some(item) = self.items.get(number)? else { return Err(items::missing()) };
            let (key, before, json) = item.value();
            let (key, size) = (*key, items::item_size(json.len()));
            drop(item);
            let Some((_, uses)) = self.find_item(&key)? else { return Err(items::missing()) };
            if uses > 1 {
                self.keys.insert(&key, (number, uses - 1))?;
                break;
            }
            self.keys.remove(&key)?;
            self.items.remove(number)?;
            self.count(0, size)?;
            number = before;
        }
        Ok(())
    }

    fn count(&mut self, more: u64, less: u64) -> Result<(), redb::Error> {
        let bytes = (self.bytes()? + more).saturating_sub(less);
        self.meta.insert(BYTES, bytes)?;
        Ok(())
    }
}

/// What all entries take.
pub(crate) fn bytes(meta: &impl ReadableTable<&'static str, u64>) -> Result<u64, redb::Error> {
    Ok(meta.get(BYTES)?.map_or(0, |bytes| bytes.value()))
}

/// What was stored as text.
pub(crate) fn text(bytes: &[u8]) -> Result<ByteString, redb::Error> {
    let text = std::str::from_utf8(bytes);
    text.map(ByteString::from).map_err(|error| redb::Error::Corrupted(error.to_string()))
}
