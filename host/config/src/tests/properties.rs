//! No file, however odd, brings loading down; what loads is shown in full.

use proptest::prelude::*;

use super::environment;
use crate::{Config, Flags, Sources, show};

const EXAMPLE: &str = include_str!("../../../../clasp.example.yaml");

const SET: &[(&str, &str)] = &[
    ("OPENAI_API_KEY", "sk-1"),
    ("OPENROUTER_API_KEY", "sk-2"),
    ("CI_KEY", "a-key-for-ci"),
    ("REDIS_PASSWORD", "pw"),
];

/// Loads; faults name a place, settings can be shown.
fn load(text: &str) {
    let sources = Sources::from_text("f", text);
    match Config::load(Flags::default(), environment(SET), sources) {
        Ok(config) => assert!(show(&config).iter().all(|shown| !shown.key.is_empty())),
        Err(faults) => assert!(faults.iter().all(|fault| !fault.fix.is_empty())),
    }
}

proptest! {
    #[test]
    fn any_text_is_loaded_or_refused(text in "\\PC{0,200}") {
        load(&text);
    }

    #[test]
    fn any_yaml_is_loaded_or_refused(
        parts in prop::collection::vec(prop::sample::select(vec![
            "a", "server", "models", "keys", "providers", "routing", ": ", ":\n  ", "- ", "\n", "\n    ",
            "{", "}", "[", "]", ", ", "&x ", "*x", "<<: ", "!t ", "${A}", "${A:-b}", "$$", "\"", "'",
            "| \n", "~", "1", "true", "---\n", "...", "#", "? ", "\t", "\r\n", "targets", "name", "x-",
        ]), 0..40),
    ) {
        load(&parts.concat());
    }

    #[test]
    fn a_changed_example_is_loaded_or_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0usize..12, "[-a-z0-9 :{}\\[\\]&*\"$\n]{0,6}"), 1..4),
    ) {
        let mut text = EXAMPLE.to_owned();
        for (at, length, new) in changes {
            let at = text.floor_char_boundary(at.index(text.len().max(1)));
            let end = text.floor_char_boundary((at + length).min(text.len())).max(at);
            text.replace_range(at..end, &new);
        }
        load(&text);
    }
}
