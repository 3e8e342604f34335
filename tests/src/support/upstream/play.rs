//! Plays for real clients: which answer comes is told by a marker in the user's text.
//!
//! `{{play NAME key=value …}}`. The scene is found by counting the tool results after the marker,
//! so a play needs no memory. Keys for every play: `fault` and `times` with an `id` of its own
//! (how often the fault comes), `scene` (where it comes; 0), `pieces` (characters a chunk),
//! `writes` (bytes a write), `dir` (the client's working directory), `number` (of its first answer,
//! which tells ids and state; else answers are counted). The answer has the form of the
//! API that was asked, with that provider's opaque state, which must come back.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use self::scenes::Scene;
use super::api::{self, Api, Style};
use super::state::{Ledger, Seal};
use super::talk::{Kind, Part, Talk};
use super::{Answer, Layout, Recorded};

mod fault;
mod scenes;
mod story;

/// Text that is easily damaged on the way.
pub const LETTERS: &str =
    "h\u{e9}llo \u{2713} \u{65e5}\u{672c}\u{8a9e} \u{1f980} \"quoted\" back\\slash\ttab\n</tag>\n";

/// What a provider says against a request that it does not like.
pub const REFUSED: &str = "the scripted request is refused";

/// What a provider says that has too much to do.
pub const BUSY: &str = "too many scripted requests at once";

/// What `a.txt` holds before the play `session`.
pub const BEFORE: &str = "first line\nold-word stands here\nlast line\n";

struct Marker {
    name: String,
    keys: BTreeMap<String, String>,
}

/// Chooses the answers; keeps only how often a fault has come, how many answers there were, and
/// the state that they held.
#[derive(Debug, Default)]
pub struct Stage {
    faults: Mutex<HashMap<String, usize>>,
    answers: AtomicUsize,
    ledger: Ledger,
}

impl Stage {
    /// The answer to a request, and what is wrong with the request.
    pub fn answer(&self, request: &Recorded) -> (Answer, Vec<String>) {
        let Some(api) = api::of(&request.path) else {
            return (Answer::text("aside"), vec![format!("nothing is played at {}", request.path)]);
        };
        let talk = api.read(&request.body);
        let (mut faults, lost) = self.ledger.check(api, request, &talk);
        if let Some(refusal) = lost.and_then(|lost| api.lost(&lost)) {
            return (refusal, faults);
        }
        let played = story::read(&talk).map(|(marker, story)| (marker.scenes(), marker, story));
        let played = played.filter(|(scenes, ..)| {
            !talk.tools.is_empty() || scenes.iter().all(|scene| scene.calls.is_empty())
        });
        let Some((scenes, marker, story)) = played else {
            let text = Part::new(Kind::Text(aside(&talk.schema)));
            return (api.answer(request, &[text], Style::default()), faults);
        };
        let (index, wrong) = story::follow(&scenes, &story, &talk.tools);
        faults.extend(wrong);
        let at = marker.number("scene").unwrap_or(0);
        let fault = marker.keys.get("fault").filter(|_| at == index && self.due(&marker));
        let number = match marker.number("number") {
            Some(first) => first + index,
            None => self.answers.fetch_add(1, Ordering::Relaxed),
        };
        let parts = self.parts(api, &talk, &scenes[index], number);
        let error = fault.filter(|fault| *fault == "error").map(|_| "The server had an error");
        let mut answer = api.answer(request, &parts, marker.style(number, error));
        if let Some(fault) = fault {
            answer = fault::of(fault, &marker, api, answer);
        }
        if let Some(bytes) = marker.number("writes") {
            answer = answer.in_writes_of(bytes);
        }
        (answer, faults)
    }

    /// By provider, with how many answers state was given, and how many of them came back with it.
    pub fn state(&self) -> Value {
        self.ledger.counts()
    }

    /// Forgets the state.
    pub fn reset(&self) {
        self.ledger.reset();
    }

    /// The pieces of a scene, with state.
    fn parts(&self, api: &dyn Api, talk: &Talk, scene: &Scene, number: usize) -> Vec<Part> {
        let mut parts = Vec::new();
        if !scene.thinking.is_empty() && talk.thinks {
            parts.push(Part::new(Kind::Thinking(scene.thinking.to_owned())));
        }
        if !scene.text.is_empty() {
            parts.push(Part::new(Kind::Text(scene.text.clone())));
        }
        parts.extend(scene.calls.iter().enumerate().map(|(index, (name, arguments))| {
            Part::new(Kind::Call {
                id: format!("call_{number:06}_{index}"),
                name: (*name).to_owned(),
                arguments: arguments.clone(),
            })
        }));
        api.sign(&mut parts, &mut Seal::new(api.name(), number));
        self.ledger.give(api.name(), &parts);
        parts
    }

    /// Whether the marker's fault comes this time.
    fn due(&self, marker: &Marker) -> bool {
        let id = marker.keys.get("id").cloned().unwrap_or_default();
        let mut faults = self.faults.lock().unwrap();
        let count = faults.entry(id).or_insert(0);
        *count += 1;
        *count <= marker.number("times").unwrap_or(1)
    }
}

impl Marker {
    fn parse(text: &str) -> Option<Self> {
        let start = text.rfind("{{play ")?;
        let inner = text[start..].strip_prefix("{{play ")?.split_once("}}")?.0;
        let mut words = inner.split_whitespace();
        let name = words.next()?.to_owned();
        let pairs = words.filter_map(|word| word.split_once('='));
        let keys = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Some(Self { name, keys })
    }

    fn number(&self, key: &str) -> Option<usize> {
        self.keys.get(key)?.parse().ok()
    }

    fn style(&self, number: usize, error: Option<&'static str>) -> Style {
        let layout = match self.keys.get("calls").map(String::as_str) {
            Some("interleaved") => Layout::Interleaved,
            Some("whole") => Layout::Whole,
            Some("same-index") => Layout::WholeSameIndex,
            _ => Layout::InTurn,
        };
        Style { number, pieces: self.number("pieces").unwrap_or(16), layout, error }
    }
}

/// A harmless answer to what a client asks beside its session: titles, summaries.
fn aside(schema: &Value) -> String {
    if !schema.is_object() {
        return "aside".to_owned();
    }
    let properties = schema["properties"].as_object().into_iter().flatten();
    let members = properties.map(|(name, schema)| {
        let value = match schema["type"].as_str() {
            Some("boolean") => json!(false),
            Some("integer" | "number") => json!(1),
            Some("array") => json!([]),
            Some("object") => json!({}),
            _ => schema["enum"].get(0).cloned().unwrap_or_else(|| json!("aside")),
        };
        (name.clone(), value)
    });
    Value::Object(members.collect()).to_string()
}
