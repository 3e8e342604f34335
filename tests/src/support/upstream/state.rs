//! The opaque state that a provider gave with its answers, and whether it comes back.

use std::sync::Mutex;

use serde_json::{Value, json};

use super::Recorded;
use super::api::{Api, stateful};
use super::talk::{Kind, Part, Talk};

/// Makes state that is told by the provider's name, and easily damaged on the way.
#[derive(Debug)]
pub(super) struct Seal {
    provider: &'static str,
    answer: usize,
    count: usize,
}

/// What was given with the answers so far.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    given: Mutex<Vec<Given>>,
}

#[derive(Debug)]
struct Given {
    provider: &'static str,
    parts: Vec<Part>,
    returned: bool,
}

/// An earlier answer that came back without its state, or with another.
#[derive(Debug)]
pub(super) struct Lost {
    /// State is missing; else it is not the one that was given.
    pub missing: bool,
    /// Which of the conversation's answers it is, from 0.
    pub step: usize,
    /// The user has said nothing since.
    pub current: bool,
    /// The answer as it was given.
    pub given: Vec<Part>,
}

impl Seal {
    /// For the answer of that number.
    pub fn new(provider: &'static str, answer: usize) -> Self {
        Self { provider, answer, count: 0 }
    }

    /// The next state: base64.
    pub fn next(&mut self) -> String {
        self.count += 1;
        let mut state = format!("{}{:06}+/{:02}", mark(self.provider), self.answer, self.count);
        while state.len() % 4 != 1 {
            state.push('z');
        }
        state + "A=="
    }

    /// The answer's number.
    pub fn answer(&self) -> usize {
        self.answer
    }
}

/// Whether a text holds state of that provider.
pub(super) fn is_of(provider: &str, text: &str) -> bool {
    text.contains(&mark(provider))
}

/// What begins each state of a provider.
fn mark(provider: &str) -> String {
    format!("{provider}State")
}

impl Ledger {
    /// Notes an answer.
    pub fn give(&self, provider: &'static str, parts: &[Part]) {
        if parts.iter().any(|part| !part.state.is_null()) {
            let given = Given { provider, parts: parts.to_vec(), returned: false };
            self.given.lock().unwrap().push(given);
        }
    }

    /// What is wrong with the state in a request, and the first answer that did not come back as
    /// it was given.
    pub fn check(
        &self,
        api: &dyn Api,
        request: &Recorded,
        talk: &Talk,
    ) -> (Vec<String>, Option<Lost>) {
        let mut faults = strangers(api.name(), &request.bytes);
        let mut first = None;
        let mut all = self.given.lock().unwrap();
        for (step, (back, current)) in talk.steps().into_iter().enumerate() {
            let own = all
                .iter_mut()
                .rfind(|given| given.provider == api.name() && is_same_answer(&given.parts, &back));
            let given = own.as_ref().map_or(&[][..], |given| &given.parts);
            let told = traces(back.iter().copied());
            let whole = told == traces(given)
                || told == traces(given.iter().filter(|part| !part.optional))
                || own.is_none() && back.iter().all(|part| part.state.is_null());
            if whole {
                own.into_iter().for_each(|given| given.returned = true);
                continue;
            }
            let (told, expected) = (shown(&told), shown(&traces(given)));
            faults.push(format!("answer {step} came back as [{told}], not [{expected}]"));
            let count = |parts: &[&Part]| {
                parts.iter().filter(|part| !part.state.is_null() && !part.optional).count()
            };
            let missing = count(&back) < count(&given.iter().collect::<Vec<_>>());
            first.get_or_insert(Lost { missing, step, current, given: given.to_vec() });
        }
        (faults, first)
    }

    /// By provider, with how many answers state was given, and how many of them came back with it.
    pub fn counts(&self) -> Value {
        let given = self.given.lock().unwrap();
        let counts = stateful().map(|provider| {
            let own = given.iter().filter(|given| given.provider == provider);
            let returned = own.clone().filter(|given| given.returned).count();
            (provider.to_owned(), json!({"given": own.count(), "returned": returned}))
        });
        Value::Object(counts.collect())
    }

    /// Forgets everything.
    pub fn reset(&self) {
        self.given.lock().unwrap().clear();
    }
}

/// What of others stands in a request.
fn strangers(name: &str, body: &[u8]) -> Vec<String> {
    let body = String::from_utf8_lossy(body);
    let others = stateful().filter(|&other| other != name && is_of(other, &body));
    let mut faults: Vec<String> =
        others.map(|other| format!("state of {other} was sent to {name}")).collect();
    if body.contains("clasp1") {
        faults.push(format!("state was sent to {name} as the client keeps it"));
    }
    faults
}

/// Whether `back` is that answer: by its first call, else by its text.
fn is_same_answer(given: &[Part], back: &[&Part]) -> bool {
    let call = |part: &Part| match &part.kind {
        Kind::Call { id, .. } => Some(id.clone()),
        _ => None,
    };
    let text = |part: &Part| match &part.kind {
        Kind::Text(text) => Some(text.clone()),
        _ => None,
    };
    let calls = (given.iter().find_map(call), back.iter().find_map(|part| call(part)));
    match calls {
        (None, None) => {
            let texts = back.iter().filter_map(|part| text(part)).collect::<String>();
            given.iter().filter_map(text).collect::<String>() == texts
        }
        (given, back) => given == back,
    }
}

/// The texts, the calls and the state of an answer, in order.
fn traces<'p>(parts: impl IntoIterator<Item = &'p Part>) -> Vec<(String, &'p Value)> {
    let told = |part: &&Part| match &part.kind {
        Kind::Thinking(_) => !part.state.is_null(),
        Kind::Text(text) => !part.state.is_null() || !text.is_empty(),
        Kind::Call { .. } => true,
    };
    let parts = parts.into_iter().filter(told);
    let trace = |part: &'p Part| match &part.kind {
        Kind::Thinking(_) => ("thinking".to_owned(), &part.state),
        Kind::Text(text) => (format!("text {text:?}"), &part.state),
        Kind::Call { id, .. } => (format!("call {id}"), &part.state),
    };
    parts.map(trace).collect()
}

/// Traces for the record.
fn shown(traces: &[(String, &Value)]) -> String {
    let shown: Vec<String> =
        traces.iter().map(|(what, state)| format!("{what}: {state}")).collect();
    shown.join(", ")
}
