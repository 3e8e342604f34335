//! The cells of the matrix, each a conversation.

use std::fmt;

use clasp_tests::support::client::Client;
use clasp_tests::support::upstream::Vendor;
use clasp_tests::support::upstream::play::{BUSY, LETTERS, REFUSED};
use serde_json::json;

use crate::dialect::{ASKED, DIALECTS, Dialect, Wishes};
use crate::heard::{Call, Heard};
use crate::images;
use crate::rows::{Hole, Row, Tested};
use crate::talk::{Talk, asked};

/// What an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    Text,
    Call,
    Parallel,
    Reasoning,
    Image,
    Error,
    Cut,
}

pub const SCENARIOS: [Scenario; 7] = [
    Scenario::Text,
    Scenario::Call,
    Scenario::Parallel,
    Scenario::Reasoning,
    Scenario::Image,
    Scenario::Error,
    Scenario::Cut,
];

/// One of them with one provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    pub dialect: Dialect,
    pub stream: bool,
    pub scenario: Scenario,
}

/// What came of a cell.
#[derive(Clone, Debug)]
pub enum Outcome {
    Translated,
    Untranslated,
    /// There is no such thing; what comes instead was tested.
    Hole(&'static Hole),
    Failed(String),
}

impl fmt::Display for Cell {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = if self.stream { "streamed" } else { "plain" };
        write!(out, "{:?} {how} {:?}", self.dialect, self.scenario)
    }
}

impl Cell {
    pub fn all() -> Vec<Self> {
        let mut cells = Vec::new();
        for dialect in DIALECTS {
            for scenario in SCENARIOS {
                cells.extend([false, true].map(|stream| Self { dialect, stream, scenario }));
            }
        }
        cells
    }

    /// Has the conversation whose answers have the numbers from `number`; panics where anything is
    /// not as it must be.
    pub async fn run(
        self,
        row: &'static Row,
        client: &Client,
        vendor: &Vendor,
        number: usize,
    ) -> Outcome {
        let talk = Talk::new(client, vendor, self.dialect, self.stream);
        let mut run = Run { talk, number, vendor };
        let hole = row.hole(self);
        match (hole.map(|hole| hole.tested), self.scenario) {
            (Some(Tested::Refusal(words)), scenario) => run.refused(scenario, words).await,
            (Some(Tested::Silence), _) => run.silent().await,
            (None, Scenario::Text) => run.text().await,
            (None, Scenario::Call) => run.call().await,
            (None, Scenario::Parallel) => run.parallel().await,
            (None, Scenario::Reasoning) => run.reasoning(row.summaries).await,
            (None, Scenario::Image) => run.image().await,
            (None, Scenario::Error) => run.error().await,
            (None, Scenario::Cut) if self.stream => run.cut().await,
            (None, Scenario::Cut) => run.plain_cut().await,
        }
        let untranslated = run.talk.untranslated;
        if !matches!(hole, Some(Hole { tested: Tested::Refusal(_), .. })) {
            vendor.assert_clean();
        }
        match hole {
            Some(hole) => Outcome::Hole(hole),
            None if untranslated => Outcome::Untranslated,
            None => Outcome::Translated,
        }
    }
}

const TOOLS: Wishes = Wishes { tools: true, thinking: false, image: false };
const THINKING: Wishes = Wishes { tools: true, thinking: true, image: false };

struct Run<'r> {
    talk: Talk<'r>,
    number: usize,
    vendor: &'r Vendor,
}

