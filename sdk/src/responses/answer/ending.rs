//! The end of an answer, as the provider tells it (rules A6, A8, A9).

use serde_json::value::RawValue;

use super::Answer;
use crate::failure;
use crate::lenient::Raw;
use crate::responses::error;
use crate::responses::event::{self, Response};
use crate::responses::item::{Kind, Open};
use crate::types::{Event, FailureKind, Field, FinishReason, Usage};

impl Answer {
    /// The provider said that the answer ended, by an event's word or by the answer's status.
    pub(super) fn end_with(
        &mut self,
        word: &str,
        response: &Response<'_>,
        events: &mut Vec<Event>,
    ) {
        self.start(response, events);
        let status = match &*response.status.0 {
            status if word == "done" => status,
            "incomplete" if word == "completed" => "incomplete",
            _ => word,
        };
        let failed = matches!(status, "failed" | "cancelled");
        let items = output(response.output);
        if failed || (response.error.get().is_some() && items.is_empty()) {
            let failure = match response.error.get() {
                Some(error) => error::from_json(&format!("{{\"error\":{error}}}")),
                None => {
                    let what = format!("the provider says that the answer is {status}");
                    failure::new(FailureKind::ProviderError, what)
                }
            };
            return self.fail(failure, events);
        }
        if matches!(status, "queued" | "in_progress") {
            let what = format!("the provider's answer is not there yet, it is {status}");
            return self.fail(failure::protocol(what), events);
        }
        self.complete(&items, events);
        if let Some(usage) = response.usage.0.as_ref().and_then(|usage| usage_of(usage)) {
            events.push(Event::Usage(usage));
        }
        if let Some(tier) = response.service_tier.as_option() {
            let value = serde_json::to_string(tier).unwrap_or_default();
            events.push(Event::Extra(Field { name: "service_tier".into(), value }));
        }
        let calls = self.items.iter().any(|open| matches!(open.kind, Kind::Call | Kind::Custom));
        let details = response.incomplete_details.0.as_ref();
        let reason = match (status, details.map(|details| &*details.reason.0)) {
            ("incomplete", Some("content_filter")) => FinishReason::Refusal,
            ("incomplete", Some("max_output_tokens" | "max_tokens" | "") | None) => {
                FinishReason::MaxTokens
            }
            ("incomplete", Some(reason)) => FinishReason::Other(reason.to_owned()),
            _ if self.refused => FinishReason::Refusal,
            _ if calls => FinishReason::ToolCalls,
            _ => FinishReason::EndTurn,
        };
        self.finished = true;
        events.push(Event::Finished(reason));
    }

    /// What the last document holds and no event told: all, or the ends of items that were begun.
    fn complete(&mut self, items: &[&RawValue], events: &mut Vec<Event>) {
        let told = !self.items.is_empty();
        for (index, raw) in (0..).zip(items) {
            let open = |open: &Open| open.index == Some(index) && !open.done;
            if !told || self.items.iter().any(open) {
                let from = events.len();
                self.item(Some(index), Raw(Some(raw)), events);
                let last = events.get(from..).and_then(<[Event]>::last);
                self.thinking =
                    matches!(last, Some(Event::Thinking(_))) || (self.thinking && last.is_none());
            }
        }
        self.items.iter_mut().for_each(|open| open.close_call(events));
    }
}

/// The items of an answer.
fn output(raw: Raw<'_>) -> Vec<&RawValue> {
    raw.get().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
}

fn usage_of(usage: &event::Usage<'_>) -> Option<Usage> {
    let input = usage.input_tokens_details.0.as_ref();
    let output = usage.output_tokens_details.0.as_ref();
    let some = |count: Option<u64>| count.filter(|count| *count > 0);
    let usage = Usage {
        input: usage.input_tokens.0,
        cache_read: some(input.and_then(|details| details.cached_tokens.0)),
        cache_write: some(input.and_then(|details| details.cache_write_tokens.0)),
        output: usage.output_tokens.0,
        reasoning: some(output.and_then(|details| details.reasoning_tokens.0)),
    };
    (usage.input.is_some() || usage.output.is_some()).then_some(usage)
}
