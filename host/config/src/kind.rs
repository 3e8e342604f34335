//! What a single value can be: checking, the JSON Schema and the reference follow it.

use serde_json::{Value, json};
use url::Url;

use crate::value;

/// The type of a single value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Any text.
    Text,
    /// A text that no message, log or listing may show.
    Secret,
    Boolean,
    /// A whole number within bounds.
    Whole(u64, u64),
    /// A number within bounds.
    Number(f64, f64),
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Seconds, or with a unit; up to a day.
    Duration,
    /// Milliseconds, or with a unit.
    Milliseconds,
    /// From a second to years.
    Period,
    /// From a minute to years.
    Lifetime,
    /// Bytes.
    Size,
    Host,
    Url,
    /// `60/m`
    Rate,
    /// A file or directory.
    Path,
    /// A truth, or a file.
    Store,
    /// `sha256:` and 64 hexadecimal digits.
    Hash,
    /// A header's value; headers may be keys.
    Header,
    /// `a, b` in a variable, a list in the file.
    Words,
    /// `alias:model, …` in a variable, a mapping in the file.
    Aliases,
    /// `model` or `provider/model`.
    Model,
    /// A model in a variable; in the file also a list of targets, or a mapping.
    Route,
}

/// `${…}` stands for any value.
const VARIABLE: &str = r"\$\{";

impl Kind {
    /// Whether `text` will do.
    ///
    /// # Errors
    /// What would have been right.
    pub(crate) fn check(self, text: &str) -> Result<(), String> {
        fn told<T>(read: Result<T, value::Expected>) -> Result<(), String> {
            read.map(drop).map_err(str::to_owned)
        }
        let right = match self {
            Self::Text | Self::Path | Self::Store | Self::Words | Self::Model | Self::Route => true,
            Self::Secret => is_visible(text),
            Self::Header => text.bytes().all(|byte| byte == b'\t' || (b' '..=b'~').contains(&byte)),
            Self::Boolean => return told(value::boolean(text)),
            Self::Whole(least, most) => {
                value::whole::<u64>(text).is_some_and(|number| (least..=most).contains(&number))
            }
            Self::Number(least, most) => {
                value::number(text).is_some_and(|number| (least..=most).contains(&number))
            }
            Self::OneOf(words) => words.iter().any(|word| word.eq_ignore_ascii_case(text)),
            Self::Duration => return told(value::duration(text)),
            Self::Milliseconds => return told(value::milliseconds(text)),
            Self::Period => return told(value::period(text)),
            Self::Lifetime => return told(value::lifetime(text)),
            Self::Size => return told(value::size(text)),
            Self::Host => return told(value::host(text)),
            Self::Rate => return told(value::rate(text)),
            Self::Aliases => return told(value::aliases(text)),
            Self::Url => Url::parse(text).is_ok_and(|url| {
                let plain = url.username().is_empty() && url.password().is_none();
                matches!(url.scheme(), "http" | "https") && url.has_host() && plain
            }),
            Self::Hash => {
                let digits = text.strip_prefix("sha256:").unwrap_or_default();
                digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
            }
        };
        if right { Ok(()) } else { Err(format!("give {}", self.words())) }
    }

    /// What would do, in words.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Text => "a text".into(),
            Self::Secret => "a key: visible ASCII characters, no line breaks".into(),
            Self::Header => "a text of ASCII characters, no line breaks".into(),
            Self::Boolean => "true or false".into(),
            Self::Whole(least, u64::MAX) => format!("a whole number from {least}"),
            Self::Whole(least, most) => format!("a whole number from {least} to {most}"),
            Self::Number(least, f64::MAX) => format!("a number from {least}"),
            Self::Number(least, most) => format!("a number from {least} to {most}"),
            Self::OneOf(words) => one_of(words),
            Self::Duration => "seconds, or a number with ms, s, m or h".into(),
            Self::Milliseconds => "milliseconds, or a number with ms, s, m or h".into(),
            Self::Period => "seconds, or a number with s, m, h or d".into(),
            Self::Lifetime => "seconds, or a number with m, h or d".into(),
            Self::Size => "bytes, or a number with KiB, MiB or GiB".into(),
            Self::Host => "an IP address, or localhost".into(),
            Self::Url => "an http or https URL without a user or password".into(),
            Self::Rate => "a number per time, e.g. 60/m".into(),
            Self::Path => "a path".into(),
            Self::Store => "on, off or a path".into(),
            Self::Hash => "sha256: and 64 hexadecimal digits".into(),
            Self::Words => "a list of texts".into(),
            Self::Aliases => "a mapping of aliases to models".into(),
            Self::Model | Self::Route => "`model` or `provider/model`".into(),
        }
    }

    /// Whether nobody may see it.
    pub(crate) fn is_secret(self) -> bool {
        matches!(self, Self::Secret | Self::Header | Self::Hash)
    }

    /// Whether a number or a truth without quotes is likely a mistake.
    pub(crate) fn is_text(self) -> bool {
        matches!(
            self,
            Self::Text
                | Self::Secret
                | Self::Header
                | Self::Url
                | Self::Path
                | Self::Hash
                | Self::Model
        )
    }

    /// As JSON Schema.
    pub(crate) fn schema(self) -> Value {
        let variable = json!({"type": "string", "pattern": VARIABLE});
        let or_text = |schema: Value| json!({"anyOf": [schema, {"type": "string"}]});
        match self {
            Self::Boolean => {
                json!({"anyOf": [{"type": "boolean"}, {"enum": ["on", "off", "yes", "no"]}, variable]})
            }
            Self::Whole(least, most) => {
                let mut whole = json!({"type": "integer", "minimum": least});
                if most < u64::MAX {
                    whole["maximum"] = most.into();
                }
                json!({"anyOf": [whole, {"type": "string", "pattern": r"^[0-9]+$|\$\{"}]})
            }
            Self::Number(least, most) => {
                let mut number = json!({"type": "number", "minimum": least});
                if most < f64::MAX {
                    number["maximum"] = most.into();
                }
                json!({"anyOf": [number, {"type": "string", "pattern": r"^[0-9.]+$|\$\{"}]})
            }
            Self::OneOf(words) => json!({"anyOf": [{"enum": words}, variable]}),
            Self::Duration | Self::Milliseconds | Self::Period | Self::Lifetime | Self::Size => {
                or_text(json!({"type": "integer", "minimum": 1}))
            }
            Self::Store => or_text(json!({"type": "boolean"})),
            _ => json!({"type": "string"}),
        }
    }
}

/// Whether it can be a key.
pub(crate) fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// `a, b or c`
pub(crate) fn one_of(words: &[&str]) -> String {
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
        None => String::new(),
    }
}
