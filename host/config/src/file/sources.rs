//! Which file is used, and its bytes.

use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::{Environment, Fault, Origin};

/// The largest file, in bytes.
const LARGEST: u64 = 1 << 20;

/// The variable that names a file.
pub(crate) const VARIABLE: &str = "CLASP_CONFIG_FILE";

/// The flag that names a file.
pub(crate) const FLAG: &str = "config";

/// A configuration file that was read, or none.
#[derive(Clone, Default)]
pub struct Sources {
    pub(super) found: Option<Found>,
    pub(super) faults: Vec<Fault>,
    pub(crate) warnings: Vec<String>,
    /// Where a file is looked for.
    pub(crate) candidates: Vec<PathBuf>,
}

#[derive(Clone)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) bytes: Vec<u8>,
    pub(super) of_directory: bool,
    /// Other users of the machine may read it.
    pub(super) open: bool,
}

/// Shows no text: there may be keys in it.
impl fmt::Debug for Sources {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.found.as_ref().map(|found| &found.path);
        formatter.debug_struct("Sources").field("path", &path).finish_non_exhaustive()
    }
}

impl Sources {
    /// Reads the file that `named` or `CLASP_CONFIG_FILE` names, which must be there; else the first
    /// that is there of `clasp.yaml`, `.clasp.yaml`, `~/.clasp/config.yaml`,
    /// `~/.config/clasp/config.yaml` and `/etc/clasp/config.yaml`, each also as `.yml`.
    ///
    /// What is wrong with it is told by [`crate::Config::load`].
    pub fn read(named: Option<&Path>, environment: &Environment) -> Self {
        let asked = match (named, environment.get(VARIABLE)) {
            (Some(path), _) => Some((path.to_owned(), Origin::Flag(FLAG))),
            (None, Some(path)) => {
                let path = environment.expanded(path);
                Some((path, environment.origin(VARIABLE)))
            }
            (None, None) => None,
        };
        if let Some((path, origin)) = asked {
            let mut sources = Self { candidates: vec![path.clone()], ..Self::default() };
            match read(&path) {
                Ok((bytes, open)) => {
                    sources.found = Some(Found { path, bytes, of_directory: false, open });
                }
                Err(why) => sources.faults.push(Fault::at(
                    origin,
                    format!("{} {}", path.display(), why.text()),
                    "name a file that is there, or leave it out",
                )),
            }
            return sources;
        }
        let candidates = candidates(environment);
        let mut sources = Self::default();
        for path in &candidates {
            match read(path) {
                Ok((bytes, open)) => {
                    let of_directory =
                        path.parent().is_some() && path.parent() == environment.directory();
                    let path = path.clone();
                    sources.found = Some(Found { path, bytes, of_directory, open });
                    break;
                }
                Err(Why::Absent) => {}
                // Another user's, as the one in /etc may be.
                Err(Why::Io(error)) if error.kind() == io::ErrorKind::PermissionDenied => {
                    let warning = format!("{} is passed over: {error}", path.display());
                    sources.warnings.push(warning);
                }
                Err(why) => {
                    let what = format!("{} {}", path.display(), why.text());
                    sources.faults.push(Fault::missing(what, "correct the file or remove it"));
                    break;
                }
            }
        }
        Self { candidates, ..sources }
    }

    /// This text as the file `path`, which nothing is read from.
    pub fn from_text(path: impl Into<PathBuf>, text: impl Into<Vec<u8>>) -> Self {
        let path: PathBuf = path.into();
        let candidates = vec![path.clone()];
        let found = Found { path, bytes: text.into(), of_directory: false, open: false };
        Self { found: Some(found), candidates, ..Self::default() }
    }

    /// The file in use.
    pub fn path(&self) -> Option<&Path> {
        self.found.as_ref().map(|found| found.path.as_path())
    }

    /// Whether other users of the machine may read the file.
    pub(crate) fn is_open(&self) -> bool {
        self.found.as_ref().is_some_and(|found| found.open)
    }

    #[cfg(test)]
    pub(crate) fn with(mut self, of_directory: bool, open: bool) -> Self {
        if let Some(found) = &mut self.found {
            (found.of_directory, found.open) = (of_directory, open);
        }
        self
    }
}

fn candidates(environment: &Environment) -> Vec<PathBuf> {
    let here = environment
        .directory()
        .map(|directory| [directory.join("clasp"), directory.join(".clasp")]);
    let home = environment.home().map(|home| {
        [home.join(".clasp").join("config"), home.join(".config").join("clasp").join("config")]
    });
    let stems = here.into_iter().chain(home).flatten().chain([PathBuf::from("/etc/clasp/config")]);
    let endings = |stem: PathBuf| {
        ["yaml", "yml"].map(|ending| {
            let mut path = stem.clone().into_os_string();
            path.push(".");
            path.push(ending);
            PathBuf::from(path)
        })
    };
    stems.flat_map(endings).collect()
}

/// Why there is no text.
enum Why {
    Absent,
    NoFile,
    TooLarge,
    Io(io::Error),
}

impl Why {
    fn text(&self) -> String {
        match self {
            Self::Absent => "is not there".into(),
            Self::NoFile => "is no file".into(),
            Self::TooLarge => format!("is larger than {} KiB", LARGEST >> 10),
            Self::Io(error) => format!("cannot be read: {error}"),
        }
    }
}

impl From<io::Error> for Why {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // `.clasp.yaml/…` where a part of the path is a file.
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Absent,
            _ => Self::Io(error),
        }
    }
}

fn read(path: &Path) -> Result<(Vec<u8>, bool), Why> {
    // Asked before it is opened: opening a pipe would wait for its writer.
    let about = fs::metadata(path)?;
    if !about.is_file() {
        return Err(Why::NoFile);
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Why::TooLarge);
    }
    Ok((bytes, is_open(&about)))
}

#[cfg(unix)]
fn is_open(about: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    about.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open(_: &fs::Metadata) -> bool {
    false
}
