//! A wait that stands in a message's words only: `Please try again in 1m30.5s.` (rule D3).

/// In milliseconds.
pub(super) fn stated(message: &str) -> Option<u64> {
    let (_, mut rest) = message.split_once("try again in ")?;
    let mut total: Option<f64> = None;
    loop {
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
        let (number, tail) = rest.split_at(end.unwrap_or(rest.len()));
        let Ok(number) = number.parse::<f64>() else { break };
        let end = tail.find(|letter: char| !letter.is_ascii_alphabetic());
        let (unit, tail) = tail.split_at(end.unwrap_or(tail.len()));
        let milliseconds = match unit {
            "ms" => 1.0,
            "s" => 1000.0,
            "m" => 60_000.0,
            "h" => 3_600_000.0,
            _ => break,
        };
        total = Some(total.unwrap_or_default() + number * milliseconds);
        rest = tail;
    }
    // A float beyond the range saturates.
    total.map(|wait| wait.ceil() as u64)
}

#[cfg(test)]
mod tests {
    use super::stated;

    #[test]
    fn d03_waits_in_words() {
        for (message, wait) in [
            ("Rate limit reached. Please try again in 20s. Visit", Some(20_000)),
            ("Please try again in 1m30.5s.", Some(90_500)),
            ("Please try again in 251ms.", Some(251)),
            ("Please try again in 9e9h", None),
            ("Please try again in 99999999999999999999999h", Some(u64::MAX)),
            ("Please try again in a while", None),
            ("try again", None),
        ] {
            assert_eq!(stated(message), wait, "{message}");
        }
    }
}
