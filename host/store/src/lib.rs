//! Stored responses: one file with what clients may ask for again or go on from.
//!
//! Rule: an entry is there as a whole or not at all, and lives by itself: whatever happens to the
//! responses that it went on from, it keeps its conversation. What conversations have in common is
//! stored once.
//!
//! There is no clock here: each call is told the time, in Unix seconds. Calls block for as long as
//! the disk takes, so an asynchronous caller wraps them in its `spawn_blocking`.

mod error;
mod file;
mod items;
mod tables;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use bytestring::ByteString;
use redb::{Database, ReadableDatabase, ReadableTableMetadata};

pub use self::error::Error;
use self::file::Opener;
use self::tables::Tables;

/// How much is kept, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How old an entry may become.
    pub lifetime: Duration,
    /// How much all entries together may take, in bytes: their content, and the room around it in
    /// the file's pages. While entries come and go the file may be half as large again.
    pub bytes: u64,
}

/// One response, and the conversation that it answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Whose it is. For another owner it does not exist.
    pub owner: String,
    /// When the answer began, in Unix seconds.
    pub created: u64,
    /// The `response` object, as JSON.
    pub response: ByteString,
    /// All items that the answer was made from, each as JSON, oldest first: the conversation up to
    /// this request's own input, with it.
    pub items: Vec<ByteString>,
}

/// What is in the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// How many responses.
    pub entries: u64,
    /// What they take, as [`Limits::bytes`] counts.
    pub bytes: u64,
}

/// An open store. Reads go on beside each other and beside one write; further writes wait.
pub struct Store {
    path: PathBuf,
    limits: Limits,
    opener: Opener,
    /// None after a fault that wants the file opened anew.
    database: RwLock<Option<Database>>,
}

/// How many entries a sweep removes in one go, so that others can write in between.
const BATCH: usize = 256;

impl Store {
    /// Opens a store, or makes one where there is no file yet, for its owner's eyes only. The whole
    /// file is checked, which takes a second or so per GiB.
    ///
    /// # Errors
    /// An [`Error`] that tells what is wrong with the file, its directory or its disk, and what to
    /// do. A file that cannot be used is left as it is.
    pub fn open(path: &Path, limits: Limits) -> Result<Self, Error> {
        Self::open_by(path, limits, Box::new(file::open))
    }

    fn open_by(path: &Path, limits: Limits, opener: Opener) -> Result<Self, Error> {
        let database = RwLock::new(Some(opener(path)?));
        Ok(Self { path: path.to_owned(), limits, opener, database })
    }

    /// Stores an entry; one of the same id is replaced. What is too old by the entry's own time goes,
    /// and the oldest others, until all is within the limit.
    ///
    /// # Errors
    /// [`Error::TooLarge`] for an entry that is larger than the whole limit, else what is wrong with
    /// the file or its disk. Nothing is changed then.
    pub fn put(&self, id: &str, entry: &Entry) -> Result<(), Error> {
        let bytes = items::size(id, entry);
        if bytes > self.limits.bytes {
            return Err(Error::TooLarge { bytes, limit: self.limits.bytes });
        }
        self.write(|tables| {
            tables.put(id, entry)?;
            while tables.bytes()? > self.limits.bytes {
                let Some(oldest) = tables.oldest(id)? else { break };
                tables.remove(&oldest.1)?;
            }
            self.expire(tables, entry.created, Some(id)).map(drop)
        })
    }

    /// An owner's entry. One whose time is over is not there.
    ///
    /// # Errors
    /// What is wrong with the file or its disk.
    pub fn get(&self, owner: &str, id: &str, now: u64) -> Result<Option<Entry>, Error> {
        self.run(|database| {
            let transaction = database.begin_read()?;
            let responses = transaction.open_table(tables::RESPONSES)?;
            let Some(found) = responses.get(id.as_bytes())? else { return Ok(None) };
            let (whose, created, last, response) = found.value();
            if whose != owner.as_bytes() || self.is_over(created, now) {
                return Ok(None);
            }
            let items = transaction.open_table(tables::ITEMS)?;
            Ok(Some(Entry {
                owner: owner.to_owned(),
                created,
                response: tables::text(response)?,
                items: items::read(&items, last)?,
            }))
        })
    }

    /// Removes an owner's entry; false where there is none. Entries that went on from it keep their
    /// conversation.
    ///
    /// # Errors
    /// What is wrong with the file or its disk. Nothing is changed then.
    pub fn delete(&self, owner: &str, id: &str, now: u64) -> Result<bool, Error> {
        self.write(|tables| match tables.find(id)? {
            Some((whose, created)) if whose == owner.as_bytes() => {
                tables.remove(id.as_bytes())?;
                Ok(!self.is_over(created, now))
            }
            _ => Ok(false),
        })
    }

    /// Removes what is too old, and gives how many entries that were. Without it they go when
    /// others are stored.
    ///
    /// # Errors
    /// What is wrong with the file or its disk.
    pub fn sweep(&self, now: u64) -> Result<usize, Error> {
        let mut swept = 0;
        loop {
            let removed = self.write(|tables| self.expire(tables, now, None))?;
            swept += removed;
            if removed < BATCH {
                return Ok(swept);
            }
        }
    }

    /// What is in the store by now.
    ///
    /// # Errors
    /// What is wrong with the file or its disk.
    pub fn usage(&self) -> Result<Usage, Error> {
        self.run(|database| {
            let transaction = database.begin_read()?;
            let entries = transaction.open_table(tables::RESPONSES)?.len()?;
            let bytes = tables::bytes(&transaction.open_table(tables::META)?)?;
            Ok(Usage { entries, bytes })
        })
    }

    fn is_over(&self, created: u64, now: u64) -> bool {
        now.saturating_sub(created) > self.limits.lifetime.as_secs()
    }

    /// Removes up to a batch of what is too old, but not `kept`.
    fn expire(
        &self,
        tables: &mut Tables<'_>,
        now: u64,
        kept: Option<&str>,
    ) -> Result<usize, redb::Error> {
        for removed in 0..BATCH {
            match tables.oldest(kept.unwrap_or_default())? {
                Some((created, id)) if self.is_over(created, now) => tables.remove(&id)?,
                _ => return Ok(removed),
            }
        }
        Ok(BATCH)
    }

    /// All of `work`, or nothing of it.
    fn write<T>(
        &self,
        work: impl Fn(&mut Tables<'_>) -> Result<T, redb::Error>,
    ) -> Result<T, Error> {
        self.run(|database| {
            let transaction = database.begin_write()?;
            let done = work(&mut Tables::open(&transaction)?)?;
            transaction.commit()?;
            Ok(done)
        })
    }

    /// Runs `work` on the open file. After a failed write the file must be opened anew, once.
    fn run<T>(&self, work: impl Fn(&Database) -> Result<T, redb::Error>) -> Result<T, Error> {
        let attempt = |database: &Option<Database>| match database {
            Some(database) => work(database),
            None => Err(redb::Error::PreviousIo),
        };
        let opened = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let done = attempt(&opened);
        drop(opened);
        let done = match done {
            Err(redb::Error::PreviousIo) => {
                let mut database = self.database.write().unwrap_or_else(PoisonError::into_inner);
                // It holds the lock of the file.
                drop(database.take());
                *database = Some((self.opener)(&self.path)?);
                attempt(&database)
            }
            done => done,
        };
        done.map_err(|error| Error::of(&self.path, error))
    }
}
