//! The outcome as a page of the documentation.

use std::fmt::Write as _;

use crate::cells::{Cell, Outcome, SCENARIOS, Scenario};
use crate::dialect::DIALECTS;
use crate::rows::{Hole, ROWS};

const HEAD: &str = "\
# Every client with every provider

Written by `tests/matrix`, which has all of these conversations with the running binary and a scripted provider; it fails when this page is not what it found (`UPDATE_MATRIX=1 make test ARGS=matrix` writes it anew). Each cell is two of them: the answer in one piece, then the streamed one.

- `✓` translated: the client gets what its API's documentation says, judged by a strict checker, with the content that the provider gave; the provider gets what its own documentation says.
- `=` untranslated: provider and client speak the same dialect, and each gets the other's bytes as they are, but for the model's name. With `NAME_LANE=off` the same is translated, in a row of its own.
- `–` there is no such thing, for the reason below the tables.

What is in a cell:

";

const TEST: &[(Scenario, &str, &str)] = &[
    (
        Scenario::Text,
        "Text",
        "letters of all kinds arrive as they were, with the end and the token counts",
    ),
    (
        Scenario::Call,
        "Call",
        "text and a tool call, with its id, name and arguments; its result goes back, and the provider answers to it",
    ),
    (Scenario::Parallel, "Parallel", "two calls in one answer, and both results"),
    (
        Scenario::Reasoning,
        "Reasoning",
        "thinking before a call, twice; what the provider gave with it (signatures, encrypted reasoning, details) goes back to it unchanged, where it wants that",
    ),
    (
        Scenario::Image,
        "Image",
        "a user's image is at the provider, byte for byte, in the provider's own form",
    ),
    (
        Scenario::Error,
        "Error",
        "a 400 and a 429 with `retry-after`: status, envelope, the provider's words and the wait",
    ),
    (
        Scenario::Cut,
        "Cut",
        "an answer that breaks off is never a success: an error status, or in a stream what came and an error at its end",
    ),
];

/// The page, for the outcomes of each row.
pub fn write(rows: &[Vec<(Cell, Outcome)>]) -> String {
    let mut holes: Vec<&'static Hole> = Vec::new();
    let mut page = HEAD.to_owned();
    for (_, name, what) in TEST {
        writeln!(page, "- **{name}**: {what}.").unwrap();
    }
    for dialect in DIALECTS {
        let names: Vec<&str> = TEST.iter().map(|(_, name, _)| *name).collect();
        writeln!(page, "\n## Clients of {}\n", dialect.name()).unwrap();
        writeln!(page, "| Provider | {} |", names.join(" | ")).unwrap();
        writeln!(page, "|---|{}", "---|".repeat(names.len())).unwrap();
        for (row, cells) in ROWS.iter().zip(rows) {
            let mut signs = Vec::new();
            for scenario in SCENARIOS {
                let of = |(cell, _): &&(Cell, Outcome)| {
                    cell.dialect == dialect && cell.scenario == scenario
                };
                let two: Vec<String> =
                    cells.iter().filter(of).map(|(_, outcome)| sign(outcome, &mut holes)).collect();
                signs.push(two.join(" "));
            }
            writeln!(page, "| {} | {} |", row.name, signs.join(" | ")).unwrap();
        }
    }
    page.push_str("\n## Why there is a dash\n\n");
    for (index, hole) in holes.iter().enumerate() {
        writeln!(page, "{}. {}", index + 1, hole.reason).unwrap();
    }
    page
}

fn sign(outcome: &Outcome, holes: &mut Vec<&'static Hole>) -> String {
    match outcome {
        Outcome::Translated => "✓".to_owned(),
        Outcome::Untranslated => "=".to_owned(),
        Outcome::Hole(hole) => {
            let known = holes.iter().position(|known| known.reason == hole.reason);
            let index = known.unwrap_or_else(|| {
                holes.push(hole);
                holes.len() - 1
            });
            format!("–<sup>{}</sup>", index + 1)
        }
        Outcome::Failed(why) => panic!("a failed cell is no table: {why}"),
    }
}
