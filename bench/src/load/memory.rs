//! Resident memory: idle, and with streams that the vendor holds open.

use std::collections::VecDeque;
use std::net::SocketAddr;

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::case::{Case, Contender};
use super::client::Connection;
use super::process::{ClaspSetup, Process};
use super::report::{Held, MemoryUse};
use crate::error::Error;
use crate::scenario::{HELD_AFTER, RELEASE_PATH};

/// Streams that are opened at the same time.
const OPENING: usize = 32;

/// Measures `contender` twice, each time in a fresh process: with small and with large requests.
pub async fn measure(
    contender: Contender,
    setup: &ClaspSetup<'_>,
    vendor: &Process,
    streams: usize,
) -> Result<MemoryUse, Error> {
    let mut held = Vec::new();
    for case in Case::held()? {
        let mut process = Process::start(contender, setup, vendor.address)?;
        process.listening().await?;
        let idle = process.settled_memory().await?;
        let with_streams = hold(contender, &process, &case, vendor.address, streams)
            .await
            .map_err(Error::Other)?;
        let grown = with_streams.resident.saturating_sub(idle.resident);
        held.push(Held {
            case: case.name,
            streams,
            idle_kib: idle.resident,
            idle_anonymous_kib: idle.anonymous,
            held_kib: with_streams.resident,
            per_stream_kib: count(grown) / count(u64::try_from(streams).unwrap_or(1)),
        });
    }
    Ok(MemoryUse { contender, held })
}

async fn hold(
    contender: Contender,
    process: &Process,
    case: &Case,
    vendor: SocketAddr,
    streams: usize,
) -> Result<super::process::Memory, String> {
    let last = format!("k{:03}", HELD_AFTER - 1);
    let mut waiting: VecDeque<Connection> =
        std::iter::repeat_with(|| Connection::new(contender, process.address))
            .take(streams)
            .collect();
    let mut open = Vec::with_capacity(streams);
    while !waiting.is_empty() {
        let batch = waiting.drain(..waiting.len().min(OPENING));
        let begun = join_all(batch.map(async |mut connection| {
            let begun = connection.begin(case, &last).await?;
            Ok::<_, String>((connection, begun))
        }))
        .await;
        for begun in begun {
            open.push(begun?);
        }
    }
    let memory = process.settled_memory().await.map_err(|error| error.to_string())?;
    release(vendor).await.map_err(|error| format!("release the streams: {error}"))?;
    let done = join_all(
        open.into_iter()
            .map(async |(mut connection, begun)| connection.complete(case, begun).await),
    )
    .await;
    done.into_iter().collect::<Result<(), String>>()?;
    Ok(memory)
}

async fn release(vendor: SocketAddr) -> std::io::Result<()> {
    let mut stream = tokio::net::TcpStream::connect(vendor).await?;
    let request = format!(
        "POST {RELEASE_PATH} HTTP/1.1\r\nhost: bench\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    stream.read_to_end(&mut Vec::new()).await?;
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn count(value: u64) -> f64 {
    value as f64
}
