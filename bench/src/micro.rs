//! Instruction counts: parse, begin, feed and encode under valgrind, held against a stored
//! reference.
//!
//! Each measure runs in a process of its own, once with few repetitions and once with twice as
//! many; the difference is what a repetition takes. What the process does before and after falls
//! out, and noise of the machine does not count at all.

mod measure;
mod reference;
mod route;
mod work;

use std::path::PathBuf;
use std::process::Command;

use self::measure::Measure;
use self::reference::{Reference, Verdict};
use crate::error::Error;

/// What to count.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Where the reference is kept.
    #[arg(long, default_value = "bench/reference.json")]
    reference: PathBuf,
    /// Makes this run the new reference.
    #[arg(long)]
    update: bool,
    /// Only these measures. Repeatable.
    #[arg(long)]
    only: Vec<Measure>,
    /// The component to measure, instead of the `openai` plugin that clasp carries.
    #[arg(long)]
    component: Option<PathBuf>,
}

/// One measure, repeated; what valgrind runs.
#[derive(Debug, clap::Args)]
pub struct Repeat {
    measure: Measure,
    times: u32,
    /// Where compiled code is kept.
    cache: PathBuf,
    #[arg(long)]
    component: Option<PathBuf>,
}

/// Counts, compares and prints. True: nothing grew.
pub fn run(options: &Options) -> Result<bool, Error> {
    let known = Reference::read(&options.reference)?;
    let mut counted = Reference::here();
    let comparable = known.as_ref().filter(|known| known.comparable(&counted));
    match (&known, comparable) {
        (None, _) => println!("no reference at {}", options.reference.display()),
        (Some(known), None) => {
            println!(
                "the reference was made by {} for {}: not compared",
                known.compiler, known.target
            );
        }
        (Some(_), Some(_)) => {}
    }
    let cache = tempfile::tempdir().map_err(Error::io("make a folder for compiled code"))?;
    let mut grew = false;
    println!("{:<18}{:>16}{:>16}{:>9}", "instructions", "each", "reference", "");
    for measure in Measure::ALL {
        if !options.only.is_empty() && !options.only.contains(&measure) {
            continue;
        }
        let count = count(measure, options, cache.path())?;
        let before = comparable.and_then(|known| known.counts.get(measure.name()).copied());
        let verdict = Verdict::of(count, before);
        grew |= verdict == Verdict::Grew;
        println!(
            "{:<18}{count:>16}{:>16}{}",
            measure.name(),
            before.map_or_else(|| "–".to_owned(), |before| before.to_string()),
            verdict.say(count, before),
        );
        counted.counts.insert(measure.name().to_owned(), count);
    }
    if options.update {
        counted.write(&options.reference)?;
        println!("written to {}", options.reference.display());
        return Ok(true);
    }
    Ok(!grew)
}

/// Repeats one measure; valgrind counts.
pub fn repeat(repeat: &Repeat) -> Result<(), Error> {
    repeat.measure.repeat(repeat.times, &repeat.cache, repeat.component.as_deref())
}

/// Instructions of one repetition.
fn count(measure: Measure, options: &Options, cache: &std::path::Path) -> Result<u64, Error> {
    let times = measure.times();
    if measure.runs_plugin() {
        // Compiles, so that both runs that count find the code in the cache.
        under_valgrind(measure, 1, options, cache)?;
    }
    let once = under_valgrind(measure, times, options, cache)?;
    let twice = under_valgrind(measure, times * 2, options, cache)?;
    Ok(twice.saturating_sub(once) / u64::from(times))
}

fn under_valgrind(
    measure: Measure,
    times: u32,
    options: &Options,
    cache: &std::path::Path,
) -> Result<u64, Error> {
    let binary = std::env::current_exe().map_err(Error::io("find the bench's own binary"))?;
    let mut command = Command::new("valgrind");
    command
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(binary)
        .args(["repeat", measure.name(), &times.to_string()])
        .arg(cache);
    if let Some(component) = &options.component {
        command.arg("--component").arg(component);
    }
    let done = command.output().map_err(Error::io("run valgrind (is it installed?)"))?;
    let said = String::from_utf8_lossy(&done.stderr);
    if !done.status.success() {
        let last: Vec<&str> = said.lines().rev().take(12).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        return Err(Error::other(format!("{} failed: {}", measure.name(), last.join("\n"))));
    }
    let count = said.lines().find_map(|line| {
        let (head, count) = line.split_once("refs:")?;
        head.trim_end().ends_with('I').then(|| count.trim().replace(',', "").parse().ok())?
    });
    count.ok_or_else(|| Error::other(format!("valgrind gave no count: {said}")))
}
