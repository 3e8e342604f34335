//! What has happened since the marker, and which scene is next.

use serde_json::Value;

use super::Marker;
use super::scenes::Scene;
use crate::support::upstream::talk::{Item, Kind, Talk};

/// What the conversation after the marker holds.
#[derive(Default)]
pub(super) struct Story {
    calls: Vec<(String, Value)>,
    results: Vec<String>,
    pictures: usize,
}

/// The last marker, and what came after it.
pub(super) fn read(talk: &Talk) -> Option<(Marker, Story)> {
    let marker = |item: &Item| match item {
        Item::User(text) => Marker::parse(text),
        _ => None,
    };
    let mut items = talk.items.iter().enumerate().rev();
    let (at, marker) = items.find_map(|(at, item)| Some((at, marker(item)?)))?;
    let mut story = Story::default();
    for item in &talk.items[at + 1..] {
        match item {
            Item::User(_) => {}
            Item::Picture => story.pictures += 1,
            Item::Result(text) => story.results.push(text.clone()),
            Item::Said(part) => {
                if let Kind::Call { name, arguments, .. } = &part.kind {
                    story.calls.push((name.clone(), arguments.clone()));
                }
            }
        }
    }
    Some((marker, story))
}

/// Which scene is next, and what is wrong with the story so far.
pub(super) fn follow(scenes: &[Scene], story: &Story, tools: &[String]) -> (usize, Vec<String>) {
    let mut faults = Vec::new();
    let mut used = 0;
    let mut index = 0;
    while index + 1 < scenes.len() {
        let count = scenes[index].calls.len();
        if count == 0 || used + count > story.results.len() {
            break;
        }
        for ((name, arguments), (told_name, told)) in
            scenes[index].calls.iter().zip(story.calls.iter().skip(used))
        {
            // A client may add its own defaults to what it replays, and change nothing.
            let kept = arguments
                .as_object()
                .into_iter()
                .flatten()
                .all(|(member, value)| told[member] == *value);
            if told_name != name || !kept {
                faults.push(format!("scene {index}: {name} {arguments} came back as {told}"));
            }
        }
        let results = story.results[used..used + count].join("\n");
        index += 1;
        used += count;
        for expected in &scenes[index].expects {
            if !results.contains(expected.as_str()) {
                faults.push(format!("scene {index}: {expected:?} is not in {results:?}"));
            }
        }
    }
    if used < story.results.len() && index + 1 < scenes.len() {
        faults.push(format!("scene {index}: only some results came back"));
    }
    if scenes[index].expects_picture && story.pictures == 0 {
        faults.push(format!("scene {index}: the picture did not come"));
    }
    for (name, _) in &scenes[index].calls {
        if !tools.iter().any(|tool| tool == name) {
            faults.push(format!("scene {index}: the tool {name} is not offered"));
        }
    }
    (index, faults)
}
