//! What can go wrong with a store, where, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

/// Why a store cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The directory of the file is not there.
    #[error(
        "stored responses: the directory {} does not exist. Create it, or set CLASP_RESPONSES_STORE \
         to a path in another one",
        directory.display()
    )]
    NoDirectory {
        /// Which one.
        directory: PathBuf,
    },

    /// There is a directory in the file's place.
    #[error(
        "stored responses: {} is a directory. Set CLASP_RESPONSES_STORE to the path of a file",
        path.display()
    )]
    IsDirectory {
        /// The path of the store.
        path: PathBuf,
    },

    /// The file, or its directory, is not ours to write.
    #[error(
        "stored responses: {} cannot be opened: {error}. Let the user that clasp runs as read and \
         write the file and its directory, or set CLASP_RESPONSES_STORE to another path",
        path.display()
    )]
    Forbidden {
        /// The path of the store.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },

    /// Another process has it open.
    #[error(
        "stored responses: {} is in use by another process. Stop it, or set CLASP_RESPONSES_STORE \
         to another path: each clasp needs a file of its own",
        path.display()
    )]
    InUse {
        /// The path of the store.
        path: PathBuf,
    },

    /// The file is something else.
    #[error(
        "stored responses: {} is not a store of clasp's. Set CLASP_RESPONSES_STORE to another path",
        path.display()
    )]
    Foreign {
        /// The path of the store.
        path: PathBuf,
    },

    /// The file was written by a clasp that keeps its store in another form.
    #[error(
        "stored responses: {} has format {found}, and this clasp reads format {known}. Use the \
         clasp that wrote it, or move the file away to begin with an empty store",
        path.display()
    )]
    Version {
        /// The path of the store.
        path: PathBuf,
        /// The form of the file.
        found: String,
        /// The form that is read here.
        known: u64,
    },

    /// What stands in the file cannot be right.
    #[error(
        "stored responses: {} is damaged: {what}. Restore it from a copy, or move it away to begin \
         with an empty store",
        path.display()
    )]
    Damaged {
        /// The path of the store.
        path: PathBuf,
        /// What was found.
        what: String,
    },

    /// There is no room on the disk.
    #[error(
        "stored responses: no room for {}: {error}. Free space on its disk, or lower \
         CLASP_RESPONSES_STORE_SIZE",
        path.display()
    )]
    Full {
        /// The path of the store.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },

    /// The disk failed.
    #[error(
        "stored responses: {} cannot be read or written: {error}. See to its disk, or set \
         CLASP_RESPONSES_STORE to another path",
        path.display()
    )]
    Disk {
        /// The path of the store.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },

    /// One response is larger than everything may be.
    #[error(
        "stored responses: a response of {bytes} bytes with its conversation does not fit into \
         {limit} bytes. Raise CLASP_RESPONSES_STORE_SIZE"
    )]
    TooLarge {
        /// What the entry would take.
        bytes: u64,
        /// What all entries together may.
        limit: u64,
    },
}

impl Error {
    /// What the database tells of the file at `path`.
    pub(crate) fn of(path: &Path, error: redb::Error) -> Self {
        let path = path.to_owned();
        match error {
            redb::Error::DatabaseAlreadyOpen | redb::Error::LockProtocolMismatch => {
                Self::InUse { path }
            }
            redb::Error::UpgradeRequired(found) => {
                let found = format!("{found} of the file itself");
                Self::Version { path, found, known: crate::file::VERSION }
            }
            redb::Error::Io(error) => Self::io(&path, error),
            redb::Error::TableTypeMismatch { .. }
            | redb::Error::TypeDefinitionChanged { .. }
            | redb::Error::TableIsMultimap(_)
            | redb::Error::TableDoesNotExist(_) => Self::Foreign { path },
            redb::Error::Corrupted(what) => Self::Damaged { path, what },
            error => Self::Disk { path, error: io::Error::other(error.to_string()) },
        }
    }

    /// What the system tells of the file at `path`.
    pub(crate) fn io(path: &Path, error: io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            io::ErrorKind::NotFound => {
                let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
                let directory = parent.unwrap_or(Path::new(".")).to_owned();
                Self::NoDirectory { directory }
            }
            io::ErrorKind::IsADirectory => Self::IsDirectory { path },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::Forbidden { path, error }
            }
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => Self::Full { path, error },
            // The first bytes are another kind of file's.
            io::ErrorKind::InvalidData => Self::Foreign { path },
            io::ErrorKind::UnexpectedEof => {
                Self::Damaged { path, what: format!("it was cut: {error}") }
            }
            _ => Self::Disk { path, error },
        }
    }
}