impl Run<'_> {
    fn play(&self, play: &str) -> String {
        format!("{{{{play {play} number={} id={}}}}}", self.number, self.number)
    }

    /// The call that the provider makes as the `index`-th of its answer number `answer`.
    fn called(&self, answer: usize, index: usize, city: &str) -> Call {
        Call {
            id: format!("call_{:06}_{index}", self.number + answer),
            name: "get_weather".to_owned(),
            arguments: json!({"city": city}),
        }
    }

    async fn text(&mut self) {
        let prompt = self.play("letters pieces=3");
        let heard = self.talk.say(&prompt, Wishes::default()).heard().await;
        ended(&heard);
        assert_eq!(heard.text, format!("{LETTERS}letters-over"));
        assert_eq!(heard.thinking, "");
        if !self.talk.untranslated {
            assert_eq!(heard.model, ASKED);
        }
    }

    async fn call(&mut self) {
        let prompt = self.play("weather");
        let heard = self.talk.say(&prompt, TOOLS).heard().await;
        assert_eq!(heard.text, "Let me look.");
        assert_eq!(heard.calls, [self.called(0, 0, "Oslo")]);
        wants_results(&heard);
        let heard = self.talk.results(&heard, &["Oslo: 4 degrees"]).heard().await;
        ended(&heard);
        assert_eq!(heard.text, "weather-over");
    }

    async fn parallel(&mut self) {
        let prompt = self.play("two-cities");
        let heard = self.talk.say(&prompt, TOOLS).heard().await;
        assert_eq!(heard.text, "");
        let city = "S\u{e3}o \"Paulo\"";
        assert_eq!(heard.calls, [self.called(0, 0, "Oslo"), self.called(0, 1, city)]);
        wants_results(&heard);
        let results = ["Oslo: 4 degrees", "S\u{e3}o \"Paulo\": 24 degrees"];
        let heard = self.talk.results(&heard, &results).heard().await;
        ended(&heard);
        assert_eq!(heard.text, "two-cities-over");
    }

    /// Three answers: the state of the first two must come back.
    async fn reasoning(&mut self, summaries: bool) {
        let prompt = self.play("journey");
        let heard = self.talk.say(&prompt, THINKING).heard().await;
        assert!(heard.thinking.starts_with("First one city."), "thinking {:?}", heard.thinking);
        assert_eq!(heard.calls, [self.called(0, 0, "Oslo")]);
        wants_results(&heard);
        let heard = self.talk.results(&heard, &["Oslo: 4 degrees"]).heard().await;
        assert!(heard.thinking.starts_with("Then the other."), "thinking {:?}", heard.thinking);
        // A second part of a summary.
        assert_eq!(summaries, heard.thinking.contains("Then what follows from it"));
        assert_eq!(heard.calls, [self.called(1, 0, "Bergen")]);
        let heard = self.talk.results(&heard, &["Bergen: 9 degrees"]).heard().await;
        ended(&heard);
        assert_eq!(heard.text, "journey-over");
    }

    /// Asked to think, the model answers without, and nothing that it does not know is sent.
    async fn silent(&mut self) {
        let prompt = self.play("think");
        let heard = self.talk.say(&prompt, THINKING).heard().await;
        ended(&heard);
        assert_eq!((&*heard.thinking, &*heard.text), ("", "think-over"));
    }

    /// The wish is refused, and the client is told so.
    async fn refused(&mut self, scenario: Scenario, words: &str) {
        let prompt = self.play("letters");
        let image = Wishes { image: true, ..Wishes::default() };
        let wishes = if scenario == Scenario::Image { image } else { THINKING };
        let (message, _) = self.talk.say(&prompt, wishes).error(400).await;
        assert!(message.contains(words), "{message}");
        // Untranslated it is the provider that refuses, else clasp, which asks nobody.
        assert_eq!(asked(self.vendor).len(), usize::from(self.talk.untranslated), "{message}");
    }

    async fn image(&mut self) {
        let prompt = self.play("seen");
        let wishes = Wishes { image: true, ..Wishes::default() };
        let heard = self.talk.say(&prompt, wishes).heard().await;
        ended(&heard);
        assert_eq!(heard.text, "seen-over");
        let requests = asked(self.vendor);
        assert_eq!(requests.len(), 1, "requests at the provider");
        let (came, wanted) = images::of(&requests[0]);
        assert_eq!(came, wanted, "the picture at the provider");
    }

    async fn error(&mut self) {
        let prompt = self.play("letters fault=refused times=99");
        let (message, _) = self.talk.say(&prompt, Wishes::default()).error(400).await;
        assert!(message.contains(REFUSED), "{message}");
        let prompt = self.play("letters fault=busy times=99");
        let (message, wait) = self.talk.say(&prompt, Wishes::default()).error(429).await;
        assert!(message.contains(BUSY), "{message}");
        assert_eq!(wait.as_deref(), Some("30"), "seconds to wait");
        assert_eq!(asked(self.vendor).len(), 2, "neither is tried again");
    }

    async fn cut(&mut self) {
        let whole = format!("{LETTERS}letters-over");
        for fault in CUTS {
            let prompt = self.play(&format!("letters pieces=2 fault={fault} after=12 times=99"));
            let cut = self.talk.say(&prompt, Wishes::default()).cut().await;
            assert!(cut.failed, "{fault}: the client takes {:?} for the whole answer", cut.text);
            assert!(whole.starts_with(&cut.text) && cut.text != whole, "{fault}: {:?}", cut.text);
            assert_ne!(cut.text, "", "{fault}: what came goes on");
        }
    }

    async fn plain_cut(&mut self) {
        for fault in CUTS {
            let prompt = self.play(&format!("letters fault={fault} bytes=60 times=99"));
            self.talk.say(&prompt, Wishes::default()).no_answer().await;
        }
    }
}

/// Faults that break an answer off: the connection is closed, or the body ends as if that were all.
const CUTS: [&str; 2] = ["cut", "clean-cut"];

/// An answer that has its end, with counts.
fn ended(heard: &Heard) {
    assert!(heard.calls.is_empty(), "{:?}", heard.calls);
    let words = ["end_turn", "completed", "stop"];
    assert!(words.contains(&&*heard.end), "it ends with {}", heard.end);
    assert!(heard.input_tokens > 0 && heard.output_tokens > 0, "no counts in {heard:?}");
}

/// An answer that ends with calls.
fn wants_results(heard: &Heard) {
    let words = ["tool_use", "completed", "tool_calls"];
    assert!(words.contains(&&*heard.end), "it ends with {}", heard.end);
}
