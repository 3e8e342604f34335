//! How hard a model is to think: words and budgets of clients as the words and budgets that a
//! provider knows (rule C8).

use crate::types::Reasoning;

/// All words for an effort, weakest first.
pub const EFFORTS: &[&str] = &["none", "minimal", "low", "medium", "high", "xhigh", "max"];

/// Whether the client wants no thinking.
pub fn is_off(reasoning: &Reasoning) -> bool {
    reasoning.effort.as_deref() == Some("none") || reasoning.budget_tokens == Some(0)
}

/// The effort that is asked for. A budget reads as `low` up to 4096 tokens, as `medium` up to
/// 16384, as `high` above. None: the client leaves it to the model.
pub fn asked(reasoning: &Reasoning) -> Option<&str> {
    let budget = || match reasoning.budget_tokens? {
        0 => Some("none"),
        1..=4096 => Some("low"),
        4097..=16_384 => Some("medium"),
        _ => Some("high"),
    };
    reasoning.effort.as_deref().or_else(budget)
}

/// The known effort nearest to `asked`, the stronger of two; an unknown word is `medium`.
pub fn nearest(asked: &str, known: &[&'static str]) -> Option<&'static str> {
    let rank = |word: &str| EFFORTS.iter().position(|effort| *effort == word);
    let wanted = rank(asked).or_else(|| rank("medium")).unwrap_or(0);
    let distance = |word: &&&str| rank(word).map_or(usize::MAX, |rank| rank.abs_diff(wanted));
    // The last of equals is the stronger.
    known.iter().rev().min_by_key(distance).copied()
}

/// The thinking budget, in tokens, that is asked for, where a provider knows budgets and no words.
/// None: the client leaves it to the model.
pub fn budget(reasoning: &Reasoning) -> Option<u32> {
    let word = || match reasoning.effort.as_deref()? {
        "none" => Some(0),
        "minimal" => Some(1024),
        "low" => Some(4096),
        "medium" => Some(12_288),
        "high" => Some(24_576),
        "xhigh" => Some(32_768),
        _ => Some(65_536),
    };
    reasoning.budget_tokens.or_else(word)
}
