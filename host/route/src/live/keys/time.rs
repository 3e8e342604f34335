//! Times as vendors write them.

use std::time::{Duration, SystemTime};

/// A period such as `6m0s`, `1.5s`, `20ms` or `1d2h`; none if it cannot be read.
pub(super) fn period(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|char: char| !char.is_ascii_digit() && char != '.')?;
        let (number, unit) = rest.split_at_checked(digits)?;
        let length = unit.find(|char: char| char.is_ascii_digit()).unwrap_or(unit.len());
        let (unit, left) = unit.split_at_checked(length)?;
        let seconds = match unit {
            "d" => 86_400.0,
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        let part = Duration::try_from_secs_f64(number.parse::<f64>().ok()? * seconds).ok()?;
        total = total.checked_add(part)?;
        rest = left;
    }
    (!text.is_empty()).then_some(total)
}

/// A date of RFC 3339, e.g. `2026-11-21T20:15:00Z`; none if it cannot be read.
pub(super) fn date(text: &str) -> Option<SystemTime> {
    let (day, time) = text.split_at_checked(10)?;
    let [year, month, day] = numbers(day, '-', [4, 2, 2])?;
    let time = time.strip_prefix(['T', 't', ' '])?;
    let (clock, rest) = time.split_at_checked(8)?;
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|char: char| char.is_ascii_digit());
            (zone.len() < fraction.len()).then_some(zone)?
        }
        None => rest,
    };
    let in_range = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (hour < 24 && minute < 60 && second <= 60);
    let seconds = days_since_1970(year, month, day) * 86_400 + (hour * 60 + minute) * 60 + second
        - offset(zone)?;
    let since = u64::try_from(seconds).ok().filter(|_| in_range)?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(since))
}

/// Seconds east of Greenwich.
fn offset(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, text) = match zone.strip_prefix('+') {
        Some(text) => (1, text),
        None => (-1, zone.strip_prefix('-')?),
    };
    let [hours, minutes] = numbers(text, ':', [2, 2])?;
    Some(sign * (hours * 60 + minutes) * 60)
}

/// Numbers of these many digits, with `separator` between them.
fn numbers<const N: usize>(text: &str, separator: char, digits: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; N];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next().filter(|part| part.len() == digits)?;
        let plain = part.bytes().all(|byte| byte.is_ascii_digit());
        *number = plain.then(|| part.parse().ok())??;
    }
    parts.next().is_none().then_some(numbers)
}

/// In the Gregorian calendar. Years are counted from March, so that the leap day comes last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = year * 365 + year / 4 - year / 100 + year / 400 + day_of_year;
    days - 719_468
}
