//! Values made from a schema, most of them valid, and small changes of them.

use serde_json::{Map, Value, json};

/// Numbers that are the same in each run.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides.max(1)
    }

    fn pick<'a, T>(&mut self, values: &'a [T]) -> Option<&'a T> {
        values.get(self.roll(values.len()))
    }
}

/// A value that tries to be valid for a schema inside `root`.
pub fn value(root: &Value, schema: &Value, dice: &mut Dice, depth: usize) -> Value {
    let Value::Object(words) = schema else { return anything(dice, depth) };
    if depth > 8 {
        return json!({});
    }
    if let Some(target) = words
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| root.pointer(reference.strip_prefix('#')?))
    {
        return value(root, target, dice, depth + 1);
    }
    if let Some(only) = words.get("const") {
        return only.clone();
    }
    if let Some(Value::Array(values)) = words.get("enum") {
        return dice.pick(values).cloned().unwrap_or_default();
    }
    for word in ["anyOf", "oneOf"] {
        if let Some(Value::Array(schemas)) = words.get(word) {
            let mut made = dice
                .pick(schemas)
                .map(|schema| value(root, schema, dice, depth + 1))
                .unwrap_or_default();
            if let (Value::Object(made), Some(_)) = (&mut made, words.get("properties")) {
                made.extend(object(root, words, dice, depth));
            }
            return made;
        }
    }
    let mut merged = words.clone();
    for part in words.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        if let Value::Object(part) = part {
            merged.extend(part.clone());
        }
    }
    let kind = match words.get("type").or_else(|| merged.get("type")) {
        Some(Value::String(kind)) => kind.clone(),
        Some(Value::Array(kinds)) => {
            dice.pick(kinds).and_then(Value::as_str).unwrap_or_default().to_owned()
        }
        _ if merged.contains_key("properties") => "object".to_owned(),
        _ => return anything(dice, depth),
    };
    match kind.as_str() {
        "object" => Value::Object(object(root, &merged, dice, depth)),
        "array" => array(root, &merged, dice, depth),
        "integer" => json!(number(&merged, dice).ceil() as i64),
        "number" => json!(number(&merged, dice)),
        "boolean" => json!(dice.roll(2) == 0),
        "string" => string(&merged, dice),
        _ => Value::Null,
    }
}

fn object(
    root: &Value,
    words: &Map<String, Value>,
    dice: &mut Dice,
    depth: usize,
) -> Map<String, Value> {
    let required = words.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut made = Map::new();
    for (name, schema) in words.get("properties").and_then(Value::as_object).into_iter().flatten() {
        if required.contains(&json!(name)) || dice.roll(3) > 0 {
            made.insert(name.clone(), value(root, schema, dice, depth + 1));
        }
    }
    if let Some(Value::Object(rest)) = words.get("additionalProperties") {
        made.insert(
            "further".to_owned(),
            value(root, &Value::Object(rest.clone()), dice, depth + 1),
        );
    }
    made
}

fn array(root: &Value, words: &Map<String, Value>, dice: &mut Dice, depth: usize) -> Value {
    let least = words.get("minItems").and_then(Value::as_u64).unwrap_or(0);
    let most = words.get("maxItems").and_then(Value::as_u64).unwrap_or(least + 2);
    let count = usize::try_from(least).unwrap()
        + dice.roll(usize::try_from(most.min(least + 2).saturating_sub(least)).unwrap() + 1);
    let places = words.get("prefixItems").and_then(Value::as_array).cloned().unwrap_or_default();
    let items = words.get("items").cloned().unwrap_or(Value::Bool(true));
    (0..count)
        .map(|index| value(root, places.get(index).unwrap_or(&items), dice, depth + 1))
        .collect()
}

fn number(words: &Map<String, Value>, dice: &mut Dice) -> f64 {
    let bound = |word: &str| words.get(word).and_then(Value::as_f64);
    let least = bound("minimum").or(bound("exclusiveMinimum").map(|bound| bound + 1.0));
    let most = bound("maximum").or(bound("exclusiveMaximum").map(|bound| bound - 1.0));
    match (least, most, dice.roll(3)) {
        (Some(least), _, 0) => least,
        (_, Some(most), 1) => most,
        (Some(least), Some(most), _) => least + ((most - least) / 2.0).floor(),
        (Some(least), None, _) => least + 2.0,
        (None, Some(most), _) => most - 2.0,
        (None, None, roll) => [0.0, 1.5, -7.0][roll],
    }
}

fn string(words: &Map<String, Value>, dice: &mut Dice) -> Value {
    let least =
        usize::try_from(words.get("minLength").and_then(Value::as_u64).unwrap_or(0)).unwrap();
    let text = ["", "a", "run_abcdef", "2024-01-01T00:00:00Z", "https://example.com/x", "ünï"]
        [dice.roll(6)];
    json!(format!("{text}{}", "x".repeat(least.saturating_sub(text.chars().count()))))
}

/// A value of any kind.
pub fn anything(dice: &mut Dice, depth: usize) -> Value {
    match dice.roll(if depth > 3 { 5 } else { 7 }) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(dice.roll(9)),
        3 => json!(0.5),
        4 => json!(["a", "bb", ""][dice.roll(3)]),
        5 => json!([anything(dice, 4)]),
        _ => json!({ (["a", "b", "c"][dice.roll(3)]): anything(dice, depth + 1) }),
    }
}

/// The value with one thing changed somewhere.
pub fn changed(value: &Value, dice: &mut Dice) -> Value {
    let mut changed = value.clone();
    match &mut changed {
        Value::Object(members) if !members.is_empty() && dice.roll(8) > 0 => {
            let name = members.keys().nth(dice.roll(members.len())).cloned().unwrap_or_default();
            match dice.roll(5) {
                0 => drop(members.shift_remove(&name)),
                1 => drop(members.insert("further".to_owned(), anything(dice, 2))),
                _ => {
                    let inside = members.get(&name).map(|value| self::changed(value, dice));
                    members.extend(inside.map(|inside| (name, inside)));
                }
            }
        }
        Value::Array(values) if !values.is_empty() && dice.roll(8) > 0 => {
            let index = dice.roll(values.len());
            match dice.roll(3) {
                0 => drop(values.remove(index)),
                1 => values.push(anything(dice, 2)),
                _ => {
                    if let Some(value) = values.get_mut(index) {
                        *value = self::changed(value, dice);
                    }
                }
            }
        }
        Value::Number(number) => {
            let step = [-1.0, 0.5, 1.0, 1e6][dice.roll(4)];
            changed = json!(number.as_f64().unwrap_or_default() + step);
        }
        Value::String(text) => text.push_str(["x", "yyyyyyyy", "\u{0}"][dice.roll(3)]),
        _ => changed = anything(dice, 1),
    }
    changed
}
