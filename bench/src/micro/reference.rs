//! The stored counts: they hold for one compiler and one target.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// Growth in percent from which on a count is complained of.
const TOLERATED: u64 = 5;

/// Counts and what they were counted with.
#[derive(Debug, Serialize, Deserialize)]
pub struct Reference {
    /// `rustc --version`.
    pub compiler: String,
    /// The target triple.
    pub target: String,
    /// Instructions by the measure's name.
    pub counts: BTreeMap<String, u64>,
}

/// A count beside its reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing to compare with.
    New,
    /// No more than what is tolerated, in either direction.
    Same,
    /// More.
    Grew,
    /// Less: time for a new reference.
    Shrank,
}

impl Reference {
    /// Empty, of this build.
    pub fn here() -> Self {
        Self {
            compiler: env!("BENCH_COMPILER").to_owned(),
            target: env!("BENCH_TARGET").to_owned(),
            counts: BTreeMap::new(),
        }
    }

    /// Reads a stored one; none if there is no such file.
    pub fn read(path: &Path) -> Result<Option<Self>, Error> {
        match std::fs::read(path) {
            Ok(text) => serde_json::from_slice(&text)
                .map(Some)
                .map_err(|error| Error::other(format!("{}: {error}", path.display()))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io(format!("read {}", path.display()))(error)),
        }
    }

    /// Stores it.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| Error::other(format!("write the reference: {error}")))?;
        std::fs::write(path, text + "\n").map_err(Error::io(format!("write {}", path.display())))
    }

    /// Whether both were counted with the same compiler for the same target.
    pub fn comparable(&self, other: &Self) -> bool {
        self.compiler == other.compiler && self.target == other.target
    }
}

impl Verdict {
    /// Compares `count` with the one `before`.
    pub fn of(count: u64, before: Option<u64>) -> Self {
        let Some(before) = before else { return Self::New };
        if count * 100 > before * (100 + TOLERATED) {
            Self::Grew
        } else if count * 100 < before * (100 - TOLERATED) {
            Self::Shrank
        } else {
            Self::Same
        }
    }

    /// As the table's last column.
    pub fn say(self, count: u64, before: Option<u64>) -> String {
        let Some(before) = before.filter(|before| *before > 0) else { return String::new() };
        let sign = if count < before { '-' } else { '+' };
        let tenths = count.abs_diff(before) * 1000 / before;
        let word = match self {
            Self::New | Self::Same => "",
            Self::Grew => "  GREW",
            Self::Shrank => "  less: update the reference",
        };
        format!("{:>9}{word}", format!("{sign}{}.{} %", tenths / 10, tenths % 10))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_over_five_percent_is_flagged() {
        assert_eq!(Verdict::of(105, Some(100)), Verdict::Same);
        assert_eq!(Verdict::of(106, Some(100)), Verdict::Grew);
        assert_eq!(Verdict::of(94, Some(100)), Verdict::Shrank);
        assert_eq!(Verdict::of(1, None), Verdict::New);
        assert_eq!(Verdict::Grew.say(106, Some(100)), "   +6.0 %  GREW");
    }
}
