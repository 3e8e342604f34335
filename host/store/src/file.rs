//! The store's file: made for its owner's eyes only, checked when it is opened.

use std::fs::{File, OpenOptions};
use std::path::Path;

use redb::backends::FileBackend;
use redb::{Builder, Database, DatabaseError, ReadableTable, TableHandle};

use crate::Error;
use crate::tables::{META, Tables};

/// The form of the tables.
pub(crate) const VERSION: u64 = 1;

/// In [`META`]: the form that a file was written in.
const WRITTEN: &str = "version";

/// Pages that are held in memory, in bytes.
const CACHE: usize = 16 * 1024 * 1024;

/// Opens the database of a path.
pub(crate) type Opener = Box<dyn Fn(&Path) -> Result<Database, Error> + Send + Sync>;

pub(crate) fn open(path: &Path) -> Result<Database, Error> {
    open_with(path, |builder, file| builder.create_with_backend(FileBackend::new(file)?))
}

/// Opens the file, and its database by `create`.
pub(crate) fn open_with(
    path: &Path,
    create: impl FnOnce(&mut Builder, File) -> Result<Database, DatabaseError>,
) -> Result<Database, Error> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(|error| Error::io(path, error))?;
    let length = file.metadata().map_err(|error| Error::io(path, error))?.len();
    let mut builder = Builder::new();
    // A plain open trusts a file that something else wrote to.
    builder.set_cache_size(CACHE).set_check_integrity_on_open(true);
    let database = create(&mut builder, file).map_err(|error| Error::of(path, error.into()))?;
    let written = prepare(&database, length == 0).map_err(|error| Error::of(path, error))?;
    match written {
        Some(VERSION) => Ok(database),
        Some(found) => {
            let (path, found) = (path.to_owned(), found.to_string());
            Err(Error::Version { path, found, known: VERSION })
        }
        None => Err(Error::Foreign { path: path.to_owned() }),
    }
}

/// The form that the file was written in; an empty one is prepared for ours.
fn prepare(database: &Database, fresh: bool) -> Result<Option<u64>, redb::Error> {
    let transaction = database.begin_write()?;
    let tables: Vec<_> = transaction.list_tables()?.map(|table| table.name().to_owned()).collect();
    // A file without any table is one whose first write was interrupted.
    if fresh || tables.is_empty() {
        drop(Tables::open(&transaction)?);
        transaction.open_table(META)?.insert(WRITTEN, VERSION)?;
        transaction.commit()?;
        return Ok(Some(VERSION));
    }
    let mut written = None;
    if tables.iter().any(|table| table == META.name()) {
        written = transaction.open_table(META)?.get(WRITTEN)?.map(|version| version.value());
    }
    transaction.abort()?;
    Ok(written)
}
