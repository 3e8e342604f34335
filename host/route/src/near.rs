//! Names that are near to one that nobody has (rule D6).

use crate::name::folded;

/// `; did you mean a, b?` for a name that nobody has; empty when nothing is near.
pub fn suggestion<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    let wanted = folded(name);
    let most = (wanted.len() / 3).max(2);
    let mut near: Vec<(usize, &str)> = known
        .map(|known| (strsim::damerau_levenshtein(&wanted, &folded(known)), known))
        .filter(|(distance, _)| *distance <= most)
        .collect();
    near.sort_unstable();
    near.dedup();
    let near: Vec<&str> = near.into_iter().take(3).map(|(_, known)| known).collect();
    match near.is_empty() {
        true => String::new(),
        false => format!("; did you mean {}?", near.join(", ")),
    }
}
