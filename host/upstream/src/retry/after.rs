//! When a provider wants to be asked again, from its headers.
//!
//! Plugins have no clock, so a date is the host's to read. Formats: RFC 9110 section 10.2.3
//! (seconds or a date), and `retry-after-ms` as several providers send it.

use std::time::{Duration, SystemTime};

use clasp_model::Header;

/// The time to wait, if the headers (names in lower case) tell it. A date in the past is zero.
pub fn retry_after(headers: &[Header], now: SystemTime) -> Option<Duration> {
    let value = |name: &str| {
        let found = headers.iter().find(|header| header.name == name);
        found.map(|header| header.value.trim())
    };
    if let Some(milliseconds) = value("retry-after-ms").and_then(number) {
        return Duration::try_from_secs_f64(milliseconds / 1000.0).ok();
    }
    let after = value("retry-after")?;
    if let Some(seconds) = number(after) {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    if let Some(milliseconds) = after.strip_suffix("ms").and_then(number) {
        return Duration::try_from_secs_f64(milliseconds / 1000.0).ok();
    }
    if let Some(seconds) = after.strip_suffix('s').and_then(number) {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = httpdate::parse_http_date(after).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

fn number(text: &str) -> Option<f64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if digits { text.parse().ok() } else { None }
}
