//! Writes values and bounds as a vendor takes them (rule C4).

use serde_json::{Map, Number, Value};

use super::convert::Converter;
use super::flatten::above;
use super::notes::Hints;
use super::subset::Enums;
use super::types::whole;

impl Converter<'_> {
    pub(super) fn write_enum(
        &mut self,
        out: &mut Map<String, Value>,
        hints: &mut Hints,
        value: Value,
    ) {
        let Value::Array(mut values) = value else {
            return self.write_if(false, out, hints, "enum".into(), value);
        };
        let taken = match self.subset.enums {
            Enums::All => true,
            Enums::Scalars => values.iter().all(|value| value.is_string() || value.is_number()),
            Enums::Strings => {
                values.retain(|value| !value.is_null());
                values.iter().all(|value| value.as_str().is_some_and(|text| !text.is_empty()))
            }
        };
        if taken {
            if !values.is_empty() {
                out.insert("enum".into(), Value::Array(values));
            }
            return;
        }
        let numbers: Option<Vec<&Number>> = values.iter().map(Value::as_number).collect();
        if let Some(numbers) = numbers {
            let lowest = numbers.iter().copied().reduce(|a, b| if above(a, b) { b } else { a });
            let highest = numbers.iter().copied().reduce(|a, b| if above(b, a) { b } else { a });
            self.tighten(out, "minimum", lowest.cloned());
            self.tighten(out, "maximum", highest.cloned());
        }
        self.leave_out(hints, "enum", &Value::Array(values));
    }

    /// Sets a bound unless a narrower one is there.
    pub(super) fn tighten(
        &mut self,
        out: &mut Map<String, Value>,
        word: &str,
        bound: Option<Number>,
    ) {
        let Some(bound) = bound.filter(|_| self.subset.takes(word)) else { return };
        let narrower = match out.get(word) {
            Some(Value::Number(have)) if word.starts_with("min") => above(&bound, have),
            Some(Value::Number(have)) => above(have, &bound),
            _ => true,
        };
        if narrower {
            out.insert(word.into(), Value::Number(bound));
        }
    }

    pub(super) fn write_bound(
        &mut self,
        out: &mut Map<String, Value>,
        hints: &mut Hints,
        word: &str,
        value: Value,
        kind: Option<&str>,
    ) {
        let inclusive = if word.ends_with("inimum") { "minimum" } else { "maximum" };
        let Value::Number(bound) = value else {
            return self.write_if(false, out, hints, word.into(), value);
        };
        if word == inclusive {
            if self.subset.takes(word) {
                self.tighten(out, word, Some(bound));
            } else {
                self.leave_out(hints, word, &Value::Number(bound));
            }
        } else if self.subset.takes(word) {
            out.insert(word.into(), Value::Number(bound));
        } else if let (Some("integer"), Some(next)) = (kind, next(&bound, inclusive == "minimum"))
            && self.subset.takes(inclusive)
        {
            self.tighten(out, inclusive, Some(next));
        } else {
            self.tighten(out, inclusive, Some(bound.clone()));
            self.leave_out(hints, word, &Value::Number(bound));
        }
    }

    pub(super) fn write_count(
        &mut self,
        out: &mut Map<String, Value>,
        hints: &mut Hints,
        word: &str,
        value: Value,
    ) {
        let count = value.as_number().and_then(whole).and_then(|count| u64::try_from(count).ok());
        match count {
            Some(count) if self.subset.takes(word) => self.tighten(out, word, Some(count.into())),
            Some(count) => self.leave_out(hints, word, &count.into()),
            None => self.write_if(false, out, hints, word.into(), value),
        }
    }
}

/// The first whole number beyond an excluded bound.
fn next(bound: &Number, up: bool) -> Option<Number> {
    let next = match whole(bound) {
        Some(whole) if up => whole + 1,
        Some(whole) => whole - 1,
        None => {
            let float = bound.as_f64().filter(|float| float.abs() < 9e15)?;
            (if up { float.ceil() } else { float.floor() }) as i128
        }
    };
    Number::from_i128(next)
}
