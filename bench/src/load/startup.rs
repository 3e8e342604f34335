//! How long clasp takes from its start to its first answer, compiled code cached.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::case::{Case, Contender};
use super::client::Connection;
use super::process::{ClaspSetup, Process};
use super::report::Start;
use super::statistics::spread;
use crate::error::Error;

/// Longest that a start may take, compiling included.
const LIMIT: Duration = Duration::from_secs(60);
/// Between two tries to connect.
const PAUSE: Duration = Duration::from_micros(200);

/// Starts clasp once to fill its cache and `times` more to measure.
pub async fn measure(
    setup: &ClaspSetup<'_>,
    vendor: SocketAddr,
    times: usize,
) -> Result<Start, Error> {
    let cases = Case::all()?;
    let case = cases.first().ok_or_else(|| Error::other("no case"))?;
    let cold_ms = once(setup, vendor, case).await?;
    let mut warm = Vec::with_capacity(times);
    for _ in 0..times {
        warm.push(once(setup, vendor, case).await?);
    }
    let (warm_ms, warm_ms_least, warm_ms_most) = spread(&warm);
    Ok(Start { cold_ms, warm_ms, warm_ms_least, warm_ms_most })
}

/// Milliseconds from the start of the process to the end of the first answer.
async fn once(setup: &ClaspSetup<'_>, vendor: SocketAddr, case: &Case) -> Result<f64, Error> {
    let start = Instant::now();
    let process = Process::clasp(setup, vendor)?;
    let mut connection = Connection::new(Contender::Clasp, process.address);
    loop {
        match connection.exchange(case).await {
            Ok(_) => return Ok(start.elapsed().as_secs_f64() * 1e3),
            Err(fault) if start.elapsed() > LIMIT => {
                return Err(Error::other(format!("clasp gave no answer after its start: {fault}")));
            }
            // Nothing else runs here, and the timer of tokio is too coarse.
            Err(_) => std::thread::sleep(PAUSE),
        }
    }
}
