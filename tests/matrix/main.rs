//! Every client's dialect with every provider, streamed and plain, in all that an answer can be.
//!
//! Each cell is a conversation with the running binary: what the client gets is judged by the strict
//! checker of its dialect and by what it says, and the scripted provider judges what it was sent.
//! The outcome is the table in `docs/matrix.md`, which must be as it is there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod cells;
mod dialect;
mod heard;
mod images;
mod rows;
mod table;
mod talk;

use std::path::Path;
use std::sync::Arc;

use clasp_tests::support::upstream::Vendor;
use clasp_tests::support::upstream::play::Stage;
use tokio::sync::{Mutex, Semaphore};
use tokio::task::JoinSet;

use crate::cells::{Cell, Outcome, Scenario};
use crate::dialect::DIALECTS;
use crate::rows::{ROWS, Row};

/// Providers at a time; each has a clasp of its own.
const AT_ONCE: usize = 8;

/// One starts at a time: the first may have to compile the plugins, for all of them.
static STARTING: Mutex<()> = Mutex::const_new(());

/// Characters of a fault that are told.
const LONGEST: usize = 700;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_dialect_with_every_provider() {
    let gate = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    for (index, row) in ROWS.iter().enumerate() {
        let gate = Arc::clone(&gate);
        running.spawn(async move {
            let _turn = gate.acquire().await.unwrap();
            (index, run(row).await)
        });
    }
    let mut outcomes = running.join_all().await;
    outcomes.sort_by_key(|(index, _)| *index);
    let mut faults = Vec::new();
    for (index, cells) in &outcomes {
        for (cell, outcome) in cells {
            if let Outcome::Failed(why) = outcome {
                faults.push(format!("{}, {cell}: {why}", ROWS[*index].name));
            }
        }
    }
    assert!(faults.is_empty(), "{} cells failed:\n{}", faults.len(), faults.join("\n"));
    let cells: Vec<_> = outcomes.into_iter().map(|(_, cells)| cells).collect();
    compare(&table::write(&cells));
}

/// All cells of a provider, one after the other: what it was sent belongs to one of them.
async fn run(row: &'static Row) -> Vec<(Cell, Outcome)> {
    let vendor = Arc::new(Vendor::start().await);
    vendor.play(Stage::default());
    let clasp = {
        let _alone = STARTING.lock().await;
        row.setup(&vendor).start().await
    };
    let mut outcomes = Vec::new();
    for (index, cell) in Cell::all().into_iter().enumerate() {
        vendor.reset();
        // Ids and state are told by it; a conversation has at most three answers.
        let number = 3 * index;
        let (client, vendor) = (clasp.client(), Arc::clone(&vendor));
        let running = tokio::spawn(async move { cell.run(row, &client, &vendor, number).await });
        let outcome = running.await.unwrap_or_else(|error| {
            let panic = error.into_panic();
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
            let text = text.unwrap_or_default().replace('\n', " ");
            Outcome::Failed(text.chars().take(LONGEST).collect())
        });
        outcomes.push((cell, outcome));
    }
    // The error for an answer that never came whole is clasp's own, and has no sign of the lane.
    for dialect in DIALECTS {
        let of = |cell: &Cell, scenario| {
            cell.dialect == dialect && !cell.stream && cell.scenario == scenario
        };
        let untranslated = outcomes.iter().any(|(cell, outcome)| {
            of(cell, Scenario::Text) && matches!(outcome, Outcome::Untranslated)
        });
        for (cell, outcome) in outcomes.iter_mut().filter(|_| untranslated) {
            if of(cell, Scenario::Cut) && matches!(outcome, Outcome::Translated) {
                *outcome = Outcome::Untranslated;
            }
        }
    }
    outcomes
}

/// The table must be the one in the documentation.
fn compare(table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/matrix.md");
    if std::env::var_os("UPDATE_MATRIX").is_some() {
        return std::fs::write(&path, table).unwrap();
    }
    let told = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        told == table,
        "docs/matrix.md is not what the test found; `UPDATE_MATRIX=1 make test ARGS=matrix` \
         writes it anew"
    );
}

#[test]
fn every_plugin_has_a_row() {
    for (id, _) in clasp_plugin_bundle::PLUGINS {
        assert!(ROWS.iter().any(|row| row.plugin == *id), "{id} is in no row of the matrix");
    }
}
