//! What a request asks for besides its content: thinking, the form of the answer, whose it is.

use clasp_model::{ByteString, Field, OutputSchema, Reasoning, Request};
use sha2::{Digest, Sha256};

use crate::json::read::{Fault, Kind, Read, Reader};

/// `thinking`.
pub(super) enum Thinking {
    Disabled,
    On { budget_tokens: Option<u32>, visible: bool },
}

/// `output_config`, and the older `output_format`.
#[derive(Default)]
pub(super) struct OutputConfig {
    pub(super) effort: Option<ByteString>,
    pub(super) schema: Option<OutputSchema>,
}

impl Thinking {
    pub(super) fn read(reader: &mut Reader<'_>) -> Read<Self> {
        let mut kind = None;
        let mut budget_tokens = None;
        let mut visible = true;
        reader.object(|reader, name| {
            match name {
                "type" => kind = Some(reader.string()?),
                "budget_tokens" => budget_tokens = reader.optional(|r| r.integer(1))?,
                "display" => {
                    visible = reader.optional(Reader::string)?.is_none_or(|how| how != "omitted");
                }
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        match kind.as_deref() {
            Some("disabled") => Ok(Self::Disabled),
            Some("enabled") if budget_tokens.is_none() => Err(Fault::missing("budget_tokens")),
            Some(_) => Ok(Self::On { budget_tokens, visible }),
            None => Err(Fault::missing("type")),
        }
    }
}

impl OutputConfig {
    /// Members that have no name here are kept in `extra`, together with the ones that have.
    pub(super) fn read(&mut self, reader: &mut Reader<'_>, extra: &mut Vec<Field>) -> Read<()> {
        let whole = reader.clone();
        let mut unknown = false;
        reader.object(|reader, name| {
            match name {
                "effort" => self.effort = reader.optional(Reader::string)?,
                "format" => {
                    if let Some(schema) = reader.optional(format)? {
                        self.schema = schema;
                    }
                }
                _ => {
                    unknown = true;
                    reader.skip()?;
                }
            }
            Ok(())
        })?;
        keep(unknown, whole, "output_config", extra)
    }
}

/// The schema of `output_config.format`; none for formats other than `json_schema`.
pub(super) fn format(reader: &mut Reader<'_>) -> Read<Option<OutputSchema>> {
    let mut kind = None;
    let mut schema = None;
    let mut title = None;
    reader.object(|reader, name| {
        match name {
            "type" => kind = Some(reader.string()?),
            "schema" => schema = Some(reader.raw_object()?),
            "name" => title = reader.optional(Reader::string)?,
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    match kind.as_deref() {
        None => Err(Fault::missing("type")),
        Some("json_schema") => {
            let schema = schema.ok_or_else(|| Fault::missing("schema"))?;
            let name = title.map(|title| title.to_string());
            Ok(Some(OutputSchema { name, schema, strict: true }))
        }
        Some(_) => Ok(None),
    }
}

/// How much to think, of the two members that say it.
pub(super) fn reasoning(
    thinking: Option<Thinking>,
    effort: Option<ByteString>,
) -> Option<Reasoning> {
    let effort = effort.map(|effort| effort.to_string());
    match thinking {
        Some(Thinking::Disabled) => {
            let effort = Some("none".to_owned());
            Some(Reasoning { effort, budget_tokens: None, visible: false })
        }
        Some(Thinking::On { budget_tokens, visible }) => {
            Some(Reasoning { effort, budget_tokens, visible })
        }
        None => effort.map(|effort| Reasoning { effort: Some(effort), ..Reasoning::default() }),
    }
}

pub(super) fn metadata(reader: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    let whole = reader.clone();
    let mut unknown = false;
    reader.object(|reader, name| {
        match name {
            "user_id" => request.user = reader.optional(Reader::string)?,
            _ => {
                unknown = true;
                reader.skip()?;
            }
        }
        Ok(())
    })?;
    request.session = request.user.as_ref().map(session);
    keep(unknown, whole, "metadata", &mut request.extra)
}

pub(super) fn texts(reader: &mut Reader<'_>) -> Read<Vec<ByteString>> {
    let mut texts = Vec::new();
    reader.array(|reader| {
        texts.push(reader.string()?);
        Ok(())
    })?;
    Ok(texts)
}

/// A short key that is the same for all requests of a session: of the session's id, where the user
/// id is a document that has one, else of the user id.
fn session(user: &ByteString) -> String {
    let id = session_id(user);
    let digest = Sha256::digest(id.as_deref().unwrap_or(user).as_bytes());
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn session_id(user: &ByteString) -> Option<ByteString> {
    let mut reader = Reader::new(user);
    if reader.kind().ok()? != Kind::Object {
        return None;
    }
    reader.peek("session_id").ok().flatten().filter(|id| !id.is_empty())
}

fn keep(unknown: bool, mut whole: Reader<'_>, name: &str, extra: &mut Vec<Field>) -> Read<()> {
    if unknown { whole.extra(name, extra) } else { Ok(()) }
}
