//! What vendors tell in headers of what is left of a key's limits.
//!
//! Sources, as of 2026-11-21:
//! - Anthropic, <https://docs.anthropic.com/en/api/rate-limits#response-headers>:
//!   `anthropic-ratelimit-<limit>-remaining` and `-reset` (RFC 3339).
//! - OpenAI, <https://platform.openai.com/docs/guides/rate-limits>: `x-ratelimit-remaining-<limit>`
//!   and `x-ratelimit-reset-<limit>` (`1s`, `6m0s`, `20ms`); so Groq,
//!   <https://console.groq.com/docs/rate-limits>, with requests of a day (`2m59.56s`).
//! - Cerebras, <https://inference-docs.cerebras.ai/support/rate-limits>: the same names with
//!   `requests-day` and `tokens-minute`, in seconds (`33011.38`).
//! - Mistral: `x-ratelimit-remaining-req-minute` and `-tokens-minute` without a reset, as its API
//!   answers: nothing left is back within the minute.
//! - OpenRouter: `x-ratelimit-remaining` and `x-ratelimit-reset` (milliseconds since 1970), as
//!   its answers with status 429 repeat them in `error.metadata.headers`.

use std::time::{Duration, SystemTime};

use clasp_model::Header;

use super::LONGEST_REST;
use super::time::{date, period};

const ANTHROPIC: [&str; 4] = ["requests", "tokens", "input-tokens", "output-tokens"];

/// How long it takes until every limit that has nothing left is back: an hour at most; what cannot
/// be read is passed over.
///
/// The outer none: the headers tell nothing. The inner none: something is left of every limit.
pub fn exhausted(headers: &[Header], wall: SystemTime) -> Option<Option<Duration>> {
    let value = |name: &str| {
        let found = headers.iter().find(|header| header.name == name);
        found.map(|header| header.value.trim())
    };
    let mut told = false;
    let mut longest = None;
    for header in headers {
        let Some(limit) = Limit::of(&header.name) else { continue };
        let Some(left) = number(header.value.trim()) else { continue };
        told = true;
        // Some vendors say -1 for a limit that there is not.
        if left == 0.0 {
            longest = longest.max(limit.back(&value, wall).map(|wait| wait.min(LONGEST_REST)));
        }
    }
    told.then_some(longest)
}

/// Which limit a header tells the rest of.
enum Limit<'a> {
    Anthropic(&'a str),
    /// What follows `x-ratelimit-remaining`: empty, or the limit's name with a hyphen before it.
    Other(&'a str),
}

impl<'a> Limit<'a> {
    fn of(name: &'a str) -> Option<Self> {
        if let Some(limit) = name.strip_prefix("anthropic-ratelimit-") {
            let limit = limit.strip_suffix("-remaining")?;
            return ANTHROPIC.contains(&limit).then_some(Self::Anthropic(limit));
        }
        let limit = name.strip_prefix("x-ratelimit-remaining")?;
        (limit.is_empty() || limit.starts_with('-')).then_some(Self::Other(limit))
    }

    /// The time until it is back, if that is told.
    fn back<'h>(
        &self,
        value: &impl Fn(&str) -> Option<&'h str>,
        wall: SystemTime,
    ) -> Option<Duration> {
        match self {
            Self::Anthropic(limit) => {
                let reset = date(value(&format!("anthropic-ratelimit-{limit}-reset"))?)?;
                Some(reset.duration_since(wall).unwrap_or_default())
            }
            Self::Other(limit) => match value(&format!("x-ratelimit-reset{limit}")) {
                Some(reset) => time_until(reset, wall),
                None if limit.ends_with("-minute") => Some(Duration::from_secs(60)),
                None => None,
            },
        }
    }
}

/// A period, seconds from now, or seconds or milliseconds since 1970 where the number is so large.
fn time_until(reset: &str, wall: SystemTime) -> Option<Duration> {
    const SECONDS_SINCE_1970: f64 = 1e9;
    const MILLISECONDS_SINCE_1970: f64 = 1e12;
    let Some(number) = number(reset) else { return period(reset) };
    let since_1970 = match number {
        number if number >= MILLISECONDS_SINCE_1970 => number / 1000.0,
        number if number >= SECONDS_SINCE_1970 => number,
        number => return Duration::try_from_secs_f64(number).ok(),
    };
    let reset = Duration::try_from_secs_f64(since_1970).ok()?;
    let today = wall.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Some(reset.saturating_sub(today))
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}
