//! The types that a schema allows, as a set; `integer` is part of `number`.

use serde_json::{Map, Value};

/// A set of JSON Schema types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Types(u8);

const NAMES: [(&str, u8); 7] = [
    ("string", 1),
    ("number", 2 | INTEGER),
    ("integer", INTEGER),
    ("boolean", 8),
    ("object", 16),
    ("array", 32),
    ("null", NULL),
];
const INTEGER: u8 = 4;
const NULL: u8 = 64;

impl Types {
    pub(super) const ALL: Self = Self(127);
    pub(super) const NULL: Self = Self(NULL);

    /// The set of one name in any case; `None` if there is no such type.
    pub(super) fn named(name: &str) -> Option<Self> {
        let (_, bits) = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(Self(*bits))
    }

    /// What `type` declares; all, where it declares nothing that is known.
    pub(super) fn declared(words: &Map<String, Value>) -> Self {
        let bits = match words.get("type") {
            Some(Value::String(name)) => Self::named(name).map_or(0, |types| types.0),
            Some(Value::Array(names)) => names
                .iter()
                .filter_map(Value::as_str)
                .filter_map(Self::named)
                .fold(0, |bits, types| bits | types.0),
            _ => 0,
        };
        if bits == 0 { Self::ALL } else { Self(bits) }
    }

    /// The type of a value.
    pub(super) fn of(value: &Value) -> Self {
        let name = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(number) if whole(number).is_some() => "integer",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        Self::named(name).unwrap_or(Self::ALL)
    }

    /// The types of several values.
    pub(super) fn of_all(values: &[Value]) -> Self {
        Self(values.iter().fold(0, |bits, value| bits | Self::of(value).0))
    }

    pub(super) fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) fn either(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn has_null(self) -> bool {
        self.0 & NULL != 0
    }

    pub(super) fn without_null(self) -> Self {
        Self(self.0 & !NULL)
    }

    /// Whether a value is of one of the types.
    pub(super) fn admit(self, value: &Value) -> bool {
        let bits = Self::of(value).0;
        self.0 & bits == bits
    }

    /// The names, without `integer` where `number` says it.
    pub(super) fn names(self) -> impl Iterator<Item = &'static str> {
        NAMES
            .iter()
            .filter(move |(name, bits)| {
                self.0 & bits == *bits && (*name != "integer" || self.0 & 2 == 0)
            })
            .map(|(name, _)| *name)
    }

    /// The name, if it is one.
    pub(super) fn single(self) -> Option<&'static str> {
        let mut names = self.names();
        names.next().filter(|_| names.next().is_none())
    }
}

/// A number without a fraction, as far as 64 bits hold it.
pub(super) fn whole(number: &serde_json::Number) -> Option<i128> {
    if let Some(whole) = number.as_i64() {
        return Some(whole.into());
    }
    if let Some(whole) = number.as_u64() {
        return Some(whole.into());
    }
    let float = number.as_f64()?;
    // Larger ones have no neighbours that differ by one.
    (float.fract() == 0.0 && float.abs() < 9e15).then_some(float as i128)
}

/// Whether a word says something about values of a type.
pub(super) fn concerns(kind: &str, word: &str, value: &Value) -> bool {
    let of = match word {
        "minLength" | "maxLength" | "pattern" => "string",
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => "number",
        "format" => match value.as_str() {
            Some("int32" | "int64" | "float" | "double") => "number",
            _ => "string",
        },
        "items" | "prefixItems" | "minItems" | "maxItems" | "uniqueItems" | "contains"
        | "minContains" | "maxContains" | "unevaluatedItems" => "array",
        "properties"
        | "required"
        | "additionalProperties"
        | "patternProperties"
        | "propertyNames"
        | "minProperties"
        | "maxProperties"
        | "dependentRequired"
        | "dependentSchemas"
        | "dependencies"
        | "propertyOrdering"
        | "unevaluatedProperties" => "object",
        _ => return true,
    };
    of == kind || (of == "number" && kind == "integer")
}

/// Words that describe and do not restrict.
pub(super) fn describes(word: &str) -> bool {
    matches!(
        word,
        "description"
            | "title"
            | "default"
            | "example"
            | "examples"
            | "deprecated"
            | "readOnly"
            | "writeOnly"
    )
}
