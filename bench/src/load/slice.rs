//! Slices of load: every contender in turn, round after round.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::case::{Case, Contender};
use super::client::{Connection, Sample};
use super::process::Process;
use super::report::{Quantiles, Row};
use super::statistics::spread;
use crate::error::Error;

/// How a case is driven.
pub struct Plan {
    /// Requests at once.
    pub at_once: usize,
    /// How often every contender has its turn.
    pub rounds: usize,
    /// How long a turn is.
    pub slice: Duration,
}

/// One contender's figures while they are gathered.
struct Gathered {
    contender: Contender,
    connections: Vec<Connection>,
    samples: Vec<Sample>,
    /// Microseconds per request, a value per round.
    cpu: Vec<f64>,
    faults: usize,
}

/// Drives `case` by `plan`; a row per contender.
pub async fn measure(
    case: &Case,
    processes: &[(Contender, &Process)],
    plan: &Plan,
    faults: &mut Vec<String>,
) -> Result<Vec<Row>, Error> {
    let mut gathered: Vec<Gathered> = processes
        .iter()
        .map(|(contender, process)| {
            let connection = || Connection::new(*contender, process.address);
            let connections = std::iter::repeat_with(connection).take(plan.at_once).collect();
            let contender = *contender;
            Gathered { contender, connections, samples: Vec::new(), cpu: Vec::new(), faults: 0 }
        })
        .collect();
    // The first round warms up and opens the connections.
    for round in 0..=plan.rounds {
        // Who comes first changes, so that nobody always follows the same neighbour.
        for turn in 0..processes.len() {
            let which = (turn + round) % processes.len();
            let (Some((_, process)), Some(gathered)) =
                (processes.get(which), gathered.get_mut(which))
            else {
                continue;
            };
            let length = if round == 0 { Duration::ZERO } else { plan.slice };
            gathered.slice(case, process, length, round > 0, faults).await?;
        }
    }
    Ok(gathered.into_iter().map(|gathered| gathered.row(case, plan)).collect())
}

impl Gathered {
    async fn slice(
        &mut self,
        case: &Case,
        process: &Process,
        length: Duration,
        counts: bool,
        faults: &mut Vec<String>,
    ) -> Result<(), Error> {
        let before = process.cpu()?;
        let end = Instant::now() + length;
        let workers = self.connections.iter_mut().map(|connection| work(connection, case, end));
        let done = join_all(workers).await;
        // What is left to do after the last byte belongs to the request as well.
        tokio::time::sleep(Duration::from_millis(3)).await;
        let cpu = process.cpu()?.saturating_sub(before);
        let mut requests = 0_u32;
        for (samples, fault) in done {
            requests += u32::try_from(samples.len()).unwrap_or_default();
            if counts {
                self.samples.extend(samples);
            }
            if let Some(fault) = fault {
                self.faults += 1;
                faults.push(format!("{} {}: {fault}", self.contender.name(), case.name));
            }
        }
        if counts && requests > 0 {
            self.cpu.push(cpu.as_secs_f64() * 1e6 / f64::from(requests));
        }
        Ok(())
    }

    fn row(self, case: &Case, plan: &Plan) -> Row {
        let (cpu, cpu_least, cpu_most) = spread(&self.cpu);
        Row {
            case: case.name,
            at_once: plan.at_once,
            contender: self.contender,
            bar: case.bar,
            requests: self.samples.len(),
            faults: self.faults,
            latency_ms: Quantiles::of(self.samples.iter().map(|sample| sample.whole)),
            first_ms: case
                .answer
                .stream()
                .then(|| Quantiles::of(self.samples.iter().map(|sample| sample.first))),
            cpu_us: cpu,
            cpu_us_least: cpu_least,
            cpu_us_most: cpu_most,
            cpu_us_rounds: self.cpu,
        }
    }
}

/// One exchange after another until `end`, at least one; stops at the first fault.
async fn work(
    connection: &mut Connection,
    case: &Case,
    end: Instant,
) -> (Vec<Sample>, Option<String>) {
    let mut samples = Vec::new();
    loop {
        match connection.exchange(case).await {
            Ok(sample) => samples.push(sample),
            Err(fault) => return (samples, Some(fault)),
        }
        if Instant::now() >= end {
            return (samples, None);
        }
    }
}
