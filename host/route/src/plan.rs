//! What was decided, in words where people read it.

use std::fmt;
use std::time::Duration;

use clasp_model::policy::Parameters;

use crate::Tier;

/// Where a request goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// In the order in which they are tried; at least one.
    pub targets: Vec<Choice>,
    /// What would have been tried, and why it is not.
    pub passed_over: Vec<PassedOver>,
    /// The rule that held.
    pub rule: Option<String>,
    /// What the name was taken for.
    pub mapping: Mapping,
}

/// One target of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The provider's name.
    pub provider: String,
    /// The provider's own id of the model.
    pub model: String,
    /// Why it has its place.
    pub reason: Reason,
    /// What it is for.
    pub role: Role,
    /// What is set for it; a target's own win over its route's, an alias's over those of what it
    /// stands for.
    pub parameters: Parameters,
}

/// A target that is not tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver {
    /// The provider's name.
    pub provider: String,
    /// The provider's own id of the model.
    pub model: String,
    /// In one short sentence.
    pub why: String,
}

/// What a target is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The request goes here.
    Primary,
    /// Where it goes when it cannot go there.
    Fallback,
    /// Where it goes when it is too long.
    Larger,
}

/// What a name was taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mapping {
    /// A rule decided whatever the name.
    Rule,
    /// The route of just this name, or the alias.
    Route(String),
    /// The client named the provider.
    Prefix,
    /// The route of this pattern.
    Pattern(String),
    /// The route of the tier.
    Tier(Tier),
    /// The route for everything.
    Default,
    /// The provider has it.
    Known,
    /// The provider's own model for the tier that the client's name speaks of.
    TierDefault(Tier),
    /// The client's own name, sent on.
    Passed,
}

/// Why a target has its place.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// As written, or it is the only one.
    Written,
    /// The conversation or the key keeps to it.
    Kept,
    /// By chance, as the weights say.
    Drawn,
    /// The usual time to its first token.
    FirstToken(Duration),
    /// It is to be measured.
    Unmeasured,
    /// US dollars per million tokens, of which a quarter is output.
    Price(f64),
    /// Nobody knows its price.
    Unpriced,
    /// So many requests run there.
    Running(u32),
    /// Its weight is 0.
    Weightless,
    /// A fallback of the route.
    RouteFallback,
    /// A fallback of the tier.
    TierFallback,
    /// A fallback of everything.
    Fallback,
    /// Its context window is larger.
    Larger,
}

impl fmt::Display for Mapping {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule => out.write_str("a rule holds"),
            Self::Route(name) => write!(out, "the route {name:?}"),
            Self::Prefix => out.write_str("the name says the provider"),
            Self::Pattern(pattern) => write!(out, "the route {pattern:?} matches the name"),
            Self::Tier(tier) => write!(out, "the route of the tier {}", tier.word()),
            Self::Default => out.write_str("the default route"),
            Self::Known => out.write_str("the provider has the model"),
            Self::TierDefault(tier) => {
                write!(out, "the provider's own model for the tier {}", tier.word())
            }
            Self::Passed => out.write_str("the client's own name is sent on"),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Written => out.write_str("in its written place"),
            Self::Kept => out.write_str("the conversation or the key keeps to it"),
            Self::Drawn => out.write_str("drawn by weight"),
            Self::FirstToken(time) => {
                write!(out, "its first token takes {} ms", time.as_millis())
            }
            Self::Unmeasured => out.write_str("its time to the first token is not known"),
            Self::Price(price) => write!(out, "costs {price:.2} $ per million tokens"),
            Self::Unpriced => out.write_str("its price is not known"),
            Self::Running(1) => out.write_str("1 request is running there"),
            Self::Running(count) => write!(out, "{count} requests are running there"),
            Self::Weightless => out.write_str("has weight 0, so only when others fail"),
            Self::RouteFallback => out.write_str("a fallback of the route"),
            Self::TierFallback => out.write_str("a fallback of the tier"),
            Self::Fallback => out.write_str("a fallback of every route"),
            Self::Larger => out.write_str("has room for a context that is too long elsewhere"),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Primary => "primary",
            Self::Fallback => "fallback",
            Self::Larger => "larger",
        })
    }
}
