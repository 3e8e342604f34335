//! What Redis does not know of rates: what was let through while it was away, and what it lost.

use std::sync::Arc;

use clasp_route::live::{Limiter, Passed};
use redis::RedisResult;
use redis::aio::MultiplexedConnection;

use super::script;
use crate::now;

/// As long as the longest time of a rate, ten years in milliseconds.
const KEPT: u64 = 3650 * 86_400_000;

/// What this instance lets through.
#[derive(Debug)]
pub(crate) struct Counted {
    /// All of it.
    pub(crate) limiter: Arc<Limiter>,
    /// What Redis was not told yet.
    pub(crate) untold: Limiter,
}

/// What is on its way to Redis, and which Redis it is.
#[derive(Debug, Default)]
pub(crate) struct Telling {
    passed: Vec<Passed>,
    /// What the Redis before said it was: one that lost its keys says something else.
    memory: Option<String>,
}

impl Telling {
    /// Tells Redis what it does not know of. What did not arrive is told the next time.
    pub(crate) async fn tell(
        &mut self,
        counted: &Counted,
        prefix: &str,
        connection: &mut MultiplexedConnection,
    ) -> RedisResult<()> {
        let memory = memory(prefix, connection).await?;
        let before = self.memory.replace(memory.clone());
        self.passed.extend(counted.untold.drain(now()));
        if before.is_some_and(|before| before != memory) {
            self.passed = counted.limiter.passed(now());
        }
        while let Some(passed) = self.passed.last() {
            let script = script::passed(prefix, passed, now());
            let _: u64 = script.invoke_async(connection).await?;
            self.passed.pop();
        }
        Ok(())
    }
}

/// A word that Redis keeps for as long as it keeps anything.
async fn memory(prefix: &str, connection: &mut MultiplexedConnection) -> RedisResult<String> {
    let key = format!("{prefix}memory");
    let word = format!("{:016x}", fastrand::u64(..));
    let mut pipe = redis::pipe();
    pipe.cmd("SET").arg(&key).arg(word).arg("NX").arg("PX").arg(KEPT).ignore();
    pipe.cmd("GET").arg(&key);
    let (word,): (String,) = pipe.query_async(connection).await?;
    Ok(word)
}
