//! The items of an answer: each is begun, filled and ended by events, or told as a whole.

use super::Answer;
use crate::lenient::Raw;
use crate::responses::event::{Annotation, Event as Told, Item, Part};
use crate::responses::item::{Kind, Open};
use crate::responses::keep::Kept;
use crate::responses::search;
use crate::types::Event;

impl Answer {
    pub(super) fn open(&mut self, event: &Told<'_>, item: &Item<'_>, events: &mut Vec<Event>) {
        let kind = Kind::of(&item.kind.0);
        let mut open = Open::new(kind, event.output_index.0, &item.id.0, self.items.len());
        self.announce(&mut open, item, events);
        self.items.push(open);
    }

    /// What is told of an item before its content.
    fn announce(&self, open: &mut Open, item: &Item<'_>, events: &mut Vec<Event>) {
        match open.kind {
            Kind::Call | Kind::Custom => {
                open.name(item, self.state.names.restore(&item.name.0), events);
            }
            Kind::Message => {
                if let Some(phase) = item.phase.as_option() {
                    let at = self.host.clone();
                    let kept = Kept { at, phase: Some(phase.into()), ..Kept::default() };
                    events.push(Event::RedactedThinking(kept.write()));
                }
            }
            Kind::Reasoning | Kind::Other => {}
        }
    }

    /// An item as a whole: what was not told of it.
    pub(super) fn item(&mut self, index: Option<u64>, raw: Raw<'_>, events: &mut Vec<Event>) {
        let Some(item) = document(raw) else { return };
        let kind = Kind::of(&item.kind.0);
        let known = self.position(index, &item.id.0);
        let known = known.and_then(|slot| Some((slot, self.items.get(slot)?)));
        let slot = match known {
            Some((_, open)) if open.done && open.kind == kind && open.id == item.id.0 => return,
            Some((slot, open)) if !open.done && open.kind == kind => slot,
            _ => {
                let mut open = Open::new(kind, index, &item.id.0, self.items.len());
                self.announce(&mut open, &item, events);
                self.items.push(open);
                self.items.len() - 1
            }
        };
        let apart = self.thinking;
        let last = slot + 1 == self.items.len();
        let Some(open) = self.items.get_mut(slot) else { return };
        match kind {
            Kind::Message => {
                // By their order: some servers number parts otherwise in a stream.
                let told = open.told.len();
                for (part, content) in item.content.0.iter().enumerate() {
                    self.refused |= content.kind.0 == "refusal";
                    if part >= told {
                        tell_part(content, events);
                    } else if !open.cited {
                        let citations = content.annotations.0.iter().filter_map(search::citation);
                        events.extend(citations.map(Event::Citation));
                    }
                }
            }
            Kind::Reasoning => {
                open.close_reasoning(&item, apart, events);
                // State belongs to what was told just before it.
                if last {
                    open.keep_reasoning(&item, &self.host, events);
                }
            }
            Kind::Call => {
                open.name(&item, self.state.names.restore(&item.name.0), events);
                open.argued(&item.arguments.text(), events);
            }
            Kind::Custom => {
                open.name(&item, self.state.names.restore(&item.name.0), events);
                open.argued(&item.input.0, events);
                open.close_call(events);
            }
            Kind::Other => self.hosted(&item, raw, events),
        }
        if let Some(open) = self.items.get_mut(slot) {
            open.done = true;
        }
    }

    /// An item of the provider's own work. Those that it was asked for go back to it whole.
    fn hosted(&self, item: &Item<'_>, raw: Raw<'_>, events: &mut Vec<Event>) {
        let search = self.state.search.as_deref().filter(|_| item.kind.0 == "web_search_call");
        if search.is_some() || item.kind.0 == "compaction" {
            let kept = Kept {
                at: self.host.clone(),
                item: raw.0.map(|raw| raw.get().to_owned()),
                ..Kept::default()
            };
            events.push(Event::RedactedThinking(kept.write()));
        }
        if let Some(name) = search {
            events.extend(search::blocks(item, name).into_iter().map(Event::Block));
        }
    }

