#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod faults;
mod model;

use std::path::PathBuf;
use std::time::Duration;

use tempfile::TempDir;

use crate::items::{item_size, response_size};
use crate::{Entry, Error, Limits, Store, Usage};

const DAY: u64 = 24 * 60 * 60;

/// Any time.
const NOW: u64 = 1_763_700_000;

fn limits(bytes: u64) -> Limits {
    Limits { lifetime: Duration::from_secs(30 * DAY), bytes }
}

/// A new directory, which goes with the test, and a path in it.
fn place() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("responses.redb");
    (directory, path)
}

fn store(bytes: u64) -> (TempDir, Store) {
    let (directory, path) = place();
    (directory, Store::open(&path, limits(bytes)).unwrap())
}

fn entry(response: &str, items: &[&str]) -> Entry {
    let items = items.iter().map(|item| (*item).into()).collect();
    Entry { owner: String::new(), created: NOW, response: response.into(), items }
}

fn bytes(store: &Store) -> u64 {
    store.usage().unwrap().bytes
}

#[test]
fn an_entry_comes_back_as_it_was() {
    let (_directory, store) = store(1 << 20);
    let stored = entry(r#"{"id":"resp_1","output":[]}"#, &[r#"{"a": "ü🙂"}"#, r#"{"b":2}"#, "{}"]);
    store.put("resp_1", &stored).unwrap();
    assert_eq!(store.get("", "resp_1", NOW).unwrap(), Some(stored));
    assert_eq!(store.get("", "resp_2", NOW).unwrap(), None);
    let nothing = entry("{}", &[]);
    store.put("resp_2", &nothing).unwrap();
    assert_eq!(store.get("", "resp_2", NOW).unwrap(), Some(nothing));
    let replaced = entry("{}", &["{}"]);
    store.put("resp_1", &replaced).unwrap();
    assert_eq!(store.get("", "resp_1", NOW).unwrap(), Some(replaced));
}

#[test]
fn another_owners_entry_is_not_there() {
    let (_directory, store) = store(1 << 20);
    let mine = Entry { owner: "me".into(), ..entry("{}", &["{}"]) };
    store.put("resp_1", &mine).unwrap();
    for other in ["", "you", "m", "mee"] {
        assert_eq!(store.get(other, "resp_1", NOW).unwrap(), None);
        assert!(!store.delete(other, "resp_1", NOW).unwrap());
    }
    assert_eq!(store.get("me", "resp_1", NOW).unwrap(), Some(mine));
    assert!(store.delete("me", "resp_1", NOW).unwrap());
}

#[test]
fn what_was_deleted_stays_in_what_went_on_from_it() {
    let (_directory, store) = store(1 << 20);
    let first = entry("{1}", &["{a}"]);
    let second = entry("{2}", &["{a}", "{1}", "{b}"]);
    store.put("resp_1", &first).unwrap();
    store.put("resp_2", &second).unwrap();
    assert!(store.delete("", "resp_1", NOW).unwrap());
    assert!(!store.delete("", "resp_1", NOW).unwrap());
    assert_eq!(store.get("", "resp_1", NOW).unwrap(), None);
    assert_eq!(store.get("", "resp_2", NOW).unwrap(), Some(second));
    assert!(store.delete("", "resp_2", NOW).unwrap());
    assert_eq!(store.usage().unwrap(), Usage::default());
}

#[test]
fn what_conversations_share_is_stored_once() {
    let (_directory, store) = store(1 << 20);
    let long = format!("{{\"text\":\"{}\"}}", "a".repeat(10_000));
    store.put("resp_1", &entry("{}", &[&long])).unwrap();
    let before = bytes(&store);
    // The next turn, and the same one again, and a branch.
    for (id, items) in [
        ("resp_2", &[&*long, "{b}", "{c}"]),
        ("resp_3", &[&*long, "{b}", "{c}"]),
        ("resp_4", &[&*long, "{b}", "{d}"]),
    ] {
        store.put(id, &entry("{}", items)).unwrap();
        assert_eq!(store.get("", id, NOW).unwrap(), Some(entry("{}", items)));
    }
    let added = 3 * response_size(6, 0, 2) + 3 * item_size(3);
    assert_eq!(bytes(&store), before + added);
    // The same item in another place of a conversation, or of another owner's, is another one.
    let other = Entry { owner: "other".into(), ..entry("{}", &[&long]) };
    store.put("resp_5", &other).unwrap();
    store.put("resp_6", &entry("{}", &["{b}", &long])).unwrap();
    assert!(bytes(&store) > before + added + 20_000);
}

#[test]
fn what_is_too_old_is_not_there() {
    let (_directory, store) = store(1 << 20);
    store.put("resp_1", &entry("{}", &["{a}"])).unwrap();
    let last = NOW + 30 * DAY;
    assert!(store.get("", "resp_1", last).unwrap().is_some());
    assert_eq!(store.get("", "resp_1", last + 1).unwrap(), None);
    assert!(!store.delete("", "resp_1", last + 1).unwrap());
    // A clock that was set back makes nothing too old.
    store.put("resp_2", &Entry { created: last, ..entry("{}", &["{a}"]) }).unwrap();
    assert!(store.get("", "resp_2", NOW).unwrap().is_some());
}

#[test]
fn a_sweep_removes_what_is_too_old() {
    let (_directory, store) = store(1 << 20);
    for number in 0..600 {
        let created = NOW + u64::from(number >= 590);
        let items = [format!("{{{number}}}")];
        let items: Vec<&str> = items.iter().map(String::as_str).collect();
        store.put(&format!("resp_{number}"), &Entry { created, ..entry("{}", &items) }).unwrap();
    }
    assert_eq!(store.sweep(NOW + 30 * DAY).unwrap(), 0);
    assert_eq!(store.sweep(NOW + 30 * DAY + 1).unwrap(), 590);
    assert_eq!(store.usage().unwrap().entries, 10);
    assert_eq!(store.sweep(NOW + 30 * DAY + 2).unwrap(), 10);
    assert_eq!(store.usage().unwrap(), Usage::default());
}

#[test]
fn the_oldest_make_room() {
    let body = format!("{{\"text\":\"{}\"}}", "a".repeat(1000));
    let one = item_size(body.len()) + response_size(6, 0, 2);
    let (_directory, store) = store(3 * one);
    let put = |number: u64, created: u64| {
        let items = [format!("{{\"text\":\"{number}{}\"}}", "a".repeat(999))];
        let items: Vec<&str> = items.iter().map(String::as_str).collect();
        store.put(&format!("resp_{number}"), &Entry { created, ..entry("{}", &items) }).unwrap();
    };
    let there = || -> Vec<u64> {
        let has = |n: &u64| store.get("", &format!("resp_{n}"), NOW).unwrap().is_some();
        (0..9).filter(has).collect()
    };
    for number in 0..3 {
        put(number, NOW + number);
    }
    assert_eq!(there(), [0, 1, 2]);
    put(3, NOW + 3);
    assert_eq!(there(), [1, 2, 3]);
    // What is stored now stays, even if it was begun before all others.
    put(4, NOW - 1);
    assert_eq!(there(), [2, 3, 4]);
    assert_eq!(bytes(&store), 3 * one);
    let too_large = entry("{}", &[&"a".repeat(5000)]);
    let error = store.put("resp_5", &too_large).unwrap_err();
    assert!(matches!(error, Error::TooLarge { bytes, limit } if bytes > limit));
    assert!(error.to_string().contains("Raise CLASP_RESPONSES_STORE_SIZE"), "{error}");
    assert_eq!(there(), [2, 3, 4]);
}

#[test]
fn the_file_is_at_most_half_as_large_again_as_the_limit() {
    const LIMIT: u64 = 2 << 20;
    // Those that just do not fit into a page, or into half of one, are the worst.
    for (lengths, items) in [
        (&[10, 60][..], 250),
        (&[900], 40),
        (&[1800], 20),
        (&[2100], 20),
        (&[4100], 10),
        (&[20, 900, 66_000], 1),
    ] {
        let (directory, store) = store(LIMIT);
        for (number, length) in (0..90).zip(lengths.iter().cycle()) {
            let item = |item| format!("{number} {item} {}", "a".repeat(*length)).into();
            let entry = Entry {
                created: NOW + number,
                response: "b".repeat(*length).into(),
                items: (0..items).map(item).collect(),
                ..Entry::default()
            };
            store.put(&format!("resp_{number}"), &entry).unwrap();
        }
        let used = bytes(&store);
        let file = std::fs::metadata(directory.path().join("responses.redb")).unwrap().len();
        assert!(used <= LIMIT && used > LIMIT / 10 * 8, "{lengths:?}: {used}");
        assert!(file <= LIMIT * 3 / 2, "{lengths:?}: {file}");
    }
}

#[test]
fn what_was_stored_outlives_a_crash() {
    let (directory, store) = store(1 << 20);
    let stored = entry("{}", &["{a}", "{b}"]);
    store.put("resp_1", &stored).unwrap();
    // As the disk has it while the store is still open.
    let copy = directory.path().join("copy.redb");
    std::fs::copy(directory.path().join("responses.redb"), &copy).unwrap();
    store.put("resp_2", &stored).unwrap();
    let copy = Store::open(&copy, limits(1 << 20)).unwrap();
    assert_eq!(copy.get("", "resp_1", NOW).unwrap(), Some(stored));
    assert_eq!(copy.get("", "resp_2", NOW).unwrap(), None);
}

#[test]
fn many_at_a_time() {
    let (_directory, store) = store(1 << 20);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let store = &store;
            scope.spawn(move || {
                for number in 0..8 {
                    let id = format!("resp_{thread}_{number}");
                    let stored = entry("{}", &["{a}", "{b}", &id]);
                    store.put(&id, &stored).unwrap();
                    assert_eq!(store.get("", &id, NOW).unwrap(), Some(stored));
                    assert!(number % 2 == 0 || store.delete("", &id, NOW).unwrap());
                }
            });
        }
    });
    assert_eq!(store.usage().unwrap().entries, 16);
    assert_eq!(store.sweep(NOW + 31 * DAY).unwrap(), 16);
    assert_eq!(store.usage().unwrap(), Usage::default());
}
