//! JSON Schema's own test suite as data.

use serde_json::Value;

use crate::{VENDORS, converted, json_schema, merged, subsets, validator};

#[test]
fn c04_the_suite_keeps_its_validity() {
    let mut seen = [0; 2];
    for line in include_str!("suite.jsonl").lines() {
        let group: Value = serde_json::from_str(line).unwrap();
        let mut schema = group["schema"].clone();
        let old = match group["draft"].as_str() {
            Some("draft7") => Some("http://json-schema.org/draft-07/schema#"),
            Some("draft4") => Some("http://json-schema.org/draft-04/schema#"),
            _ => None,
        };
        if let (Some(old), Value::Object(words)) = (old, &mut schema) {
            words.insert("$schema".into(), old.into());
        }
        let text = schema.to_string();
        for (vendor, subset, check) in VENDORS {
            let (output, check): (_, fn(&Value) -> Vec<String>) = match vendor {
                "gemini" => (subset.for_output(), subsets::gemini_output),
                "gemini-json" => (subset.for_output(), subsets::gemini_json_output),
                _ => (subset, check),
            };
            let arguments = vendor != "gemini" && vendor != "gemini-json";
            let converted = converted(&text, &output, check);
            if merged(&converted) || vendor == "openai" {
                continue;
            }
            let after = json_schema(&serde_json::from_str(&converted.text).unwrap());
            let after = validator(&after).unwrap();
            for test in group["tests"].as_array().unwrap() {
                let data = &test["data"];
                if arguments && !data.is_object() {
                    continue;
                }
                let valid = test["valid"] == true;
                if valid {
                    assert!(
                        after.is_valid(data),
                        "{vendor} {} {text}\n{data}\n{}",
                        group["description"],
                        converted.text
                    );
                } else if converted.notes.is_empty() {
                    assert!(
                        !after.is_valid(data),
                        "{vendor} {} {text}\n{data}\n{}",
                        group["description"],
                        converted.text
                    );
                }
                seen[usize::from(valid)] += 1;
            }
        }
    }
    assert!(seen.iter().all(|count| *count > 500), "{seen:?}");
}
