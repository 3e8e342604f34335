//! OpenAI's model families, told from a model's name.

/// A family of models.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Family {
    /// `gpt-3.5`, `gpt-4`, `gpt-4o`, `gpt-4.1`, `chatgpt-…`
    Chat,
    /// `o1`, `o3`, `o4-mini`, `codex-mini`, …
    Series,
    /// `gpt-5-chat-latest` and its like: new limits, but no thinking.
    Gpt5Chat,
    /// `gpt-5` and later, with the efforts that they take. Since `gpt-5.2` Chat Completions takes
    /// tools together with effort `none` only; since `gpt-5.5` it has to be said.
    Gpt5 { efforts: &'static [&'static str], tools_effort: Option<&'static str> },
}

/// The family of a model; none for a name that is none of OpenAI's.
pub(crate) fn family(name: &str) -> Option<Family> {
    let name = name.strip_prefix("ft:").unwrap_or(name);
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix));
    if starts(&["gpt-3.5", "gpt-35", "gpt-4", "chatgpt-"]) {
        return Some(Family::Chat);
    }
    let mut characters = name.chars();
    let series = (characters.next(), characters.next().is_some_and(|digit| digit.is_ascii_digit()))
        == (Some('o'), true)
        && matches!(characters.next(), None | Some('-'));
    if series || starts(&["codex-mini"]) {
        return Some(Family::Series);
    }
    let version = name.strip_prefix("gpt-")?;
    let (major, rest) = version.split_once(['-', '.']).unwrap_or((version, ""));
    if major.parse::<u32>().ok()? < 5 {
        return None;
    }
    let dotted = version.as_bytes().get(major.len()) == Some(&b'.');
    let minor = rest.split('-').next().filter(|_| dotted).and_then(|minor| minor.parse().ok());
    let minor: u32 = minor.unwrap_or(0);
    let word = |wanted: &str| rest.split('-').any(|word| word == wanted);
    if word("chat") {
        return Some(Family::Gpt5Chat);
    }
    let pro = word("pro");
    let efforts: &[&str] = match (major, minor) {
        ("5", 0 | 1) if word("codex") && word("max") => &["low", "medium", "high", "xhigh"],
        ("5", 0 | 1) if word("codex") => &["low", "medium", "high"],
        ("5", _) if word("codex") => &["low", "medium", "high", "xhigh"],
        ("5", 0) if pro => &["high"],
        _ if pro => &["medium", "high", "xhigh"],
        ("5", 0) => &["minimal", "low", "medium", "high"],
        ("5", 1) => &["none", "low", "medium", "high"],
        ("5", 2..=5) => &["none", "low", "medium", "high", "xhigh"],
        _ => &["none", "low", "medium", "high", "xhigh", "max"],
    };
    let tools_effort = (!pro && (major != "5" || minor >= 2)).then_some("none");
    Some(Family::Gpt5 { efforts, tools_effort })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn c07_families_are_told_by_name() {
        let series = Some(Family::Series);
        for name in ["o1", "o3-mini", "o4-mini-2025-04-16", "codex-mini-latest", "ft:o3-mini:me::1"]
        {
            assert_eq!(family(name), series, "{name}");
        }
        for name in ["gpt-4o", "gpt-4.1-mini", "chatgpt-4o-latest", "gpt-3.5-turbo"] {
            assert_eq!(family(name), Some(Family::Chat), "{name}");
        }
        assert_eq!(family("gpt-5-chat-latest"), Some(Family::Gpt5Chat));
        assert_eq!(family("gpt-5.2-chat-latest"), Some(Family::Gpt5Chat));
        let efforts = |name| match family(name) {
            Some(Family::Gpt5 { efforts, .. }) => efforts.to_vec(),
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(efforts("gpt-5"), ["minimal", "low", "medium", "high"]);
        assert_eq!(efforts("gpt-5-mini-2025-08-07"), ["minimal", "low", "medium", "high"]);
        assert_eq!(efforts("gpt-5-pro"), ["high"]);
        assert_eq!(efforts("gpt-5-codex"), ["low", "medium", "high"]);
        assert_eq!(efforts("gpt-5.1-codex-max"), ["low", "medium", "high", "xhigh"]);
        assert_eq!(efforts("gpt-5.3-codex"), ["low", "medium", "high", "xhigh"]);
        assert_eq!(efforts("gpt-5.1"), ["none", "low", "medium", "high"]);
        assert_eq!(efforts("gpt-5.4-mini"), ["none", "low", "medium", "high", "xhigh"]);
        assert!(matches!(family("gpt-5.1"), Some(Family::Gpt5 { tools_effort: None, .. })));
        assert!(matches!(family("gpt-5.6"), Some(Family::Gpt5 { tools_effort: Some("none"), .. })));
        for name in ["gpt-oss-120b", "openai/gpt-5", "llama3", "olmo", "o", "qwen3:8b", ""] {
            assert_eq!(family(name), None, "{name}");
        }
    }
}
