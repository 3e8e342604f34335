use super::{Event, Events};

fn event(name: Option<&str>, data: &str, lines: usize) -> Event {
    Event { name: name.map(Into::into), data: data.into(), lines }
}

#[test]
fn events_are_the_same_however_they_are_cut() {
    let stream = "\u{feff}: hello\n\nevent: a\r\ndata:1\r\n\r\n\
                  data: 2\rdata\rdata:  3\r\rid: 7\n\nevent: ü\ndata: {\n: x\nretry: 5\ndata: }\n\n";
    let expected =
        [event(Some("a"), "1", 2), event(None, "2\n\n 3", 3), event(Some("ü"), "{\n}", 5)];
    for size in 1..=stream.len() {
        let mut events = Events::default();
        let cut = stream.as_bytes().chunks(size);
        let cut = cut.flat_map(|bytes| [bytes, b""]);
        let found: Vec<Event> = cut.flat_map(|bytes| events.push(bytes)).collect();
        assert_eq!(found, expected, "pieces of {size}");
        assert!(events.is_between() && events.is_text() && events.held() == 0);
    }
}

#[test]
fn what_is_not_complete_is_held() {
    let mut events = Events::default();
    assert!(events.push(b"event: ping\ndata: {\"type\"").is_empty());
    assert!(!events.is_between());
    assert_eq!(events.held(), 13);
    assert!(events.push(b"").is_empty());
    assert_eq!(events.push(b":1}\n\nevent: p").len(), 1);
    assert!(!events.is_between());
}

#[test]
fn what_is_no_text_is_noticed() {
    let mut events = Events::default();
    assert!(events.push(b"data: \xff\n").is_empty());
    assert!(!events.is_text() && !events.is_between());
}
