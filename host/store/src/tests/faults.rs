//! Files, directories and disks that are not as they should be.

use std::fs::File;
use std::io;
use std::ops::Bound;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use proptest::prelude::*;
use redb::backends::FileBackend;
use redb::{BackendError, Database, StorageBackend, TableDefinition};

use super::{NOW, entry, limits, place, store};
use crate::{Error, Store, file};

fn open(path: &Path) -> Error {
    match Store::open(path, limits(1 << 20)) {
        Ok(_) => panic!("it opened"),
        Err(error) => error,
    }
}

/// The error says where, and what to do.
fn told(error: &Error, place: &Path, advice: &str) {
    let message = error.to_string();
    assert!(message.contains(&place.display().to_string()), "{message}");
    assert!(message.contains(advice), "{message}");
}

#[test]
fn a_directory_that_is_missing() {
    let (directory, _) = place();
    let missing = directory.path().join("none");
    let error = open(&missing.join("responses.redb"));
    assert!(matches!(error, Error::NoDirectory { .. }));
    told(&error, &missing, "Create it");
}

#[test]
fn a_directory_in_its_place() {
    let (directory, _) = place();
    let error = open(directory.path());
    assert!(matches!(error, Error::IsDirectory { .. }));
    told(&error, directory.path(), "the path of a file");
}

#[test]
fn what_the_system_refuses() {
    let path = Path::new("/srv/responses.redb");
    let forbidden = Error::io(path, io::ErrorKind::PermissionDenied.into());
    told(&forbidden, path, "Let the user that clasp runs as read and write");
    told(&Error::io(path, io::ErrorKind::ReadOnlyFilesystem.into()), path, "Let the user");
    told(&Error::io(path, io::ErrorKind::StorageFull.into()), path, "Free space on its disk");
    told(&Error::io(path, io::Error::other("broken")), path, "broken");
}

#[test]
#[cfg(unix)]
fn only_its_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let (directory, store) = store(1 << 20);
    drop(store);
    let file = std::fs::metadata(directory.path().join("responses.redb")).unwrap();
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
}

#[test]
fn one_that_is_open_elsewhere() {
    let (_directory, path) = place();
    let first = Store::open(&path, limits(1 << 20)).unwrap();
    let error = open(&path);
    assert!(matches!(error, Error::InUse { .. }));
    told(&error, &path, "each clasp needs a file of its own");
    first.put("resp_1", &entry("{}", &["{a}"])).unwrap();
    drop(first);
    let again = Store::open(&path, limits(1 << 20)).unwrap();
    assert_eq!(again.get("", "resp_1", NOW).unwrap(), Some(entry("{}", &["{a}"])));
}

#[test]
fn a_file_that_is_something_else() {
    let (_directory, path) = place();
    for content in ["{\"not\": \"a store\"}", &"text ".repeat(5000)] {
        std::fs::write(&path, content).unwrap();
        let error = open(&path);
        assert!(matches!(error, Error::Foreign { .. }), "{error}");
        told(&error, &path, "another path");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
    }
    std::fs::remove_file(&path).unwrap();
    for (number, name) in ["theirs", "meta"].iter().enumerate() {
        let table: TableDefinition<'_, &str, &str> = TableDefinition::new(name);
        let database = Database::create(&path).unwrap();
        let transaction = database.begin_write().unwrap();
        transaction.open_table(table).unwrap().insert("version", "1").unwrap();
        transaction.commit().unwrap();
        drop(database);
        assert!(matches!(open(&path), Error::Foreign { .. }), "{number}");
    }
}

#[test]
fn a_file_of_another_version() {
    let (_directory, path) = place();
    drop(Store::open(&path, limits(1 << 20)).unwrap());
    let database = Database::create(&path).unwrap();
    let transaction = database.begin_write().unwrap();
    let version = file::VERSION + 1;
    transaction.open_table(crate::tables::META).unwrap().insert("version", version).unwrap();
    transaction.commit().unwrap();
    drop(database);
    let error = open(&path);
    assert!(matches!(&error, Error::Version { known: file::VERSION, .. }), "{error}");
    told(&error, &path, "has format 2, and this clasp reads format 1");
}

#[test]
fn a_file_that_was_cut() {
    let (_directory, path) = place();
    let store = Store::open(&path, limits(1 << 20)).unwrap();
    store.put("resp_1", &entry(&"a".repeat(50_000), &["{a}"])).unwrap();
    drop(store);
    let length = std::fs::metadata(&path).unwrap().len();
    for length in [length / 2, 5000, 100] {
        File::options().write(true).open(&path).unwrap().set_len(length).unwrap();
        let error = open(&path);
        assert!(matches!(error, Error::Damaged { .. }), "{error}");
        told(&error, &path, "Restore it from a copy, or move it away");
    }
}

/// A disk that can be full.
#[derive(Debug)]
struct Disk {
    file: FileBackend,
    full: Arc<AtomicBool>,
}

impl Disk {
    fn room(&self) -> io::Result<()> {
        match self.full.load(Ordering::SeqCst) {
            true => Err(io::ErrorKind::StorageFull.into()),
            false => Ok(()),
        }
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.room().and_then(|()| self.file.set_len(len))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.room().and_then(|()| self.file.write(offset, data))
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.try_lock_range(start, end)
    }
}

#[test]
fn a_full_disk_loses_nothing_and_is_got_over() {
    let (_directory, path) = place();
    let full = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&full);
    let opener = move |path: &Path| {
        file::open_with(path, |builder, file| {
            let full = Arc::clone(&switch);
            builder.create_with_backend(Disk { file: FileBackend::new(file)?, full })
        })
    };
    let store = Store::open_by(&path, limits(1 << 20), Box::new(opener)).unwrap();
    let stored = entry("{}", &["{a}"]);
    store.put("resp_1", &stored).unwrap();
    full.store(true, Ordering::SeqCst);
    for number in 2..5 {
        let large = entry(&"a".repeat(100_000), &["{a}", "{b}"]);
        let error = store.put(&format!("resp_{number}"), &large).unwrap_err();
        assert!(matches!(error, Error::Full { .. }), "{error}");
        told(&error, &path, "Free space");
    }
    full.store(false, Ordering::SeqCst);
    assert_eq!(store.get("", "resp_1", NOW).unwrap(), Some(stored.clone()));
    assert_eq!(store.get("", "resp_2", NOW).unwrap(), None);
    store.put("resp_2", &stored).unwrap();
    assert_eq!(store.usage().unwrap().entries, 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Damage is an error, or what was stored is as it was.
    #[test]
    fn a_damaged_file(
        at in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 1..40),
    ) {
        let (_directory, path) = place();
        let stored = entry(&"a".repeat(20_000), &["{a}", "{b}", &"c".repeat(5000)]);
        let store = Store::open(&path, limits(1 << 20)).unwrap();
        for number in 0..4 {
            store.put(&format!("resp_{number}"), &stored).unwrap();
        }
        drop(store);
        let mut content = std::fs::read(&path).unwrap();
        let at = at.index(content.len() - bytes.len());
        content[at..at + bytes.len()].copy_from_slice(&bytes);
        std::fs::write(&path, content).unwrap();
        match Store::open(&path, limits(1 << 20)) {
            Ok(store) => for number in 0..4 {
                let got = store.get("", &format!("resp_{number}"), NOW).unwrap();
                prop_assert!(got.is_none_or(|got| got == stored));
            },
            Err(error) => prop_assert!(
                matches!(error, Error::Damaged { .. } | Error::Foreign { .. } | Error::Version { .. }),
                "{}", error
            ),
        }
    }
}
