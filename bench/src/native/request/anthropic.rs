//! The request as Anthropic's API defines it (<https://docs.claude.com/en/api/messages>,
//! November 2026), as far as a minimal translator needs it.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Text, borrowed from the body if it has no escapes.
#[derive(Deserialize)]
pub struct Str<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Deserialize)]
pub struct Request<'a> {
    #[serde(borrow)]
    pub model: Str<'a>,
    pub max_tokens: Option<u32>,
    #[serde(borrow, default)]
    pub system: Option<Content<'a>>,
    #[serde(borrow)]
    pub messages: Vec<Message<'a>>,
    #[serde(borrow, default)]
    pub tools: Vec<Tool<'a>>,
    #[serde(borrow, default)]
    pub tool_choice: Option<ToolChoice<'a>>,
    pub temperature: Option<f64>,
    pub top_p: Option<f64>,
    #[serde(borrow, default)]
    pub stop_sequences: Vec<Str<'a>>,
    #[serde(default)]
    pub stream: bool,
}

#[derive(Deserialize)]
pub struct Message<'a> {
    #[serde(borrow)]
    pub role: Str<'a>,
    #[serde(borrow)]
    pub content: Content<'a>,
}

/// A string or a list of blocks.
pub enum Content<'a> {
    Text(Str<'a>),
    Blocks(Vec<Block<'a>>),
}

#[derive(Deserialize)]
pub struct Block<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Str<'a>,
    #[serde(borrow, default)]
    pub text: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub source: Option<Source<'a>>,
    #[serde(borrow, default)]
    pub id: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub name: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub input: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub tool_use_id: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub content: Option<Content<'a>>,
    #[serde(default)]
    pub is_error: bool,
}

#[derive(Deserialize)]
pub struct Source<'a> {
    #[serde(borrow, default)]
    pub media_type: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub data: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub url: Option<Str<'a>>,
}

#[derive(Deserialize)]
pub struct Tool<'a> {
    #[serde(borrow)]
    pub name: Str<'a>,
    #[serde(borrow, default)]
    pub description: Option<Str<'a>>,
    #[serde(borrow, default)]
    pub input_schema: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub struct ToolChoice<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Str<'a>,
    #[serde(borrow, default)]
    pub name: Option<Str<'a>>,
    pub disable_parallel_tool_use: Option<bool>,
}

struct ContentVisitor;

impl Str<'_> {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Block<'_> {
    /// Its text, if it is a text block.
    pub fn text(&self) -> Option<&str> {
        (self.kind.as_str() == "text").then_some(self.text.as_ref()?.as_str())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Content<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ContentVisitor)
    }
}

impl<'de> Visitor<'de> for ContentVisitor {
    type Value = Content<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string or a list of blocks")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Content::Text(Str(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Content::Text(Str(Cow::Owned(text.to_owned()))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut blocks: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(block) = blocks.next_element()? {
            all.push(block);
        }
        Ok(Content::Blocks(all))
    }
}
