//! Reads a Converse answer: the frames of a stream, or one whole document (rules A4–A9).
//!
//! `messageStop` makes a stream whole; token counts follow it in `metadata`.

use clasp_plugin::lenient::Text;
use clasp_plugin::messages::thought;
use clasp_plugin::{
    Event, Exchange, Failure, Field, FinishReason, Frame, HttpResponse, ToolCallDelta, Usage,
    failure,
};
use serde_json::{Value, json};

use crate::error;
use crate::event::{Block, Citation, Document, ToolUse};
use crate::request::State;

/// Reads one answer.
#[derive(Debug)]
pub struct Answer {
    state: State,
    /// Blocks of the stream that are open.
    open: Vec<(u64, Open)>,
    calls: u32,
    /// The newest block is a text.
    after_text: bool,
    finished: bool,
    failed: bool,
}

#[derive(Debug, Default)]
struct Open {
    /// A call of ours; `None` for one that the service answers itself.
    call: Option<u32>,
    hosted: bool,
    arguments: bool,
    thought: bool,
    signature: String,
    redacted: String,
}

impl Answer {
    /// A reader for the answer to a request of this plugin's.
    pub(crate) fn new(state: State) -> Self {
        Self {
            state,
            open: Vec::new(),
            calls: 0,
            after_text: false,
            finished: false,
            failed: false,
        }
    }

    fn frame(&mut self, name: &str, document: &Document<'_>, events: &mut Vec<Event>) {
        let index = document.index.0.unwrap_or(0);
        match name {
            "contentBlockStart" => {
                let mut open = Open::default();
                if let Some(start) = &document.start.0 {
                    open.hosted = start.tool_result.json().is_some();
                    if let Some(call) = &start.tool_use.0 {
                        open.hosted = call.kind.0 == "server_tool_use";
                        if !open.hosted {
                            open.call = Some(self.call(call, events));
                        }
                    }
                }
                self.open.push((index, open));
            }
            "contentBlockDelta" => self.delta(index, document, events),
            "contentBlockStop" => self.stop(index, events),
            "messageStop" => {
                extra("additionalModelResponseFields", document.additional.json(), events);
                self.finish(&document.stop_reason, events);
            }
            "metadata" => {
                usage(document, events);
                extra("trace", document.trace.json(), events);
            }
            // `messageStart`, and events of later days.
            _ => {}
        }
    }

    fn delta(&mut self, index: u64, document: &Document<'_>, events: &mut Vec<Event>) {
        let Some(delta) = &document.delta.0 else { return };
        let at = self.open.iter().position(|(known, _)| *known == index).unwrap_or_else(|| {
            self.open.push((index, Open::default()));
            self.open.len() - 1
        });
        let Some((_, open)) = self.open.get_mut(at) else { return };
        if open.hosted {
            return;
        }
        if let Some(text) = delta.text.as_option() {
            self.after_text = true;
            events.push(Event::Text(text.to_owned()));
        }
        if let Some(reasoning) = &delta.reasoning.0 {
            if let Some(text) = reasoning.text.as_option() {
                open.thought = true;
                events.push(Event::Thinking(text.to_owned()));
            }
            open.signature.push_str(&reasoning.signature.0);
            open.redacted.push_str(&reasoning.redacted.0);
        }
        if let (Some(call), Some(slot)) = (&delta.tool_use.0, open.call) {
            let arguments = call.input.text().into_owned();
            if !arguments.is_empty() {
                open.arguments = true;
                push_arguments(slot, arguments, events);
            }
        }
        if let Some(json) = delta.citation.json()
            && let Ok(citation) = serde_json::from_str::<Citation<'_>>(json)
        {
            events.push(Event::Citation(cited(&citation)));
        }
    }

    fn stop(&mut self, index: u64, events: &mut Vec<Event>) {
        let Some(at) = self.open.iter().position(|(known, _)| *known == index) else { return };
        let (_, open) = self.open.remove(at);
        if let Some(slot) = open.call.filter(|_| !open.arguments) {
            push_arguments(slot, "{}".into(), events);
        }
        self.think(open.thought, open.signature, open.redacted, events);
    }

