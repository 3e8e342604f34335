//! Dates as tokens and signatures spell them; all in UTC, in the Gregorian calendar.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY: u64 = 86_400;

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// `20150830T123600Z`
pub(crate) fn amz_date(seconds: u64) -> String {
    let (year, month, day) = civil(seconds / DAY);
    let rest = seconds % DAY;
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

/// How long it is until `text`, as in `2026-11-21T12:00:00Z` or with `+00:00` or a fraction.
pub(crate) fn until(text: &str, now: u64) -> Option<Duration> {
    let seconds = timestamp(text)?;
    Some(Duration::from_secs(seconds.saturating_sub(now)))
}

fn timestamp(text: &str) -> Option<u64> {
    let (date, time) = text.split_once(['T', ' '])?;
    let mut date = date.splitn(3, '-').map(str::parse::<u64>);
    let (year, month, day) = (date.next()?.ok()?, date.next()?.ok()?, date.next()?.ok()?);
    let time = time.trim_end_matches('Z').trim_end_matches("+00:00");
    let time = time.split_once('.').map_or(time, |(whole, _fraction)| whole);
    let mut time = time.splitn(3, ':').map(str::parse::<u64>);
    let (hour, minute, second) = (time.next()?.ok()?, time.next()?.ok()?, time.next()?.ok()?);
    let valid = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    valid.then(|| days(year, month, day) * DAY + hour * 3600 + minute * 60 + second)
}

/// Days since 1970 to year, month and day. Years are counted from March, so that a leap day is the
/// last of its year; 719 468 days lie between March of the year 0 and 1970.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

fn days(year: u64, month: u64, day: u64) -> u64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let from_march = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * from_march + 2) / 5 + day - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    (era * 146_097 + of_era).saturating_sub(719_468)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn dates_are_written_and_read() {
        for (seconds, written, read) in [
            (0, "19700101T000000Z", "1970-01-01T00:00:00Z"),
            (1_440_938_160, "20150830T123600Z", "2015-08-30T12:36:00Z"),
            (1_709_210_096, "20240229T123456Z", "2024-02-29T12:34:56Z"),
            (1_709_251_200, "20240301T000000Z", "2024-03-01T00:00:00+00:00"),
            (4_102_444_799, "20991231T235959Z", "2099-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(amz_date(seconds), written);
            assert_eq!(timestamp(read), Some(seconds), "{read}");
        }
        for text in ["", "now", "2026-13-01T00:00:00Z", "2026-01-01", "2026-01-01T25:00:00Z"] {
            assert_eq!(timestamp(text), None, "{text}");
        }
        assert_eq!(until("1970-01-01T00:01:00Z", 20), Some(Duration::from_secs(40)));
        assert_eq!(until("1970-01-01T00:01:00Z", 90), Some(Duration::ZERO));
    }

    #[test]
    fn every_day_comes_back() {
        for day in (0..60_000).step_by(13) {
            let (year, month, date) = civil(day);
            assert_eq!(days(year, month, date), day);
        }
    }
}
