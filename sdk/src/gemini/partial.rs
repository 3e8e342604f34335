//! Puts together the arguments of a call that comes in pieces, each for a place in the object
//! (rule A4). Only Vertex AI sends them, and only where it is asked to.
//!
//! <https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling>, as of
//! 2026-11-21.

use serde_json::{Map, Value};

/// Longest list that is made for an index.
const LONGEST: usize = 10_000;

/// A step into a value.
#[derive(Debug, PartialEq)]
enum Step {
    Member(String),
    Element(usize),
}

/// Sets or continues the value at a piece's place.
pub(crate) fn add(arguments: &mut Value, piece: &Value) {
    let Some(value) = VALUES.iter().find_map(|name| piece.get(name)) else { return };
    let path = piece.get("jsonPath").and_then(Value::as_str).unwrap_or_default();
    let mut place = arguments;
    for step in steps(path) {
        let Some(next) = enter(place, step) else { return };
        place = next;
    }
    match (place, value) {
        (Value::String(text), Value::String(more)) => text.push_str(more),
        // Written as the enumeration's word.
        (place, _) if piece.get("nullValue").is_some() => *place = Value::Null,
        (place, value) => *place = value.clone(),
    }
}

const VALUES: [&str; 4] = ["stringValue", "numberValue", "boolValue", "nullValue"];

fn enter(place: &mut Value, step: Step) -> Option<&mut Value> {
    match step {
        Step::Member(name) => {
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            place.as_object_mut().map(|members| members.entry(name).or_insert(Value::Null))
        }
        Step::Element(index) => {
            if !place.is_array() {
                *place = Value::Array(Vec::new());
            }
            let list = place.as_array_mut()?;
            if index >= LONGEST {
                return None;
            }
            if list.len() <= index {
                list.resize(index + 1, Value::Null);
            }
            list.get_mut(index)
        }
    }
}

/// The steps of `$.items[0].name` and `$['a name']`.
fn steps(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = path.strip_prefix('$').unwrap_or(path);
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('[') {
            let quote = after.chars().next().filter(|quote| matches!(quote, '\'' | '"'));
            let (inner, tail) = match quote {
                Some(quote) => {
                    let after = after.get(1..).unwrap_or_default();
                    let (inner, tail) = after.split_once(quote).unwrap_or((after, ""));
                    (inner, tail.strip_prefix(']').unwrap_or(tail))
                }
                None => after.split_once(']').unwrap_or((after, "")),
            };
            match inner.parse() {
                Ok(index) if quote.is_none() => steps.push(Step::Element(index)),
                _ => steps.push(Step::Member(inner.to_owned())),
            }
            rest = tail;
            continue;
        }
        rest = rest.strip_prefix('.').unwrap_or(rest);
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, tail) = rest.split_at(end);
        if !name.is_empty() {
            steps.push(Step::Member(name.to_owned()));
        }
        rest = tail;
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a04_places_are_read() {
        let member = |name: &str| Step::Member(name.into());
        assert_eq!(steps("$.a.b[2].c"), [member("a"), member("b"), Step::Element(2), member("c")]);
        assert_eq!(steps("$['a b'][0]"), [member("a b"), Step::Element(0)]);
        assert_eq!(steps("$"), []);
        assert_eq!(steps("x["), [member("x"), member("")]);
    }
}
