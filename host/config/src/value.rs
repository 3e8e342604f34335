//! Text into values. Each error says what would do.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use clasp_model::policy::Rate;

use crate::{LogFormat, LogLevel};

/// What would have been right.
pub(crate) type Expected = &'static str;

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
    seconds(text, 60).ok_or(EXPECTED)
}

fn seconds(text: &str, least: u64) -> Option<Duration> {
    let (number, unit) = split_unit(text);
    let seconds: u64 = match unit.to_ascii_lowercase().as_str() {
        "" | "s" | "sec" | "second" => 1,
        "m" | "min" | "minute" => 60,
        "h" | "hour" => 3_600,
        "d" | "day" => 86_400,
        _ => return None,
    };
    let total = number.parse::<u64>().ok()?.checked_mul(seconds)?;
    (least..=3650 * 86_400).contains(&total).then(|| Duration::from_secs(total))
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

/// A whole number.
pub(crate) fn whole<T: TryFrom<u64>>(text: &str) -> Option<T> {
    text.parse::<u64>().ok()?.try_into().ok()
}

/// A number that is neither infinite nor none at all.
pub(crate) fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// A count of milliseconds, or as [`duration`] with a unit.
pub(crate) fn milliseconds(text: &str) -> Result<Duration, Expected> {
    const EXPECTED: Expected = "give milliseconds, or a number with ms, s, m or h, from 1ms to 24h";
    let has_unit = text.ends_with(|last: char| !last.is_ascii_digit());
    let with_unit = if has_unit { duration(text) } else { duration(&format!("{text}ms")) };
    with_unit.map_err(|_| EXPECTED)
}

/// `60/m`, `100000/h`, `10/30s`: so many in any such time, also all at once.
pub(crate) fn rate(text: &str) -> Result<Rate, Expected> {
    const EXPECTED: Expected = "give a number per time: 60/m, 5/s, 100000/h, 1000/d or 10/30s";
    let (count, per) = text.split_once('/').ok_or(EXPECTED)?;
    let count: u64 = whole(count.trim()).filter(|count| *count > 0).ok_or(EXPECTED)?;
    let per = per.trim();
    let is_unit = per.starts_with(|first: char| first.is_ascii_alphabetic());
    let per = if is_unit { format!("1{per}") } else { per.to_owned() };
    let per = period(&per).map_err(|_| EXPECTED)?;
    Ok(Rate { count, per, burst: count })
}

/// From a second to ten years.
pub(crate) fn period(text: &str) -> Result<Duration, Expected> {
    const EXPECTED: Expected = "give seconds, or a number with s, m, h or d, from 1s to 3650d";
    seconds(text, 1).ok_or(EXPECTED)
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

/// `a, b`
pub(crate) fn words(text: &str) -> Vec<String> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

fn split_unit(text: &str) -> (&str, &str) {
    let end = text.find(|next: char| !next.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    (number, unit.trim())
}