    /// The item that an event belongs to; begun if its beginning was not told.
    pub(super) fn find(&mut self, event: &Told<'_>, kind: Kind) -> usize {
        let known = self.position(event.output_index.0, &event.item_id.0);
        let known = known.filter(|slot| {
            self.items.get(*slot).is_some_and(|open| open.kind == kind && !open.done)
        });
        known.unwrap_or_else(|| {
            let slot = self.items.len();
            self.items.push(Open::new(kind, event.output_index.0, &event.item_id.0, slot));
            slot
        })
    }

    fn position(&self, index: Option<u64>, id: &str) -> Option<usize> {
        if index.is_some() {
            return self.items.iter().rposition(|open| open.index == index);
        }
        let named = self.items.iter().rposition(|open| !id.is_empty() && open.id == id);
        named.or_else(|| self.items.len().checked_sub(1).filter(|_| id.is_empty()))
    }

    pub(super) fn text(
        &mut self,
        event: &Told<'_>,
        part: u64,
        whole: &str,
        events: &mut Vec<Event>,
    ) {
        let slot = self.find(event, Kind::Message);
        let Some(open) = self.items.get_mut(slot) else { return };
        if !whole.is_empty() && open.told.insert(part) {
            events.push(Event::Text(whole.to_owned()));
        }
    }

    pub(super) fn think(
        &mut self,
        event: &Told<'_>,
        raw: bool,
        part: Option<u64>,
        text: &str,
        events: &mut Vec<Event>,
    ) {
        let apart = self.thinking;
        let slot = self.find(event, Kind::Reasoning);
        if let Some(open) = self.items.get_mut(slot) {
            open.think(raw, part.unwrap_or(0), text, apart, events);
        }
    }

    pub(super) fn thought(
        &mut self,
        event: &Told<'_>,
        raw: bool,
        part: Option<u64>,
        events: &mut Vec<Event>,
    ) {
        let apart = self.thinking;
        let slot = self.find(event, Kind::Reasoning);
        if let Some(open) = self.items.get_mut(slot) {
            open.thought(raw, part.unwrap_or(0), &event.text.0, apart, events);
        }
    }

    pub(super) fn call(
        &mut self,
        event: &Told<'_>,
        kind: Kind,
        then: impl FnOnce(&mut Open, &mut Vec<Event>),
        events: &mut Vec<Event>,
    ) {
        let slot = self.find(event, kind);
        if let Some(open) = self.items.get_mut(slot) {
            then(open, events);
        }
    }
}

/// An item's document.
pub(super) fn document(raw: Raw<'_>) -> Option<Item<'_>> {
    serde_json::from_str(raw.get()?).ok()
}

/// A part of a message, its citations where they stand.
fn tell_part(part: &Part<'_>, events: &mut Vec<Event>) {
    let mut rest = part.text.as_option().unwrap_or(&part.refusal.0);
    let mut at = 0;
    for annotation in &part.annotations.0 {
        let Some(citation) = search::citation(annotation) else { continue };
        let (before, after) = rest.split_at(place(annotation, at, rest));
        at += before.chars().count() as u64;
        rest = after;
        if !before.is_empty() {
            events.push(Event::Text(before.to_owned()));
        }
        events.push(Event::Citation(citation));
    }
    if !rest.is_empty() {
        events.push(Event::Text(rest.to_owned()));
    }
}

/// The bytes of `rest`, which begins at character `at`, before an annotation's end.
fn place(annotation: &Annotation<'_>, at: u64, rest: &str) -> usize {
    let end = annotation.end_index.0.unwrap_or(0).saturating_sub(at);
    let end = usize::try_from(end).unwrap_or(usize::MAX);
    rest.char_indices().nth(end).map_or(rest.len(), |(at, _)| at)
}
