//! Reads a wait that stands in a message's words only: `Please try again in 1m30.5s.` (rule D3).

/// What stands before a wait.
const PHRASES: &[&str] = &["try again in ", "retry after ", "retry in "];

/// The wait that `message` asks for, in milliseconds.
pub(super) fn stated(message: &str) -> Option<u64> {
    let message = message.to_lowercase();
    PHRASES.iter().find_map(|phrase| duration(message.split_once(phrase)?.1))
}

/// A sum of numbers, each with its unit, at the start of a text.
fn duration(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut total: Option<f64> = None;
    loop {
        let digits = |character: char| character.is_ascii_digit() || character == '.';
        let end = rest.find(|character| !digits(character)).unwrap_or(rest.len());
        let (number, tail) = rest.split_at(end);
        let Ok(number) = number.parse::<f64>() else { break };
        let tail = tail.trim_start();
        let end = tail.find(|character: char| !character.is_ascii_alphabetic());
        let (unit, tail) = tail.split_at(end.unwrap_or(tail.len()));
        let milliseconds = match unit {
            "ms" | "millisecond" | "milliseconds" => 1.0,
            "s" | "sec" | "second" | "seconds" => 1000.0,
            "m" | "min" | "minute" | "minutes" => 60_000.0,
            "h" | "hour" | "hours" => 3_600_000.0,
            _ => break,
        };
        total = Some(total.unwrap_or(0.0) + number * milliseconds);
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
        let waits = [
            ("Limit 3, Used 3. Please try again in 20s. Visit", Some(20_000)),
            ("please try again in 1m30.5s.", Some(90_500)),
            ("Please try again in 6m0s.", Some(360_000)),
            ("Please try again in 251ms. Visit", Some(251)),
            ("Please retry after 22 seconds.", Some(22_000)),
            ("Please try again in a while", None),
            ("try again in 5 apples", None),
            ("nothing", None),
        ];
        for (message, wait) in waits {
            assert_eq!(stated(message), wait, "{message}");
        }
    }
}