    /// What came of thinking besides its text.
    fn think(&mut self, seen: bool, signature: String, redacted: String, events: &mut Vec<Event>) {
        if !signature.is_empty() {
            events.push(thought(seen, self.after_text, signature));
            self.after_text = false;
        }
        if !redacted.is_empty() {
            events.push(Event::RedactedThinking(redacted));
            self.after_text = false;
        }
    }

    fn call(&mut self, call: &ToolUse<'_>, events: &mut Vec<Event>) -> u32 {
        let slot = self.calls;
        self.calls += 1;
        self.after_text = false;
        let name = call.name.as_option().map(|name| self.state.names.restore(name).to_owned());
        let id = call.id.as_option().map(str::to_owned);
        events.push(Event::ToolCall(ToolCallDelta { slot, id, name, ..ToolCallDelta::default() }));
        slot
    }

    fn whole(&mut self, document: &Document<'_>, events: &mut Vec<Event>) {
        let message = document.output.0.as_ref().and_then(|output| output.message.0.as_ref());
        let blocks = message.map_or(&[][..], |message| &message.content.0);
        let answered = |id: &str| {
            blocks.iter().any(|block| block.tool_result.0.as_ref().is_some_and(|r| r.id.0 == id))
        };
        for block in blocks {
            match &block.tool_use.0 {
                Some(call) if call.kind.0 == "server_tool_use" || answered(&call.id.0) => {}
                _ => self.block(block, events),
            }
        }
        extra("additionalModelResponseFields", document.additional.json(), events);
        usage(document, events);
        extra("trace", document.trace.json(), events);
        self.finish(&document.stop_reason, events);
    }

    fn block(&mut self, block: &Block<'_>, events: &mut Vec<Event>) {
        if let Some(text) = block.text.as_option() {
            self.after_text = true;
            events.push(Event::Text(text.to_owned()));
        }
        if let Some(call) = &block.tool_use.0 {
            let slot = self.call(call, events);
            let input = call.input.json().unwrap_or("{}");
            push_arguments(slot, input.to_owned(), events);
        }
        if let Some(reasoning) = &block.reasoning.0 {
            let inner = reasoning.whole.0.as_ref();
            let text = inner.map_or(&reasoning.text, |inner| &inner.text);
            let signature = inner.map_or(&reasoning.signature, |inner| &inner.signature);
            if let Some(text) = text.as_option() {
                events.push(Event::Thinking(text.to_owned()));
            }
            let (signature, redacted) = (&signature.0, &reasoning.redacted.0);
            let seen = text.as_option().is_some();
            self.think(seen, signature.to_string(), redacted.to_string(), events);
        }
        if let Some(part) = &block.citations.0 {
            let text: String = part.content.0.iter().map(|piece| &*piece.text.0).collect();
            let cited: Vec<Value> = part
                .citations
                .0
                .iter()
                .filter_map(|citation| serde_json::from_str(&cited(citation)).ok())
                .collect();
            self.after_text = true;
            let block = json!({ "type": "text", "text": text, "citations": cited });
            events.push(Event::Block(block.to_string()));
        }
    }

    fn finish(&mut self, reason: &Text<'_>, events: &mut Vec<Event>) {
        if self.finished {
            return;
        }
        self.finished = true;
        let open: Vec<u64> = self.open.iter().map(|(index, _)| *index).collect();
        open.into_iter().for_each(|index| self.stop(index, events));
        events.push(Event::Finished(match &*reason.0 {
            "end_turn" | "" => FinishReason::EndTurn,
            "max_tokens" => FinishReason::MaxTokens,
            "stop_sequence" => FinishReason::StopSequence(None),
            "tool_use" => FinishReason::ToolCalls,
            "guardrail_intervened" | "content_filtered" | "refusal" => FinishReason::Refusal,
            "model_context_window_exceeded" => FinishReason::ContextFull,
            "pause_turn" => FinishReason::Pause,
            other => FinishReason::Other(other.to_owned()),
        }));
    }

    /// What comes after the end of an answer does not take it back.
    fn fail(&mut self, failure: Failure, events: &mut Vec<Event>) {
        if !self.finished && !self.failed {
            self.failed = true;
            events.push(Event::Failed(failure));
        }
    }
}

