//! Real tools' schemas.

use serde_json::Value;

use crate::samples::{Dice, changed, value};
use crate::{VENDORS, converted, json_schema, merged, validator};

fn corpus() -> Vec<(String, Value, String)> {
    let lines = include_str!("servers.jsonl").lines().chain(include_str!("agent.jsonl").lines());
    lines
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            let schema = line["schema"].clone();
            let text = schema.to_string();
            (format!("{} {}", line["package"], line["tool"]), schema, text)
        })
        .collect()
}

#[test]
fn c04_real_tools_are_in_each_subset() {
    let corpus = corpus();
    assert!(corpus.len() >= 290);
    for (name, _, text) in &corpus {
        for (vendor, subset, check) in VENDORS {
            let converted = converted(text, &subset, check);
            assert!(converted.text.len() < 3 * text.len() + 1000, "{name} for {vendor} grew");
            assert!(
                !converted.notes.iter().any(|note| note.detail.contains("too large")),
                "{name}"
            );
        }
    }
}

#[test]
fn c04_values_of_real_tools_keep_their_validity() {
    let mut dice = Dice(7);
    let (mut valid, mut invalid) = (0, 0);
    for (name, schema, text) in corpus() {
        let original = validator(&schema).unwrap();
        let made: Vec<Value> = (0..12)
            .flat_map(|_| {
                let made = value(&schema, &schema, &mut dice, 0);
                let other = changed(&made, &mut dice);
                [made, other]
            })
            .filter(Value::is_object)
            .collect();
        for (vendor, subset, check) in VENDORS {
            let converted = converted(&text, &subset, check);
            if merged(&converted) {
                continue;
            }
            let after = json_schema(&serde_json::from_str(&converted.text).unwrap());
            let after = validator(&after).unwrap();
            for made in &made {
                if original.is_valid(made) {
                    valid += 1;
                    assert!(
                        after.is_valid(made),
                        "{name} for {vendor}: {made}\n{}",
                        converted.text
                    );
                } else if converted.notes.is_empty() {
                    invalid += 1;
                    assert!(
                        !after.is_valid(made),
                        "{name} for {vendor}: {made}\n{}",
                        converted.text
                    );
                }
            }
        }
    }
    assert!(valid > 10_000, "only {valid} valid values");
    assert!(invalid > 1_000, "only {invalid} invalid values");
}
