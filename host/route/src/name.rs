//! How a model's name is read: what clients add to it, and which tier it speaks of.

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
        let tiers = [("opus", Self::Opus), ("sonnet", Self::Sonnet), ("haiku", Self::Haiku)];
        tiers.into_iter().find(|(word, _)| name.contains(word)).map(|(_, tier)| tier)
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
