//! Reads JSON that need not have the types it should: what is missing, null or of another type
//! reads as nothing, and of a repeated member the last counts. Text is borrowed where it can be.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer};
use serde_json::value::RawValue;

/// A text; numbers and booleans as they are written, anything else empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Text<'a>(pub Cow<'a, str>);

/// A count of something.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Count(pub Option<u64>);

/// An object, or nothing. On the heap, since most objects are absent and the others are moved.
#[derive(Clone, Debug)]
pub struct Object<T>(pub Option<Box<T>>);

/// A list, one element alone, or nothing.
#[derive(Clone, Debug)]
pub struct List<T>(pub Vec<T>);

/// Any value, unread.
#[derive(Clone, Copy, Debug, Default)]
pub struct Raw<'a>(pub Option<&'a RawValue>);

impl Text<'_> {
    /// The text, if there is any.
    pub fn as_option(&self) -> Option<&str> {
        (!self.0.is_empty()).then_some(&*self.0)
    }
}

impl<'a> Raw<'a> {
    /// The value's JSON, unless it is `null`.
    pub fn json(&self) -> Option<&'a str> {
        let text = self.0?.get();
        (text != "null").then_some(text)
    }

    /// The value's JSON, unless it is `null`, `false` or empty in itself.
    pub fn get(&self) -> Option<&'a str> {
        self.json().filter(|text| !matches!(*text, "false" | "{}" | "[]" | "\"\"" | "0"))
    }

    /// A string's content, else the value's own JSON; nothing for `null`.
    pub fn text(&self) -> Cow<'a, str> {
        let Some(text) = self.json() else { return Cow::Borrowed("") };
        if text.starts_with('"') {
            serde_json::from_str::<Text<'a>>(text).map(|text| text.0).unwrap_or_default()
        } else {
            Cow::Borrowed(text)
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&'a RawValue>::deserialize(deserializer).map(|value| Self(Some(value)))
    }
}

impl<T> Default for Object<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Declares an object whose members are all lenient, and its `Deserialize`:
///
/// ```
/// use clasp_plugin::lenient::{Count, Text};
///
/// clasp_plugin::lenient::object! {
///     /// A member of the list.
///     Entry<'a> { id = "id": Text<'a>, size = "size": Count, }
/// }
/// let entry: Entry<'_> = serde_json::from_str(r#"{"id": 7, "size": null}"#).unwrap();
/// assert_eq!((&*entry.id.0, entry.size.0), ("7", None));
/// ```
///
/// The crate that uses it depends on `serde`.
#[macro_export]
#[doc(hidden)]
macro_rules! lenient_object {
    ($(#[$doc:meta])* $name:ident<$life:lifetime> { $($field:ident = $key:literal: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default)]
        pub struct $name<$life> {
            $(#[allow(missing_docs)] pub $field: $type,)*
            marker: std::marker::PhantomData<&$life ()>,
        }

        impl<'de: $life, $life> serde::Deserialize<'de> for $name<$life> {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Members<$life>(std::marker::PhantomData<&$life ()>);

                impl<'de: $life, $life> serde::de::Visitor<'de> for Members<$life> {
                    type Value = $name<$life>;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(
                        self,
                        mut map: A,
                    ) -> Result<Self::Value, A::Error> {
                        let mut object = $name::default();
                        while let Some(key) = map.next_key::<$crate::lenient::Text<'de>>()? {
                            match &*key.0 {
                                $($key => $crate::lenient::member(&mut map, &mut object.$field)?,)*
                                _ => {
                                    map.next_value::<serde::de::IgnoredAny>()?;
                                }
                            }
                        }
                        Ok(object)
                    }
                }

                deserializer.deserialize_map(Members(std::marker::PhantomData))
            }
        }
    };
}
pub use crate::lenient_object as object;

/// Reads a member's value. Inlined for each member it would make components a tenth larger.
#[doc(hidden)]
#[inline(never)]
pub fn member<'de, A: MapAccess<'de>, T: Deserialize<'de>>(
    map: &mut A,
    into: &mut T,
) -> Result<(), A::Error> {
    *into = map.next_value()?;
    Ok(())
}

/// The visits that all lenient types treat as nothing.
macro_rules! nothing {
    ($($visit:ident($value:ty)),*) => {
        $(fn $visit<E: serde::de::Error>(self, _: $value) -> Result<Self::Value, E> {
            Ok(Default::default())
        })*
    };
    (unit) => {
        fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
    };
    (seq) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            while list.next_element::<serde::de::IgnoredAny>()?.is_some() {}
            Ok(Default::default())
        }
    };
    (map) => {
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            while map.next_entry::<serde::de::IgnoredAny, serde::de::IgnoredAny>()?.is_some() {}
            Ok(Default::default())
        }
    };
}
pub(crate) use nothing;

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<'a>(PhantomData<&'a ()>);

        impl<'de: 'a, 'a> Visitor<'de> for Reader<'a> {
            type Value = Text<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }

            fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text)))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(number.to_string())))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(number.to_string())))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(number.to_string())))
            }

            nothing!(visit_bool(bool));
            nothing!(unit);
            nothing!(seq);
            nothing!(map);
        }

        deserializer.deserialize_any(Reader(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Count;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a count")
            }

            fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Count(Some(number)))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
                Ok(Count((number.is_finite() && number >= 0.0).then_some(number as u64)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Count(text.trim().parse().ok()))
            }

            nothing!(visit_bool(bool), visit_i64(i64));
            nothing!(unit);
            nothing!(seq);
            nothing!(map);
        }

        deserializer.deserialize_any(Reader)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
                    .map(|value| Object(Some(value.into())))
            }

            nothing!(
                visit_bool(bool),
                visit_i64(i64),
                visit_u64(u64),
                visit_f64(f64),
                visit_str(&str)
            );
            nothing!(unit);
            nothing!(seq);
        }

        deserializer.deserialize_any(Reader(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = List<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = list.next_element::<Object<T>>()? {
                    values.extend(value.0.map(|value| *value));
                }
                Ok(List(values))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|value| List(vec![value]))
            }

            nothing!(
                visit_bool(bool),
                visit_i64(i64),
                visit_u64(u64),
                visit_f64(f64),
                visit_str(&str)
            );
            nothing!(unit);
        }

        deserializer.deserialize_any(Reader(PhantomData))
    }
}
