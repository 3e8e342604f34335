//! Text into values. Each error says what would do.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use crate::{LogFormat, LogLevel};

/// What would have been right.
pub(crate) type Expected = &'static str;

pub(crate) fn port(text: &str) -> Result<u16, Expected> {
    text.parse().map_err(|_| "give a number from 0 to 65535")
}

pub(crate) fn host(text: &str) -> Result<IpAddr, Expected> {
    if text.eq_ignore_ascii_case("localhost") {
        return Ok(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().map_err(|_| "give an IP address such as 127.0.0.1 or ::1, or localhost")
}

pub(crate) fn boolean(text: &str) -> Result<bool, Expected> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        _ => Err("give true or false"),
    }
}

pub(crate) fn log_level(text: &str) -> Result<LogLevel, Expected> {
    match text.to_ascii_lowercase().as_str() {
        "off" | "none" => Ok(LogLevel::Off),
        "error" => Ok(LogLevel::Error),
        "warn" | "warning" => Ok(LogLevel::Warn),
        "info" => Ok(LogLevel::Info),
        "debug" => Ok(LogLevel::Debug),
        "trace" => Ok(LogLevel::Trace),
        _ => Err("give off, error, warn, info, debug or trace"),
    }
}

pub(crate) fn log_format(text: &str) -> Result<LogFormat, Expected> {
    match text.to_ascii_lowercase().as_str() {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("give text or json"),
    }
}

/// A count of seconds, or a number with `ms`, `s`, `m` or `h`; from a millisecond to a day.
pub(crate) fn duration(text: &str) -> Result<Duration, Expected> {
    const EXPECTED: Expected = "give seconds, or a number with ms, s, m or h, from 1ms to 24h";
    let (number, unit) = split_unit(text);
    let milliseconds: u64 = match unit.to_ascii_lowercase().as_str() {
        "ms" => 1,
        "" | "s" | "sec" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        _ => return Err(EXPECTED),
    };
    number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(milliseconds))
        .filter(|total| (1..=86_400_000).contains(total))
        .map(Duration::from_millis)
        .ok_or(EXPECTED)
}

/// As [`duration`], with `d` for days too; from a minute to ten years.
pub(crate) fn lifetime(text: &str) -> Result<Duration, Expected> {
    const EXPECTED: Expected = "give seconds, or a number with m, h or d, from 1m to 3650d";
    let (number, unit) = split_unit(text);
    let seconds: u64 = match unit.to_ascii_lowercase().as_str() {
        "" | "s" | "sec" => 1,
        "m" | "min" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(EXPECTED),
    };
    number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(seconds))
        .filter(|total| (60..=3650 * 86_400).contains(total))
        .map(Duration::from_secs)
        .ok_or(EXPECTED)
}

/// A count of bytes, or a number with `KiB`, `MiB` or `GiB`; from 1 KiB to 4 GiB.
pub(crate) fn size(text: &str) -> Result<usize, Expected> {
    const EXPECTED: Expected = "give bytes, or a number with KiB, MiB or GiB, from 1KiB to 2GiB";
    let (number, unit) = split_unit(text);
    let bytes: usize = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        _ => return Err(EXPECTED),
    };
    number
        .parse::<usize>()
        .ok()
        .and_then(|number| number.checked_mul(bytes))
        .filter(|total| (1 << 10..=1 << 31).contains(total))
        .ok_or(EXPECTED)
}

pub(crate) fn count(text: &str) -> Result<usize, Expected> {
    text.parse().ok().filter(|count| *count > 0).ok_or("give a number above 0")
}

/// `alias:model,alias:model`; a model's name may hold colons.
pub(crate) fn aliases(text: &str) -> Result<Vec<(String, String)>, Expected> {
    text.split(',')
        .map(str::trim)
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (alias, model) = pair.split_once(':').unwrap_or((pair, ""));
            let (alias, model) = (alias.trim(), model.trim());
            if alias.is_empty() || model.is_empty() {
                return Err("give alias:model pairs with commas between them");
            }
            Ok((alias.to_ascii_lowercase(), model.to_owned()))
        })
        .collect()
}

fn split_unit(text: &str) -> (&str, &str) {
    let end = text.find(|next: char| !next.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    (number, unit.trim())
}
