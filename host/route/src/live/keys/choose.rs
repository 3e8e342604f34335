//! Two ways to choose a key by weight.

use super::Key;

/// The smooth weighted turn: each candidate earns its weight, the richest is taken and pays what
/// all have earned. With weights 2 and 1: first, second, first, and again.
pub(super) fn smooth(keys: &mut [Key], among: &[usize]) -> Option<usize> {
    let mut total = 0;
    let mut richest: Option<(usize, i64)> = None;
    for index in among {
        let Some(key) = keys.get_mut(*index) else { continue };
        let weight = i64::from(key.weight.max(1));
        total += weight;
        key.credit += weight;
        if richest.is_none_or(|(_, credit)| key.credit > credit) {
            richest = Some((*index, key.credit));
        }
    }
    let (index, _) = richest?;
    keys.get_mut(index)?.credit -= total;
    Some(index)
}

/// Rendezvous hashing: every candidate draws a number from `hash`, the highest wins. When a
/// candidate goes, only what was its own goes elsewhere.
pub(super) fn sticky(keys: &[Key], among: &[usize], hash: u64) -> Option<usize> {
    let draw = |index: &usize| {
        let weight = keys.get(*index).map_or(1, |key| key.weight.max(1));
        let drawn = mix(hash ^ mix(*index as u64 + 1));
        // 53 bits of it, above 0 and at most 1.
        let unit = ((drawn >> 11) + 1) as f64 / (1_u64 << 53) as f64;
        -f64::from(weight) / unit.ln()
    };
    among.iter().copied().max_by(|one, other| draw(one).total_cmp(&draw(other)))
}

/// Spreads the bits of a number over all 64 (the finaliser of splitmix64).
fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
