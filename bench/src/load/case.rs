//! The cases of the load run and who is measured in them.

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use crate::body;
use crate::error::Error;
use crate::native;
use crate::scenario::Answer;

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Contender {
    /// The vendor itself.
    Direct,
    /// The plain reverse proxy.
    Pass,
    /// The translator without a sandbox.
    Native,
    /// clasp.
    Clasp,
    /// clasp, asked by clients that speak the vendor's own dialect: nothing is translated.
    Lane,
}

/// A request and the answer that belongs to it.
pub struct Case {
    /// Its name.
    pub name: &'static str,
    /// What the vendor answers.
    pub answer: Answer,
    /// For clients of Anthropic Messages.
    pub anthropic: Bytes,
    /// The same for clients of Chat.
    pub chat: Bytes,
    /// Who clasp is held against, and how many times their CPU time it may take.
    pub bar: Option<(Contender, f64)>,
}

impl Contender {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 5] = [Self::Direct, Self::Pass, Self::Native, Self::Clasp, Self::Lane];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Pass => "pass",
            Self::Native => "native",
            Self::Clasp => "clasp",
            Self::Lane => "lane",
        }
    }

    /// Whether it is clasp, however it is asked.
    pub fn is_clasp(self) -> bool {
        matches!(self, Self::Clasp | Self::Lane)
    }

    /// Whether its clients speak Anthropic Messages.
    pub fn translates(self) -> bool {
        matches!(self, Self::Native | Self::Clasp)
    }
}

impl Case {
    fn new(
        name: &'static str,
        answer: Answer,
        request: &Value,
        bar: Option<(Contender, f64)>,
    ) -> Result<Self, Error> {
        let anthropic = request.to_string();
        let chat = native::translate(anthropic.as_bytes()).map_err(Error::Other)?.body;
        Ok(Self { name, answer, anthropic: anthropic.into(), chat: chat.into(), bar })
    }

    /// Every case, in the order of the table.
    pub fn all() -> Result<Vec<Self>, Error> {
        let native = |times| Some((Contender::Native, times));
        let small = body::small;
        Ok(vec![
            Self::new("plain-100b", Answer::Plain, &small(Answer::Plain), native(1.5))?,
            Self::new("plain-150k", Answer::Plain, &body::large(Answer::Plain), native(1.5))?,
            Self::new(
                "images-5m",
                Answer::Plain,
                &body::images(Answer::Plain),
                Some((Contender::Pass, 1.3)),
            )?,
            Self::new("text-200", Answer::Text, &small(Answer::Text), native(1.1))?,
            Self::new("tool-200", Answer::Tool, &small(Answer::Tool), native(1.1))?,
            Self::new("text-200-paced", Answer::TextPaced, &small(Answer::TextPaced), None)?,
            Self::new("tool-200-paced", Answer::ToolPaced, &small(Answer::ToolPaced), None)?,
        ])
    }

    /// Requests whose answers tell what arrived at the vendor.
    pub fn inspections() -> Result<Vec<Self>, Error> {
        let answer = Answer::Inspect;
        Ok(vec![
            Self::new("plain-100b", answer, &body::small(answer), None)?,
            Self::new("plain-150k", answer, &body::large(answer), None)?,
            Self::new("images-5m", answer, &body::images(answer), None)?,
        ])
    }

    /// Streams that the vendor holds open: of a small and of a large request.
    pub fn held() -> Result<[Self; 2], Error> {
        let answer = Answer::Held;
        Ok([
            Self::new("held-100b", answer, &body::small(answer), None)?,
            Self::new("held-150k", answer, &body::large(answer), None)?,
        ])
    }

    /// The request as `contender`'s clients send it.
    pub fn request(&self, contender: Contender) -> &Bytes {
        if contender.translates() { &self.anthropic } else { &self.chat }
    }

    /// Whether the vendor sends it at its own pace: the answer's time says nothing then.
    pub fn paced(&self) -> bool {
        matches!(self.answer, Answer::TextPaced | Answer::ToolPaced)
    }
}