impl Exchange for Answer {
    fn feed(&mut self, frame: &Frame, events: &mut Vec<Event>) {
        let data = frame.data.trim();
        if self.failed {
            return;
        }
        let name = frame.name.as_deref();
        if let Some(class) = name.filter(|name| error::is_exception(name)) {
            return self.fail(error::from_frame(class, data), events);
        }
        if data.is_empty() {
            return;
        }
        match (serde_json::from_str::<Document<'_>>(data), name) {
            (Ok(document), Some(name)) => self.frame(name, &document, events),
            (Ok(document), None) if document.output.0.is_some() => self.whole(&document, events),
            (Ok(document), None) if document.stop_reason.as_option().is_some() => {
                self.whole(&document, events);
            }
            (Ok(_), None) => self.fail(error::from_frame("", data), events),
            (Err(error), _) => {
                let what = format!("the answer is not JSON: {error}");
                self.fail(failure::protocol(what), events);
            }
        }
    }

    fn end(&mut self, events: &mut Vec<Event>) {
        self.fail(failure::protocol("the answer ended before its end marker"), events);
    }

    fn reject(&mut self, response: &HttpResponse) -> Failure {
        error::from_response(response)
    }
}

/// All of the prompt's tokens are the fresh ones and both kinds of cached.
fn usage(document: &Document<'_>, events: &mut Vec<Event>) {
    let Some(usage) = &document.usage.0 else { return };
    let cached = usage.cache_read.0.unwrap_or(0).saturating_add(usage.cache_write.0.unwrap_or(0));
    events.push(Event::Usage(Usage {
        input: usage.input.0.map(|input| input.saturating_add(cached)),
        cache_read: usage.cache_read.0,
        cache_write: usage.cache_write.0,
        output: usage.output.0,
        reasoning: None,
    }));
}

/// A citation in Anthropic's shape, as far as the two agree.
fn cited(citation: &Citation<'_>) -> String {
    let text: String = citation.content.0.iter().map(|piece| &*piece.text.0).collect();
    let location: Value = citation
        .location
        .json()
        .and_then(|json| serde_json::from_str(json).ok())
        .unwrap_or_default();
    let (kind, place) = location
        .as_object()
        .and_then(|members| members.iter().next())
        .map_or(("", Value::Null), |(kind, place)| (kind.as_str(), place.clone()));
    let at = |name: &str| place.get(name).cloned().unwrap_or_default();
    let (title, source) = (&*citation.title.0, &*citation.source.0);
    let cited = match kind {
        "documentChar" => json!({
            "type": "char_location", "cited_text": text, "document_title": title,
            "document_index": at("documentIndex"),
            "start_char_index": at("start"), "end_char_index": at("end"),
        }),
        "documentPage" => json!({
            "type": "page_location", "cited_text": text, "document_title": title,
            "document_index": at("documentIndex"),
            "start_page_number": at("start"), "end_page_number": at("end"),
        }),
        "documentChunk" => json!({
            "type": "content_block_location", "cited_text": text, "document_title": title,
            "document_index": at("documentIndex"),
            "start_block_index": at("start"), "end_block_index": at("end"),
        }),
        "web" => json!({
            "type": "web_search_result_location", "cited_text": text, "title": title,
            "url": at("url"), "encrypted_index": "",
        }),
        _ => json!({
            "type": "search_result_location", "cited_text": text, "title": title, "source": source,
            "search_result_index": at("searchResultIndex"),
            "start_block_index": at("start"), "end_block_index": at("end"),
        }),
    };
    cited.to_string()
}

fn push_arguments(slot: u32, arguments: String, events: &mut Vec<Event>) {
    events.push(Event::ToolCall(ToolCallDelta { slot, arguments, ..ToolCallDelta::default() }));
}

/// A member of an answer without a name in the contract.
fn extra(name: &str, value: Option<&str>, events: &mut Vec<Event>) {
    if let Some(value) = value {
        events.push(Event::Extra(Field { name: name.into(), value: value.into() }));
    }
}
