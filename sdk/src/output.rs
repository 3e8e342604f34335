//! The form of the answer that a client asks for.
//!
//! The contract names a schema. JSON of any shape is among the further members, as clients of Chat
//! Completions ask for it: `response_format: {"type": "json_object"}`,
//! <https://platform.openai.com/docs/guides/structured-outputs#json-mode>, as of 2026-11-21.

use serde_json::Value;

use crate::extra::passes;
use crate::history::{Piece, Turn};
use crate::notes::Notes;
use crate::types::{Field, OutputSchema, Request};

/// The member that asks for JSON.
const MEMBER: &str = "response_format";

/// What an answer must be.
#[derive(Clone, Copy, Debug)]
pub enum Form<'r> {
    /// Any text.
    Free,
    /// A JSON object: the member that asks for it, as the client wrote it.
    Json(&'r str),
    /// JSON of a schema.
    Schema(&'r OutputSchema),
}

impl<'r> Form<'r> {
    /// The form that a request asks for.
    pub fn of(request: &'r Request) -> Self {
        let json = || request.extra.iter().find(|field| is_form(request, field));
        match &request.output_schema {
            Some(schema) => Self::Schema(schema),
            None => json().map_or(Self::Free, |field| Self::Json(&field.value)),
        }
    }

    /// Words that ask for it, where a provider has no setting; they are noted as such.
    pub fn instruction(&self, notes: &mut Notes) -> Option<String> {
        match self {
            Self::Free => None,
            Self::Json(_) => {
                notes.moved(MEMBER, "the instructions ask for JSON");
                Some("Give your answer as one JSON object, and nothing else.".into())
            }
            Self::Schema(output) => {
                notes.moved("output_schema", "the schema was put into the instructions");
                let words =
                    "Give your answer as one JSON object of this JSON Schema, and nothing else:";
                Some(format!("{words}\n{}", output.schema))
            }
        }
    }

    /// Adds [such words](Self::instruction) to the end of the instructions.
    pub fn instruct(&self, turns: &mut Vec<Turn<'_>>, notes: &mut Notes) {
        let Some(text) = self.instruction(notes) else { return };
        let piece = Piece::new(text, None);
        match turns.first_mut() {
            Some(Turn::System(pieces, _)) => pieces.push(piece),
            _ => turns.insert(0, Turn::system(vec![piece])),
        }
    }
}

/// Whether a member asks for JSON of any shape.
pub(crate) fn is_form(request: &Request, field: &Field) -> bool {
    passes(request, &[MEMBER], &field.name)
        && serde_json::from_str::<Value>(&field.value)
            .is_ok_and(|format| format.get("type").is_some_and(|kind| kind == "json_object"))
}
