//! The load run: vendor, plain proxy, native translator and clasp as processes of this machine,
//! asked the same things in turns, so that noise meets them all alike.

mod case;
mod check;
mod client;
mod memory;
mod process;
mod report;
mod slice;
mod startup;
pub mod statistics;
mod table;

use std::path::PathBuf;
use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use self::case::{Case, Contender};
use self::client::Connection;
use self::process::{ClaspSetup, Process};
use self::report::Report;
use crate::error::Error;

/// What to measure.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The clasp binary. Without the file, everything else is measured.
    #[arg(long, default_value = "target/release/clasp")]
    clasp: PathBuf,
    /// A setting for clasp, NAME=VALUE. Repeatable.
    #[arg(long)]
    clasp_env: Vec<String>,
    /// Less than a minute: short slices, no 128 at once, few streams. For development.
    #[arg(long)]
    quick: bool,
    /// Writes every figure here, as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Fails when a bar is missed, not only when an answer was wrong.
    #[arg(long)]
    gate: bool,
    /// Only these cases: `plain-100b`, `text-200`, … Repeatable.
    #[arg(long)]
    case: Vec<String>,
    /// Only these. Repeatable.
    #[arg(long)]
    only: Vec<Contender>,
    /// Requests at once. Repeatable; 1, 16 and 128 otherwise.
    #[arg(long)]
    concurrency: Vec<usize>,
    /// Rounds of slices; the median of the rounds is reported.
    #[arg(long)]
    rounds: Option<usize>,
    /// Milliseconds of a slice.
    #[arg(long)]
    slice: Option<u64>,
    /// Streams held open at once.
    #[arg(long)]
    streams: Option<usize>,
    /// Leaves out start and memory.
    #[arg(long)]
    load_only: bool,
    /// Leaves out the load itself.
    #[arg(long)]
    memory_only: bool,
}

/// Measures and prints. True: nothing to complain of.
pub fn run(options: &Options) -> Result<bool, Error> {
    raise_file_limit();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Error::io("start tokio"))?;
    let report = runtime.block_on(measure(options))?;
    println!("{}", table::summary(&report));
    if let Some(path) = &options.json {
        let text = serde_json::to_string_pretty(&report)
            .map_err(|error| Error::other(format!("write the report: {error}")))?;
        std::fs::write(path, text).map_err(Error::io(format!("write {}", path.display())))?;
    }
    Ok(report.faults.is_empty() && (!options.gate || report.bars.iter().all(|bar| bar.met)))
}

async fn measure(options: &Options) -> Result<Report, Error> {
    let home = tempfile::tempdir().map_err(Error::io("make a home for clasp"))?;
    let clasp = std::path::absolute(&options.clasp).map_err(Error::io("find clasp"))?;
    let setup = ClaspSetup { binary: &clasp, home: home.path(), variables: &options.clasp_env };
    let mut contenders: Vec<Contender> = Contender::ALL
        .into_iter()
        .filter(|contender| options.only.is_empty() || options.only.contains(contender))
        .collect();
    if contenders.iter().any(|contender| contender.is_clasp()) && !clasp.is_file() {
        eprintln!("no clasp at {}: measuring without it", clasp.display());
        contenders.retain(|contender| !contender.is_clasp());
    }
    let done = measure_all(options, &contenders, &setup).await;
    if done.is_err() && contenders.iter().any(|contender| contender.is_clasp()) {
        eprintln!("The last that clasp said:\n{}", setup.said());
    }
    done
}

async fn measure_all(
    options: &Options,
    contenders: &[Contender],
    setup: &ClaspSetup<'_>,
) -> Result<Report, Error> {
    let vendor = Process::own("vendor", None)?;
    let mut report = Report::new(options.quick);
    println!("{}\n", table::machine(&report));

    if contenders.contains(&Contender::Clasp) && !options.load_only {
        eprintln!("start …");
        let starts = if options.quick { 3 } else { 9 };
        report.start = Some(startup::measure(setup, vendor.address, starts).await?);
    }
    if !options.load_only {
        let streams = options.streams.unwrap_or(if options.quick { 128 } else { 512 });
        let measured =
            |contender: &&Contender| !matches!(contender, Contender::Direct | Contender::Lane);
        for contender in contenders.iter().filter(measured) {
            eprintln!("memory of {} with {streams} open streams …", contender.name());
            let memory = memory::measure(*contender, setup, &vendor, streams).await;
            match memory {
                Ok(memory) => report.memory.push(memory),
                Err(error) => report.faults.push(format!("{}: {error}", contender.name())),
            }
        }
    }
    if !options.memory_only {
        load(options, contenders, setup, vendor, &mut report).await?;
    }
    report.judge();
    Ok(report)
}

