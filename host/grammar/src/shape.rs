//! The members of an object, checked one by one.

use serde_json::{Map, Value};

/// What a member must be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Is {
    Text,
    /// A string that is not empty.
    Word,
    /// A whole number, not negative.
    Count,
    Number,
    Boolean,
    Array,
    Object,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Whatever there is, if there is something.
    Anything,
}

/// Faults found at one place of a document.
#[derive(Debug)]
pub(crate) struct Faults<'a> {
    place: String,
    list: &'a mut Vec<String>,
}

impl<'a> Faults<'a> {
    pub(crate) fn at(place: impl Into<String>, list: &'a mut Vec<String>) -> Self {
        Self { place: place.into(), list }
    }

    pub(crate) fn add(&mut self, fault: impl AsRef<str>) {
        self.list.push(format!("{}: {}", self.place, fault.as_ref()));
    }

    /// A place within this one.
    pub(crate) fn within(&mut self, step: impl AsRef<str>) -> Faults<'_> {
        Faults { place: format!("{}.{}", self.place, step.as_ref()), list: self.list }
    }

    pub(crate) fn check(&mut self, good: bool, fault: impl AsRef<str>) {
        if !good {
            self.add(fault);
        }
    }

    /// Members that must be there.
    pub(crate) fn required(&mut self, object: &Value, members: &[(&str, Is)]) {
        for (name, is) in members {
            match object.get(name) {
                None => self.add(format!("{name} is missing")),
                Some(value) => self.member(name, value, *is),
            }
        }
    }

    /// Members that may be left out or null.
    pub(crate) fn optional(&mut self, object: &Value, members: &[(&str, Is)]) {
        for (name, is) in members {
            match object.get(name) {
                None | Some(Value::Null) => {}
                Some(value) => self.member(name, value, *is),
            }
        }
    }

    /// Members that must be there and may be null.
    pub(crate) fn nullable(&mut self, object: &Value, members: &[(&str, Is)]) {
        for (name, is) in members {
            match object.get(name) {
                None => self.add(format!("{name} is missing")),
                Some(Value::Null) => {}
                Some(value) => self.member(name, value, *is),
            }
        }
    }

    fn member(&mut self, name: &str, value: &Value, is: Is) {
        let good = match is {
            Is::Text => value.is_string(),
            Is::Word => value.as_str().is_some_and(|text| !text.is_empty()),
            Is::Count => value.is_u64(),
            Is::Number => value.is_number(),
            Is::Boolean => value.is_boolean(),
            Is::Array => value.is_array(),
            Is::Object => value.is_object(),
            Is::OneOf(words) => value.as_str().is_some_and(|word| words.contains(&word)),
            Is::Anything => true,
        };
        self.check(good, format!("{name} is {value}, which is not {is:?}"));
    }
}

/// A member that is a string, else nothing.
pub(crate) fn text<'v>(object: &'v Value, name: &str) -> &'v str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A member that is an array, else nothing.
pub(crate) fn list<'v>(object: &'v Value, name: &str) -> &'v [Value] {
    object.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Appends to a member that is a string.
pub(crate) fn append(object: &mut Map<String, Value>, name: &str, piece: &str) {
    match object.get_mut(name) {
        Some(Value::String(known)) => known.push_str(piece),
        _ => {
            object.insert(name.to_owned(), piece.into());
        }
    }
}
