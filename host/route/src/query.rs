//! What is asked of the router: a request, as far as it decides where it goes.

mod background;

use clasp_model::{Dialect, Media, MediaKind, MediaSource, Part, Reasoning, Request, ResultPart};

pub use self::background::background;

/// A request, as far as it decides where it goes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Query<'a> {
    /// As the client named it.
    pub model: &'a str,
    /// The client's dialect.
    pub dialect: Dialect,
    /// The client wants a stream.
    pub stream: bool,
    /// What a model must be able to do; nothing, where the request was not read.
    pub needs: Needs,
    /// Tokens of the input, counted or estimated. None: not known, since the request was not read.
    pub tokens: Option<u64>,
    /// The most tokens of output that the client asks for.
    pub output: Option<u32>,
    /// Names the conversation.
    pub session: Option<&'a str>,
    /// The client key's name.
    pub key: Option<&'a str>,
    /// Whose the client key is.
    pub project: Option<&'a str>,
    /// Whether the client does it by the way; see [`background`]. None: not known.
    pub background: Option<bool>,
    /// By chance, from 0 up to but without 1.
    pub random: f64,
}

/// What a request needs a model to be able to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// The client offers tools.
    pub tools: bool,
    /// There is an image, in the conversation or in a tool's result.
    pub images: bool,
    /// There is a document, other than one of plain text, which every model can read.
    pub documents: bool,
    /// There is sound.
    pub audio: bool,
    /// The client asks for thinking.
    pub thinking: bool,
    /// The answer is to have a schema.
    pub output_schema: bool,
}

impl Needs {
    /// What a request needs.
    pub fn of(request: &Request) -> Self {
        let mut needs = Self {
            tools: !request.tools.is_empty(),
            thinking: request.reasoning.as_ref().is_some_and(is_wanted),
            output_schema: request.output_schema.is_some(),
            ..Self::default()
        };
        for part in request.messages.iter().flat_map(|message| &message.parts) {
            match part {
                Part::Media(media) => needs.take(media),
                Part::ToolResult(result) => {
                    for part in &result.content {
                        if let ResultPart::Media(media) = part {
                            needs.take(media);
                        }
                    }
                }
                Part::Text(_) | Part::Thinking(_) | Part::ToolCall(_) | Part::Other(_) => {}
            }
        }
        needs
    }

    fn take(&mut self, media: &Media) {
        match media.kind {
            MediaKind::Image => self.images = true,
            MediaKind::Document => {
                self.documents |= !matches!(media.source, MediaSource::Text(_));
            }
            MediaKind::Audio => self.audio = true,
            // No provider says of its models whether they take it.
            MediaKind::Video => {}
        }
    }
}

fn is_wanted(reasoning: &Reasoning) -> bool {
    reasoning.effort.as_deref() != Some("none") && reasoning.budget_tokens != Some(0)
}
