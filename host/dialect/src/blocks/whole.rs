//! Complete blocks that a plugin gives in Anthropic's shape.
//!
//! Rule: a block of a type that is told in pieces elsewhere takes the same way as those, so that it
//! keeps the same grammar; any other is an object with a `type`, or is left out.

use clasp_model::{ByteString, Json};

use crate::json::read::{Kind, Read, Reader};

pub(super) enum Whole {
    Text {
        text: String,
        citations: Vec<Json>,
    },
    Thinking {
        text: String,
        state: String,
    },
    Redacted(String),
    Call {
        id: Option<String>,
        name: String,
        arguments: String,
    },
    Other(Json),
    /// Nothing is in it, or it is no block.
    Nothing,
}

/// The members of all of these types.
#[derive(Default)]
struct Members {
    text: Option<ByteString>,
    citations: Vec<Json>,
    thinking: Option<ByteString>,
    signature: Option<ByteString>,
    data: Option<ByteString>,
    id: Option<ByteString>,
    name: Option<ByteString>,
    input: Option<Json>,
}

impl Whole {
    pub(super) fn read(block: Json) -> Self {
        let mut reader = Reader::new(block.text());
        let kind = match reader.peek("type") {
            Ok(Some(kind)) if !kind.is_empty() => kind,
            _ => return Self::Nothing,
        };
        let told_in_pieces =
            matches!(&*kind, "text" | "thinking" | "redacted_thinking" | "tool_use");
        let is_call = matches!(&*kind, "server_tool_use" | "mcp_tool_use");
        if !told_in_pieces && !is_call {
            return match reader.skip().and_then(|()| reader.end()) {
                Ok(()) => Self::Other(block),
                Err(_) => Self::Nothing,
            };
        }
        let Ok(members) = Members::read(&mut reader) else { return Self::Nothing };
        if is_call {
            return if members.is_call() { Self::Other(block) } else { Self::Nothing };
        }
        let string = |text: Option<ByteString>| text.unwrap_or_default().to_string();
        match &*kind {
            "text" => {
                let text = string(members.text);
                if text.is_empty() {
                    return Self::Nothing;
                }
                Self::Text { text, citations: members.citations }
            }
            "thinking" => {
                let (text, state) = (string(members.thinking), string(members.signature));
                if text.is_empty() && state.is_empty() {
                    return Self::Nothing;
                }
                Self::Thinking { text, state }
            }
            "redacted_thinking" => Self::Redacted(string(members.data)),
            _ => Self::Call {
                id: members.id.map(|id| id.to_string()).filter(|id| !id.is_empty()),
                name: match members.name {
                    Some(name) if !name.is_empty() => name.to_string(),
                    _ => return Self::Nothing,
                },
                arguments: members.input.map_or_else(|| "{}".into(), |json| json.as_str().into()),
            },
        }
    }
}

impl Members {
    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        let mut members = Self::default();
        reader.object(|reader, name| {
            match name {
                "text" => members.text = Some(reader.string()?),
                "citations" if reader.kind()? == Kind::Array => {
                    reader.array(|reader| {
                        members.citations.push(reader.raw()?);
                        Ok(())
                    })?;
                }
                "thinking" => members.thinking = Some(reader.string()?),
                "signature" => members.signature = reader.optional(Reader::string)?,
                "data" => members.data = Some(reader.string()?),
                "id" => members.id = Some(reader.string()?),
                "name" => members.name = Some(reader.string()?),
                "input" => members.input = Some(reader.raw_object()?),
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        reader.end()?;
        Ok(members)
    }

    fn is_call(&self) -> bool {
        let told = |text: &Option<ByteString>| text.as_ref().is_some_and(|text| !text.is_empty());
        told(&self.id) && told(&self.name) && self.input.is_some()
    }
}

pub(super) fn is_object(json: &Json) -> bool {
    let mut reader = Reader::new(json.text());
    reader.raw_object().and_then(|_| reader.end()).is_ok()
}
