//! The arguments of a call, as the client gets them: text that should be a JSON object.
//!
//! Rule: what comes is passed on at once and as it is, also when it is cut (A7). Nothing and `null`
//! are the empty object.

use super::form::Shape;
use crate::arguments::is_object;
use crate::free_text::FreeText;

#[derive(Debug)]
pub(super) enum Call {
    Function(Arguments),
    Custom(FreeText),
}

/// What is left when a call ends.
#[derive(Debug)]
pub(super) struct CallEnd {
    /// Still to be passed on.
    pub(super) held: String,
    /// The provider said all of it.
    pub(super) whole: bool,
}

#[derive(Debug, Default)]
pub(super) struct Arguments {
    /// All that came.
    text: String,
    passing: bool,
}

impl Call {
    pub(super) fn new(shape: Shape) -> Self {
        match shape {
            Shape::Function | Shape::FunctionCall => Self::Function(Arguments::default()),
            Shape::Custom => Self::Custom(FreeText::default()),
        }
    }

    /// What can be passed on now.
    pub(super) fn push(&mut self, piece: &str) -> String {
        match self {
            Self::Function(arguments) => arguments.push(piece),
            Self::Custom(text) => text.push(piece),
        }
    }

    pub(super) fn end(self) -> CallEnd {
        match self {
            Self::Function(arguments) => arguments.end(),
            Self::Custom(mut text) => CallEnd { held: text.finish(), whole: !text.is_cut() },
        }
    }
}

impl Arguments {
    fn push(&mut self, piece: &str) -> String {
        self.text.push_str(piece);
        if self.passing {
            return piece.to_owned();
        }
        self.passing = !"null".starts_with(self.text.trim());
        if self.passing { self.text.clone() } else { String::new() }
    }

    fn end(self) -> CallEnd {
        if self.passing {
            let whole = !self.text.trim_start().starts_with('{') || is_object(&self.text.into());
            return CallEnd { held: String::new(), whole };
        }
        let held = match self.text.trim() {
            "" | "null" => "{}".to_owned(),
            _ => self.text,
        };
        CallEnd { held, whole: true }
    }
}
