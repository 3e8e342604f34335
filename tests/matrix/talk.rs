//! A conversation with clasp in one dialect.
//!
//! A translated answer is judged by the strict checker of its dialect. An untranslated one is the
//! provider's own: it must be what the provider sent, byte for byte, as must the request.

use clasp_grammar::anthropic::Checker;
use clasp_grammar::events::Events;
use clasp_tests::support::client::{Answer, Client, Ended};
use clasp_tests::support::openai::Streamed;
use clasp_tests::support::upstream::{Recorded, Vendor};
use serde_json::Value;

use crate::dialect::{ASKED, Dialect, Wishes};
use crate::heard::Heard;

/// The client's side.
#[derive(Debug)]
pub struct Talk<'c> {
    client: &'c Client,
    vendor: &'c Vendor,
    dialect: Dialect,
    stream: bool,
    body: Value,
    /// The last answer came on the untranslated lane.
    pub untranslated: bool,
}

/// A streamed answer that was cut off.
#[derive(Debug)]
pub struct Cut {
    /// The text that came.
    pub text: String,
    /// The client was told that it is not whole.
    pub failed: bool,
}

impl<'c> Talk<'c> {
    pub fn new(client: &'c Client, vendor: &'c Vendor, dialect: Dialect, stream: bool) -> Self {
        Self { client, vendor, dialect, stream, body: Value::Null, untranslated: false }
    }

    /// Begins with a user's text.
    pub fn say(&mut self, text: &str, wishes: Wishes) -> &mut Self {
        self.body = self.dialect.request(text, self.stream, wishes);
        self
    }

    /// Goes on with the results of an answer's calls.
    pub fn results(&mut self, heard: &Heard, results: &[&str]) -> &mut Self {
        let ids = heard.calls.iter().map(|call| call.id.clone());
        let results: Vec<(String, String)> =
            ids.zip(results.iter().map(|&result| result.to_owned())).collect();
        self.dialect.go_on(&mut self.body, &heard.history, &results);
        self
    }

    /// An answer that must be well.
    pub async fn heard(&mut self) -> Heard {
        let Some(dialect) = self.dialect.openai() else { return self.message().await };
        let answer = if self.stream {
            let streamed = dialect.stream(self.client, &self.body).await;
            match self.is_passed_on(&streamed.answer) {
                true => streamed.joined(dialect),
                false => streamed.good(dialect),
            }
        } else {
            let answer = dialect.ask(self.client, &self.body).await;
            assert_eq!(answer.status(), 200, "{:?}", answer.body);
            match self.is_passed_on(&answer) {
                true => answer.json(),
                false => dialect.judge(&answer),
            }
        };
        match self.dialect {
            Dialect::Responses => Heard::responses(&answer),
            _ => Heard::chat(&answer),
        }
    }

    async fn message(&mut self) -> Heard {
        let answer = self.client.messages(&self.body).await;
        self.is_passed_on(&answer);
        if !self.stream {
            return Heard::messages(answer.message());
        }
        assert_eq!(answer.status(), 200, "{:?}", answer.body);
        let mut events = Events::default();
        let mut checker = Checker::default();
        for event in events.push(&answer.body) {
            checker.push(event.name.as_deref(), &event.data);
        }
        let message = checker.message().clone();
        let faults = checker.finish();
        Heard::messages(Ended { message, faults, clean: events.is_between() }.good())
    }

    /// The message of an error that must come with this status, and the seconds to wait.
    pub async fn error(&mut self, status: u16) -> (String, Option<String>) {
        let answer = match self.dialect.openai() {
            None => self.client.messages(&self.body).await,
            Some(dialect) => dialect.ask(self.client, &self.body).await,
        };
        let passed_on = self.is_passed_on(&answer);
        let error = match self.dialect.openai() {
            None => answer.error(status),
            Some(_) if passed_on => {
                assert_eq!(answer.status(), status, "{:?}", answer.body);
                answer.json()["error"].clone()
            }
            Some(dialect) => dialect.error(&answer, status),
        };
        let wait = answer.head.header("retry-after").map(str::to_owned);
        (error["message"].as_str().unwrap_or_default().to_owned(), wait)
    }

    /// A plain answer that must be an error of the provider's or of clasp.
    pub async fn no_answer(&mut self) {
        match self.dialect.openai() {
            None => drop(self.client.messages(&self.body).await.server_error()),
            Some(dialect) => {
                let answer = dialect.ask(self.client, &self.body).await;
                assert!(answer.status() >= 500, "{} {:?}", answer.status(), answer.body);
                dialect.error(&answer, answer.status());
            }
        }
    }

    /// A stream that must not be whole.
    pub async fn cut(&mut self) -> Cut {
        let Some(dialect) = self.dialect.openai() else { return self.cut_message().await };
        let streamed = dialect.stream(self.client, &self.body).await;
        self.untranslated = streamed.answer.head.header("x-clasp-lane").is_some();
        let faults = if self.untranslated { &[][..] } else { &streamed.faults };
        assert!(faults.is_empty(), "{faults:#?}");
        let (_, last) = streamed.events.last().expect("an event");
        let failed = match self.dialect {
            Dialect::Responses => last["type"] == "response.failed",
            _ => last["error"].is_object(),
        };
        Cut { text: said(&streamed), failed }
    }

    async fn cut_message(&mut self) -> Cut {
        let mut stream = self.client.stream(&self.body).await;
        assert_eq!(stream.head.status(), 200, "{}", stream.rest_text().await);
        self.untranslated = stream.head.header("x-clasp-lane").is_some();
        let mut text = String::new();
        while let Some(event) = stream.next().await {
            text.push_str(event.data["delta"]["text"].as_str().unwrap_or_default());
        }
        let ended = stream.end().await;
        assert!(ended.faults.is_empty(), "{:#?} in {:#?}", ended.faults, ended.message);
        Cut { text, failed: ended.message.error.is_some() && !ended.message.complete }
    }

    /// Whether an answer went through untranslated; then it must be what the provider sent, and the
    /// provider must have got what was asked, each but for the model's name.
    fn is_passed_on(&mut self, answer: &Answer) -> bool {
        self.untranslated = answer.head.header("x-clasp-lane").is_some();
        if !self.untranslated {
            return false;
        }
        let mut asked = asked(self.vendor).pop().expect("a request").body;
        let model = std::mem::replace(&mut asked["model"], ASKED.into());
        assert_eq!(asked, self.body, "the request at the provider");
        let sent = String::from_utf8(self.vendor.last_answer().to_vec()).unwrap();
        let name = |name: &Value| format!("\"model\":{name}");
        let renamed = sent.replace(&name(&model), &name(&ASKED.into()));
        let came = String::from_utf8(answer.body.to_vec()).unwrap();
        assert!(came == sent || came == renamed, "{came:?} came of {sent:?}");
        true
    }
}

/// What the provider was asked, without what clasp asks it for its list of models.
pub fn asked(vendor: &Vendor) -> Vec<Recorded> {
    vendor.requests().into_iter().filter(|request| request.method == "POST").collect()
}

/// The text of a stream of OpenAI's.
fn said(streamed: &Streamed) -> String {
    let pieces = streamed.events.iter().filter_map(|(_, event)| {
        let of_responses = event["delta"].as_str();
        of_responses.or_else(|| event["choices"][0]["delta"]["content"].as_str())
    });
    pieces.collect()
}
