//! Tool names and call ids inside a provider's limits (rule C5): the same name always becomes the
//! same short one, in every request and without memory.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// What names or ids a provider takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alphabet {
    /// Any character.
    Any,
    /// Letters, digits, `_` and `-`.
    Word,
    /// Letters and digits.
    Alphanumeric,
    /// As [`Word`](Self::Word), and the first is a letter or `_`.
    Identifier,
}

/// A provider's rule for names or ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct NameRule {
    /// The characters.
    pub alphabet: Alphabet,
    /// Fewest characters.
    pub min: usize,
    /// Most characters.
    pub max: usize,
}

/// Names that were changed on the way out, as `(written, original)`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Names(Vec<(String, String)>);

impl NameRule {
    /// Whether `name` can stay as it is.
    pub fn allows(&self, name: &str) -> bool {
        let length = match self.alphabet {
            Alphabet::Any => name.chars().count(),
            Alphabet::Word | Alphabet::Alphanumeric | Alphabet::Identifier => name.len(),
        };
        (self.min..=self.max).contains(&length)
            && name.bytes().all(|byte| self.takes(byte))
            && name.bytes().next().is_none_or(|byte| self.begins(byte))
    }

    /// `name`, or a stable stand-in that the rule allows: what is readable of it and a hash.
    pub fn apply<'a>(&self, name: &'a str) -> Cow<'a, str> {
        if self.allows(name) {
            return Cow::Borrowed(name);
        }
        let hash = short_hash(name);
        if self.max < hash.len() + 4 || self.min == self.max {
            return Cow::Owned(hash.chars().cycle().take(self.max).collect());
        }
        let joint = if self.alphabet == Alphabet::Alphanumeric { "" } else { "_" };
        let room = self.max - hash.len() - joint.len();
        let mut readable: String = name
            .chars()
            .filter_map(|character| match u8::try_from(character) {
                Ok(byte) if byte.is_ascii() && self.takes(byte) => Some(character),
                _ if self.alphabet == Alphabet::Alphanumeric => None,
                _ => Some('_'),
            })
            .collect();
        if readable.bytes().next().is_some_and(|byte| !self.begins(byte)) {
            readable.insert(0, '_');
        }
        let mut short: String = readable.chars().take(room).collect();
        short.push_str(joint);
        short.push_str(&hash);
        Cow::Owned(short)
    }

    fn takes(&self, byte: u8) -> bool {
        match self.alphabet {
            Alphabet::Any => true,
            Alphabet::Word | Alphabet::Identifier => {
                byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
            }
            Alphabet::Alphanumeric => byte.is_ascii_alphanumeric(),
        }
    }

    /// Whether a name may begin with it.
    fn begins(&self, byte: u8) -> bool {
        self.alphabet != Alphabet::Identifier || byte.is_ascii_alphabetic() || byte == b'_'
    }
}

impl Names {
    /// Remembers that `original` was written as `written`.
    pub fn add(&mut self, written: &str, original: &str) {
        self.0.push((written.to_owned(), original.to_owned()));
    }

    /// The client's name of a tool that the provider calls `written`.
    pub fn restore<'a>(&'a self, written: &'a str) -> &'a str {
        let known = self.0.iter().find(|(name, _)| name == written);
        known.map_or(written, |(_, original)| original)
    }

    /// Whether nothing was changed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// An opaque id within `max` characters: itself, or a stable stand-in.
pub fn short_id(id: &str, max: usize) -> String {
    if id.chars().count() <= max { id.to_owned() } else { short_hash(id) }
}

/// Sixteen hexadecimal digits that stand for `text`, the same ones always. Not for secrets.
pub fn short_hash(text: &str) -> String {
    // FNV-1a, 64 bits, with a final mix.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    format!("{:016x}", hash ^ (hash >> 32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c05_an_identifier_begins_with_a_letter() {
        let rule = NameRule { alphabet: Alphabet::Identifier, min: 1, max: 64 };
        for name in ["read_file", "_x", "mcp__a-b__c"] {
            assert_eq!(rule.apply(name), name);
        }
        for name in ["3d", "-x", "a.b", ""] {
            let written = rule.apply(name);
            assert!(rule.allows(&written), "{name}: {written}");
            assert_eq!(rule.apply(name), written);
        }
        assert!(rule.apply("3d").starts_with("_3d_"));
        assert_eq!(rule.apply(&"3".repeat(90)).len(), 64);
    }
}
