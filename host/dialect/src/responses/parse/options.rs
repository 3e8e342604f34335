//! What a request asks for besides its content: thinking, the form of the answer, whose it is.

use clasp_model::{ByteString, Field, Json, OutputSchema, Reasoning};

use crate::json::read::{Fault, Kind, Read, Reader};

/// `reasoning`.
#[derive(Default)]
pub(super) struct Thinks {
    effort: Option<ByteString>,
    summary: bool,
}

/// `text`.
#[derive(Default)]
pub(super) struct Format {
    schema: Option<OutputSchema>,
    /// JSON of any shape is wanted: the format as it stands.
    any_json: Option<Json>,
}

impl Thinks {
    /// Members that have no name here are kept in `extra`, together with the ones that have.
    pub(super) fn read(&mut self, reader: &mut Reader<'_>, extra: &mut Vec<Field>) -> Read<()> {
        let mut whole = reader.clone();
        let mut unknown = false;
        reader.object(|reader, name| {
            match name {
                "effort" => self.effort = reader.optional(Reader::string)?,
                "summary" | "generate_summary" => {
                    self.summary |= reader.optional(Reader::string)?.is_some();
                }
                _ => unknown |= reader.optional(Reader::skip)?.is_some(),
            }
            Ok(())
        })?;
        if unknown { whole.extra("reasoning", extra) } else { Ok(()) }
    }

    pub(super) fn update(&mut self, effort: Option<ByteString>) {
        self.effort = effort.or(self.effort.take());
    }

    pub(super) fn reasoning(self) -> Option<Reasoning> {
        let effort = self.effort.map(|effort| effort.to_string());
        (effort.is_some() || self.summary).then_some(Reasoning {
            effort,
            budget_tokens: None,
            visible: self.summary,
        })
    }
}

impl Format {
    pub(super) fn text(&mut self, reader: &mut Reader<'_>, extra: &mut Vec<Field>) -> Read<()> {
        reader.object(|reader, name| {
            match name {
                "format" => {
                    let whole = reader.clone();
                    if let Some(form) = reader.optional(form)? {
                        self.any_json = match form {
                            Form::AnyJson => Some(whole.clone().raw()?),
                            Form::Free | Form::Schema(_) => None,
                        };
                        self.schema = form.schema();
                    }
                }
                // `verbosity` means the same in Chat Completions, where it stands alone.
                name => self::extra(reader, name, extra)?,
            }
            Ok(())
        })
    }

    pub(super) fn update(&mut self, format: Option<Option<OutputSchema>>) {
        if let Some(schema) = format {
            self.schema = schema;
            self.any_json = None;
        }
    }

    /// The answer's schema. JSON of any shape has no name in the vocabulary: it is asked for as
    /// Chat Completions does.
    pub(super) fn schema(self, extra: &mut Vec<Field>) -> Option<OutputSchema> {
        if let Some(value) = self.any_json {
            extra.push(Field { name: "response_format".to_owned(), value });
        }
        self.schema
    }
}

/// `text.format`.
pub(super) enum Form {
    Free,
    AnyJson,
    Schema(OutputSchema),
}

impl Form {
    pub(super) fn schema(self) -> Option<OutputSchema> {
        match self {
            Self::Schema(schema) => Some(schema),
            Self::Free | Self::AnyJson => None,
        }
    }
}

pub(super) fn form(reader: &mut Reader<'_>) -> Read<Form> {
    let mut kind = None;
    let mut schema = None;
    let mut title = None;
    let mut strict = None;
    reader.object(|reader, name| {
        match name {
            "type" => kind = Some(reader.string()?),
            "schema" => schema = Some(reader.raw_object()?),
            "name" => title = reader.optional(Reader::string)?,
            "strict" => strict = reader.optional(Reader::boolean)?,
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    match kind.as_deref() {
        None => Err(Fault::missing("type")),
        Some("text") => Ok(Form::Free),
        Some("json_object") => Ok(Form::AnyJson),
        Some("json_schema") => {
            let schema = schema.ok_or_else(|| Fault::missing("schema"))?;
            let name = title.map(|title| title.to_string());
            Ok(Form::Schema(OutputSchema { name, schema, strict: strict.unwrap_or_default() }))
        }
        Some(other) => {
            let message =
                format!("Input should be 'text', 'json_schema' or 'json_object', not {other:?}");
            Err(Fault::new(message).under("type"))
        }
    }
}

/// `include`: what is always told is not asked for again.
pub(super) fn include(reader: &mut Reader<'_>, extra: &mut Vec<Field>) -> Read<()> {
    let mut whole = reader.clone();
    let mut unknown = false;
    reader.array(|reader| {
        let wanted = reader.string()?;
        unknown |=
            !matches!(&*wanted, "reasoning.encrypted_content" | "web_search_call.action.sources");
        Ok(())
    })?;
    if unknown { whole.extra("include", extra) } else { Ok(()) }
}

/// Whose request it is, by `safety_identifier` or by `user`, which it replaces.
pub(super) fn user(
    (safety_identifier, user): (Option<ByteString>, Option<ByteString>),
    extra: &mut Vec<Field>,
) -> Option<ByteString> {
    if let (Some(_), Some(user)) = (&safety_identifier, &user) {
        let mut value = bytes::BytesMut::new();
        crate::json::write::string(&mut value, user);
        let value = String::from_utf8_lossy(&value).into_owned();
        extra.push(Field { name: "user".to_owned(), value: Json::from_checked(value.into()) });
    }
    safety_identifier.or(user)
}

/// A member without a name in the vocabulary; `null` is as good as nothing.
pub(super) fn extra(reader: &mut Reader<'_>, name: &str, extra: &mut Vec<Field>) -> Read<()> {
    match reader.kind()? {
        Kind::Null => reader.skip(),
        _ => reader.extra(name, extra),
    }
}