async fn load(
    options: &Options,
    contenders: &[Contender],
    setup: &ClaspSetup<'_>,
    vendor: Process,
    report: &mut Report,
) -> Result<(), Error> {
    let mut processes = Vec::new();
    let address = vendor.address;
    for contender in contenders {
        if *contender != Contender::Direct {
            let mut process = Process::start(*contender, setup, address)?;
            process.listening().await?;
            processes.push((*contender, process));
        }
    }
    if contenders.contains(&Contender::Direct) {
        processes.insert(0, (Contender::Direct, vendor));
    } else {
        // Kept running to the end.
        processes.push((Contender::Direct, vendor));
    }
    let taking_part: Vec<(Contender, &Process)> = processes
        .iter()
        .filter(|(contender, _)| contenders.contains(contender))
        .map(|(contender, process)| (*contender, process))
        .collect();

    inspect(&taking_part, report).await?;
    let at_once = match options.concurrency.as_slice() {
        [] if options.quick => vec![1, 16],
        [] => vec![1, 16, 128],
        chosen => chosen.to_vec(),
    };
    let rounds = options.rounds.unwrap_or(if options.quick { 3 } else { 11 });
    let slice = options.slice.unwrap_or(if options.quick { 200 } else { 300 });
    for case in Case::all()? {
        if !options.case.is_empty() && !options.case.iter().any(|name| name == case.name) {
            continue;
        }
        for at_once in at_once.iter().copied() {
            if case.paced() && (at_once > 16 || options.quick) {
                continue;
            }
            // Large bodies by the hundred take seconds a slice, paced streams one.
            let rounds = match case.anthropic.len() * at_once {
                0x1000_0000.. => rounds.min(2),
                _ if case.paced() => rounds.min(3),
                _ => rounds,
            };
            let plan = slice::Plan { at_once, rounds, slice: Duration::from_millis(slice) };
            let rows = slice::measure(&case, &taking_part, &plan, &mut report.faults).await?;
            print!("{}", table::rows(&rows, report.rows.is_empty()));
            report.rows.extend(rows);
        }
    }
    for (contender, process) in &taking_part {
        if *contender != Contender::Direct {
            report.peaks.push((*contender, process.memory()?.peak));
        }
    }
    Ok(())
}

/// What arrives at the vendor must be the same, whoever translated it.
async fn inspect(processes: &[(Contender, &Process)], report: &mut Report) -> Result<(), Error> {
    for case in Case::inspections()? {
        let mut wanted: Option<String> = None;
        for (contender, process) in processes {
            let mut connection = Connection::new(*contender, process.address);
            let said = match connection.exchange(&case).await {
                Ok(_) => check::plain_text(*contender, connection.answer()),
                Err(fault) => Err(fault),
            };
            match (said, &wanted) {
                (Err(fault), _) => {
                    report.faults.push(format!("{} {}: {fault}", contender.name(), case.name));
                }
                (Ok(said), None) => {
                    eprintln!("{} as the vendor sees it: {said}", case.name);
                    wanted = Some(said);
                }
                (Ok(said), Some(wanted)) if said != *wanted => report.faults.push(format!(
                    "{} {}: another request reached the vendor: {said}",
                    contender.name(),
                    case.name
                )),
                (Ok(_), Some(_)) => {}
            }
        }
    }
    Ok(())
}

/// Streams by the hundred need more than the usual number of sockets; processes inherit it.
fn raise_file_limit() {
    if let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE)
        && soft < hard.min(8192)
    {
        // Left as it is, the run says what it could not open.
        let _ = setrlimit(Resource::RLIMIT_NOFILE, hard.min(8192), hard);
    }
}
