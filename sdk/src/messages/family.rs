//! What the generations of Claude take, told from a model's name in any host's spelling
//! (rules C7, C8, C16).
//!
//! <https://platform.claude.com/docs/en/build-with-claude/thinking-troubleshooting>,
//! <https://platform.claude.com/docs/en/build-with-claude/effort> and the migration guides of the
//! 5 and 5.5 models, as of 2026-11-21.

/// How a model is told to think.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thinks {
    /// It does not.
    Not,
    /// With a budget in tokens.
    Budget,
    /// With a budget, or as much as it sees fit.
    Either,
    /// As much as it sees fit.
    Adaptive,
}

/// How a model is told not to think.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Off {
    /// By saying nothing.
    Silence,
    /// By `disabled`.
    Disabled,
    /// Only up to the first tool call, by `between_tools`.
    BetweenTools,
    /// Not at all.
    Never,
}

/// What a model takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// How it is told to think.
    pub thinks: Thinks,
    /// How it is told not to.
    pub off: Off,
    /// The efforts it knows, weakest first.
    pub efforts: &'static [&'static str],
    /// It hides its thinking unless told to show it.
    pub hides_thinking: bool,
    /// `temperature`, `top_p` and `top_k` are taken.
    pub sampling: bool,
    /// `temperature` and `top_p` are taken together.
    pub both_samplers: bool,
    /// A tool call can be forced.
    pub forced_tools: bool,
    /// System messages are taken after a user message.
    pub mid_system: bool,
    /// Answers and tool calls keep to a schema.
    pub schemas: bool,
    /// Most tokens of an answer, for a model of which nothing else is known.
    pub output_limit: u32,
}

const FIRST: &[&str] = &["low", "medium", "high"];
const WITH_MAX: &[&str] = &["low", "medium", "high", "max"];
const ALL: &[&str] = &["low", "medium", "high", "xhigh", "max"];

impl Family {
    /// A model of which nothing is known: what the client says goes on.
    pub const UNKNOWN: Self = Self {
        thinks: Thinks::Either,
        off: Off::Silence,
        efforts: ALL,
        hides_thinking: false,
        sampling: true,
        both_samplers: true,
        forced_tools: true,
        mid_system: false,
        schemas: true,
        output_limit: 32_000,
    };

    /// The family of a model.
    pub fn of(model: &str) -> Self {
        let Some((tier, version)) = tier_and_version(model) else { return Self::UNKNOWN };
        let old = Self {
            thinks: Thinks::Not,
            efforts: &[],
            schemas: false,
            output_limit: if version < 305 { 4096 } else { 8192 },
            ..Self::UNKNOWN
        };
        if version < 307 {
            return old;
        }
        let budget = Self {
            thinks: Thinks::Budget,
            both_samplers: version < 401,
            schemas: version >= 401,
            output_limit: if tier == "opus" && version < 405 { 32_000 } else { 64_000 },
            ..old
        };
        if version < 406 {
            let efforts = if tier == "opus" && version == 405 { FIRST } else { &[] };
            return Self { efforts, ..budget };
        }
        let output_limit = if tier == "sonnet" && version < 500 { 64_000 } else { 128_000 };
        let both = Self { thinks: Thinks::Either, efforts: WITH_MAX, output_limit, ..budget };
        if version < 407 {
            return both;
        }
        let adaptive = Self {
            thinks: Thinks::Adaptive,
            efforts: ALL,
            hides_thinking: true,
            sampling: false,
            mid_system: version >= 408 && !(tier == "sonnet" && version < 505),
            ..both
        };
        let off = match tier {
            "fable" | "mythos" => Off::Never,
            _ if version < 500 => Off::Silence,
            "opus" if version >= 505 => Off::Never,
            "sonnet" if version >= 505 => Off::BetweenTools,
            _ => Off::Disabled,
        };
        let forced_tools = match tier {
            "fable" | "mythos" => version < 501,
            "opus" | "sonnet" => version < 505,
            _ => true,
        };
        Self { off, forced_tools, ..adaptive }
    }
}

/// `opus` and 405 of `us.anthropic.claude-opus-4-5-20251101-v1:0`.
fn tier_and_version(model: &str) -> Option<(&'static str, u32)> {
    const TIERS: &[&str] = &["opus", "sonnet", "haiku", "fable", "mythos", "instant"];
    let name = model.to_ascii_lowercase();
    let (_, rest) = name.split_once("claude")?;
    let mut tier = None;
    let mut numbers = Vec::new();
    for word in rest.split(|character: char| !character.is_ascii_alphanumeric()) {
        if let Some(known) = TIERS.iter().find(|known| **known == word) {
            tier = Some(*known);
        } else if word.is_empty() || word == "v" {
        } else if word.len() <= 2
            && let Ok(number) = word.parse::<u32>()
        {
            numbers.push(number);
        } else {
            // A date, or a host's own version.
            break;
        }
    }
    match (tier, numbers.as_slice()) {
        (Some("mythos"), []) => Some(("mythos", 500)),
        (_, []) => None,
        (tier, [major]) => Some((tier.unwrap_or(""), major * 100)),
        (tier, [major, minor, ..]) => Some((tier.unwrap_or(""), major * 100 + minor)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_all_hosts_are_read() {
        let read = |name, tier, version| {
            assert_eq!(tier_and_version(name), Some((tier, version)), "{name}");
        };
        read("claude-3-7-sonnet-20250219", "sonnet", 307);
        read("claude-3-5-haiku-latest", "haiku", 305);
        read("claude-opus-4-20250514", "opus", 400);
        read("claude-sonnet-4@20250514", "sonnet", 400);
        read("claude-haiku-4-5@20251001", "haiku", 405);
        read("us.anthropic.claude-opus-4-5-20251101-v1:0", "opus", 405);
        read("anthropic.claude-opus-4-6-v1", "opus", 406);
        read("anthropic/claude-opus-5.5", "opus", 505);
        read("claude-fable-5-1", "fable", 501);
        read("claude-mythos-preview", "mythos", 500);
        for name in ["my-model", "claude", "claude-latest"] {
            assert_eq!(tier_and_version(name), None, "{name}");
        }
    }

    #[test]
    fn c08_each_generation_thinks_in_its_own_way() {
        let thinks = |name| (Family::of(name).thinks, Family::of(name).off);
        assert_eq!(thinks("claude-3-haiku-20240307"), (Thinks::Not, Off::Silence));
        assert_eq!(thinks("claude-haiku-4-5"), (Thinks::Budget, Off::Silence));
        assert_eq!(thinks("claude-opus-4-6"), (Thinks::Either, Off::Silence));
        assert_eq!(thinks("claude-opus-4-8"), (Thinks::Adaptive, Off::Silence));
        assert_eq!(thinks("claude-opus-5"), (Thinks::Adaptive, Off::Disabled));
        assert_eq!(thinks("claude-opus-5-5"), (Thinks::Adaptive, Off::Never));
        assert_eq!(thinks("claude-sonnet-5-5"), (Thinks::Adaptive, Off::BetweenTools));
        assert_eq!(thinks("claude-haiku-5-5"), (Thinks::Adaptive, Off::Disabled));
        assert_eq!(thinks("claude-fable-5"), (Thinks::Adaptive, Off::Never));
        assert_eq!(thinks("glm-5"), (Thinks::Either, Off::Silence));
        assert_eq!(Family::of("claude-opus-4-5").efforts, FIRST);
        assert!(Family::of("claude-haiku-4-5").efforts.is_empty());
        assert!(Family::of("claude-haiku-5-5").forced_tools);
        assert!(!Family::of("claude-fable-5-1").forced_tools);
    }
}
