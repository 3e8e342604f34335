//! Whose opaque state is whose: this plugin serves two vendors' models, and neither takes the
//! other's (rule C10). Each state goes out with its maker's letter before it.

use std::borrow::Cow;

use clasp_plugin::{Event, Part, Request};

/// Who makes a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Maker {
    /// Google: Gemini.
    Google,
    /// Anthropic: Claude.
    Anthropic,
}

impl Maker {
    fn letter(self) -> char {
        match self {
            Self::Google => 'g',
            Self::Anthropic => 'a',
        }
    }

    /// Marks the state of events.
    pub(crate) fn mark(self, events: &mut [Event]) {
        for event in events {
            match event {
                Event::State(state) | Event::RedactedThinking(state) => {
                    state.insert(0, self.letter());
                }
                Event::ToolCall(delta) => {
                    if let Some(state) = &mut delta.state {
                        state.insert(0, self.letter());
                    }
                }
                _ => {}
            }
        }
    }

    /// The request with this maker's state alone, without the letters.
    pub(crate) fn own(self, request: &Request) -> Cow<'_, Request> {
        let parts = request.messages.iter().flat_map(|message| &message.parts);
        if parts.clone().all(|part| state(part).is_none()) {
            return Cow::Borrowed(request);
        }
        let mut request = request.clone();
        for part in request.messages.iter_mut().flat_map(|message| &mut message.parts) {
            let slot = match part {
                Part::Text(text) => &mut text.state,
                Part::Thinking(thinking) => &mut thinking.state,
                Part::ToolCall(call) => &mut call.state,
                _ => continue,
            };
            *slot =
                slot.take().and_then(|state| state.strip_prefix(self.letter()).map(str::to_owned));
        }
        Cow::Owned(request)
    }
}

fn state(part: &Part) -> Option<&str> {
    match part {
        Part::Text(text) => text.state.as_deref(),
        Part::Thinking(thinking) => thinking.state.as_deref(),
        Part::ToolCall(call) => call.state.as_deref(),
        Part::Media(_) | Part::ToolResult(_) | Part::Other(_) => None,
    }
}
