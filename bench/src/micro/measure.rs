//! The measures by name.

use std::path::Path;

use super::route;
use super::work::{self, Plugin};
use crate::error::Error;
use crate::scenario::Answer;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Measure {
    /// The dialect reads the request of 100 B.
    #[value(name = "parse-100b")]
    ParseSmall,
    /// The dialect reads the request of 150 KB.
    #[value(name = "parse-150k")]
    ParseLarge,
    /// The dialect reads the request with 5 MB of images.
    #[value(name = "parse-images")]
    ParseImages,
    /// The plugin translates the request of 100 B, instance included.
    #[value(name = "begin-100b")]
    BeginSmall,
    /// The plugin translates the request of 150 KB.
    #[value(name = "begin-150k")]
    BeginLarge,
    /// The plugin translates the request with 5 MB of images.
    #[value(name = "begin-images")]
    BeginImages,
    /// An exchange is opened and dropped.
    #[value(name = "exchange")]
    Exchange,
    /// The codec cuts a whole text stream into frames.
    #[value(name = "decode-text")]
    Decode,
    /// The plugin reads a text stream, a frame a call.
    #[value(name = "feed-text")]
    FeedText,
    /// The plugin reads a text stream, eight frames a call.
    #[value(name = "feed-text-by-8")]
    FeedTextBatched,
    /// The plugin reads a tool-call stream, eight frames a call.
    #[value(name = "feed-tool-by-8")]
    FeedToolBatched,
    /// The dialect writes a text stream.
    #[value(name = "encode-text")]
    EncodeText,
    /// The dialect writes a tool-call stream.
    #[value(name = "encode-tool")]
    EncodeTool,
    /// The native translator reads and writes the request of 150 KB: a yardstick for parse and
    /// begin together.
    #[value(name = "native-150k")]
    NativeLarge,
    /// The native translator reads and writes the request with 5 MB of images.
    #[value(name = "native-images")]
    NativeImages,
    /// A request is let in, decided about and judged, with everything in use that an operator can
    /// set.
    #[value(name = "route")]
    Route,
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::ParseSmall,
        Self::ParseLarge,
        Self::ParseImages,
        Self::BeginSmall,
        Self::BeginLarge,
        Self::BeginImages,
        Self::Exchange,
        Self::Decode,
        Self::FeedText,
        Self::FeedTextBatched,
        Self::FeedToolBatched,
        Self::EncodeText,
        Self::EncodeTool,
        Self::NativeLarge,
        Self::NativeImages,
        Self::Route,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ParseSmall => "parse-100b",
            Self::ParseLarge => "parse-150k",
            Self::ParseImages => "parse-images",
            Self::BeginSmall => "begin-100b",
            Self::BeginLarge => "begin-150k",
            Self::BeginImages => "begin-images",
            Self::Exchange => "exchange",
            Self::Decode => "decode-text",
            Self::FeedText => "feed-text",
            Self::FeedTextBatched => "feed-text-by-8",
            Self::FeedToolBatched => "feed-tool-by-8",
            Self::EncodeText => "encode-text",
            Self::EncodeTool => "encode-tool",
            Self::NativeLarge => "native-150k",
            Self::NativeImages => "native-images",
            Self::Route => "route",
        }
    }

    /// Repetitions of the shorter run.
    pub fn times(self) -> u32 {
        match self {
            Self::ParseSmall | Self::Route => 2000,
            Self::BeginSmall | Self::Exchange => 500,
            Self::ParseLarge | Self::BeginLarge | Self::NativeLarge => 30,
            Self::Decode | Self::EncodeText | Self::EncodeTool => 50,
            Self::FeedText | Self::FeedTextBatched | Self::FeedToolBatched => 20,
            Self::ParseImages | Self::BeginImages | Self::NativeImages => 5,
        }
    }

    /// Whether compiled code of a component runs in it.
    pub fn runs_plugin(self) -> bool {
        matches!(
            self,
            Self::BeginSmall
                | Self::BeginLarge
                | Self::BeginImages
                | Self::Exchange
                | Self::FeedText
                | Self::FeedTextBatched
                | Self::FeedToolBatched
        )
    }

    /// Does it `times` times.
    pub fn repeat(self, times: u32, cache: &Path, component: Option<&Path>) -> Result<(), Error> {
        let plugin = || Plugin::load(cache, component);
        match self {
            Self::ParseSmall => work::parse(&work::small(), times),
            Self::ParseLarge => work::parse(&work::large(), times),
            Self::ParseImages => work::parse(&work::images(), times),
            Self::BeginSmall => plugin()?.begin(&work::small(), times),
            Self::BeginLarge => plugin()?.begin(&work::large(), times),
            Self::BeginImages => plugin()?.begin(&work::images(), times),
            Self::Exchange => plugin()?.open(times),
            Self::Decode => work::decode(Answer::Text, times),
            Self::FeedText => plugin()?.feed(Answer::Text, 1, times),
            Self::FeedTextBatched => plugin()?.feed(Answer::Text, 8, times),
            Self::FeedToolBatched => plugin()?.feed(Answer::Tool, 8, times),
            Self::EncodeText => work::encode(Answer::Text, times),
            Self::EncodeTool => work::encode(Answer::Tool, times),
            Self::NativeLarge => work::native(&work::large(), times),
            Self::NativeImages => work::native(&work::images(), times),
            Self::Route => route::decide(times),
        }
    }
}
