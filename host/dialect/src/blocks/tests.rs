#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use clasp_model::{Event, FailureKind, FinishReason, ToolCallDelta};

use super::{BLOCK_COST, MAX_HELD, Op, Open, Sorter};

fn call(slot: u32, arguments: &str) -> Event {
    let name = Some("tool".to_owned());
    let arguments = arguments.to_owned();
    Event::ToolCall(ToolCallDelta { slot, name, arguments, ..ToolCallDelta::default() })
}

fn ids(seed: &str) -> Vec<String> {
    let mut sorter = Sorter::new(seed, "toolu_");
    let mut ops = Vec::new();
    for slot in 0..100 {
        sorter.event(call(slot, "{}"), &mut ops).unwrap();
    }
    sorter.event(Event::Finished(FinishReason::ToolCalls), &mut ops).unwrap();
    sorter.finish(&mut ops).unwrap();
    let id = |op| match op {
        Op::Open(Open::Call { id, .. }) => Some(id),
        _ => None,
    };
    ops.into_iter().filter_map(id).collect()
}

#[test]
fn a03_what_waits_is_bounded() {
    let mut sorter = Sorter::new("", "");
    let mut ops = Vec::new();
    sorter.event(call(0, "{"), &mut ops).unwrap();
    let piece = "x".repeat(1024 * 1024);
    let waiting = (0..).map(|_| call(1, &piece)).take(17);
    let failure = waiting.map(|event| sorter.event(event, &mut ops)).find_map(Result::err).unwrap();
    assert_eq!(failure.kind, FailureKind::Protocol);

    // Many small ones cost as well, and what was given out does not count.
    let mut sorter = Sorter::new("", "");
    for slot in 0..2 * (MAX_HELD / BLOCK_COST) as u32 {
        sorter.event(call(slot, "{}"), &mut ops).unwrap();
    }
    sorter.event(call(u32::MAX, "{"), &mut ops).unwrap();
    let mut small = (0..MAX_HELD / BLOCK_COST).map(|slot| call(slot as u32, "{}"));
    assert!(small.any(|event| sorter.event(event, &mut ops).is_err()));
}

#[test]
fn a04_minted_ids_differ_and_are_stable() {
    let one = ids("msg_1");
    assert_eq!(one.len(), 100);
    assert_eq!(one, ids("msg_1"));
    let mut all: Vec<String> = one.into_iter().chain(ids("msg_2")).collect();
    assert!(all.iter().all(|id| id.len() == 30 && id.starts_with("toolu_")));
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 200);
}
