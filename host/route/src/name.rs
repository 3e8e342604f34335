//! How a model's name is read: what clients add to it, and which tier it speaks of.

use std::borrow::Cow;

/// What a client that shows only Claude's models is to call `provider/model`: this and that name.
pub const PICKED: &str = "claude/";

/// A client's name of a model, and the same in lower case.
pub(crate) struct Name<'n> {
    pub(crate) raw: &'n str,
    pub(crate) lower: Cow<'n, str>,
}

impl<'n> Name<'n> {
    pub(crate) fn of(raw: &'n str) -> Self {
        let is_lower = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
        let lower = match raw.bytes().all(is_lower) {
            true => Cow::Borrowed(raw),
            false => Cow::Owned(raw.to_lowercase()),
        };
        Self { raw, lower }
    }

    /// In lower case, without a date.
    pub(crate) fn undated(&self) -> &str {
        undated(&self.lower)
    }
}

/// The classes that clients name their models by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// The most capable.
    Opus,
    /// The usual.
    Sonnet,
    /// The quickest.
    Haiku,
}

impl Tier {
    /// The tier that a name speaks of.
    pub fn of(name: &str) -> Option<Self> {
        let name = name.to_lowercase();
        let tiers = [Self::Opus, Self::Sonnet, Self::Haiku];
        tiers.into_iter().find(|tier| name.contains(tier.word()))
    }

    /// `opus`, `sonnet` or `haiku`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Opus => "opus",
            Self::Sonnet => "sonnet",
            Self::Haiku => "haiku",
        }
    }
}

/// A name as the provider knows it: without the `[1m]` with which clients ask for a long context.
pub(crate) fn bare(name: &str) -> &str {
    let name = name.trim();
    let Some((before, size)) = name.strip_suffix(']').and_then(|name| name.rsplit_once('[')) else {
        return name;
    };
    let digits = size.strip_suffix(['m', 'M', 'k', 'K']).unwrap_or_default();
    let is_size = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_size { before.trim_end() } else { name }
}

/// A name without its date: `-20250929`, `@20250929` or `-2025-09-29`.
pub(crate) fn undated(name: &str) -> &str {
    let digits =
        |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some((before, date)) = name.rsplit_once(['-', '@']) {
        if digits(date, 8) {
            return before;
        }
        let year_month = before.rsplit_once('-').and_then(|(rest, month)| {
            let (rest, year) = rest.rsplit_once('-')?;
            (digits(month, 2) && digits(year, 4)).then_some(rest)
        });
        if let (true, Some(before)) = (digits(date, 2), year_month) {
            return before;
        }
    }
    name
}

/// Whether a name is one of Anthropic's, as clients that know no other send them.
pub(crate) fn is_clients_own(name: &str) -> bool {
    let name = name.to_lowercase();
    name.starts_with("claude") || matches!(name.as_str(), "opus" | "sonnet" | "haiku")
}

/// A name for comparing: in lower case, `.` and `_` as `-`, without the maker's prefix and a date.
pub(crate) fn folded(name: &str) -> String {
    let last = name.rsplit('/').next().unwrap_or(name);
    undated(last).to_lowercase().replace(['.', '_'], "-")
}
