//! The connection to Redis: kept in the background, used by whoever finds it there.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use clasp_route::live::Limiter;
use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, IntoConnectionInfo, ProtocolVersion, PushInfo,
    PushKind, RedisResult, ScriptInvocation,
};
use thiserror::Error;
use tokio::sync::{Notify, broadcast, mpsc, watch};
use tracing::{debug, info, warn};

use crate::notice::{self, Notice};
use crate::rates::{self, Counted, Telling};

/// How long it may take to connect.
const CONNECT: Duration = Duration::from_secs(2);

/// How often Redis is asked whether it is there, and told what it does not know.
const PING: Duration = Duration::from_secs(5);

/// The first wait before another try, doubled each time up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// A connection that lasted so long was a good one.
const HELD: Duration = Duration::from_secs(30);

/// Redis counts as away when it was too slow, or refused, so often in a row.
const MISSES: u32 = 3;

/// How to reach Redis.
#[derive(Clone)]
pub struct Options {
    /// `redis://[user:password@]host[:port][/database]`, `rediss://…` with TLS; a secret.
    pub url: String,
    /// What every key begins with.
    pub prefix: String,
    /// How long a request waits for Redis.
    pub timeout: Duration,
}

/// Whether things are shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// No Redis is configured.
    Alone,
    /// Redis was not reached yet.
    Trying,
    /// Redis answers.
    Shared,
    /// Redis is away.
    Away,
}

/// The URL of Redis cannot be read. It is not repeated here, for a password may be in it.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error(
    "the URL of Redis cannot be read: write redis://host:6379, with a password \
     redis://:password@host:6379, with TLS rediss://host:6379"
)]
pub struct UrlFault;

/// What calls and the background task share.
pub(crate) struct Shared {
    client: Client,
    pub(crate) prefix: String,
    timeout: Duration,
    line: ArcSwapOption<Line>,
    pub(crate) counted: Counted,
    /// In notices, so that this instance passes over its own.
    pub(crate) instance: u64,
}

/// One connection.
struct Line {
    connection: MultiplexedConnection,
    /// Failures in a row.
    misses: AtomicU32,
    lost: Notify,
}

impl Options {
    /// The usual prefix `clasp:` and timeout of 100 ms.
    pub fn new(url: impl Into<String>) -> Self {
        let timeout = Duration::from_millis(100);
        Self { url: url.into(), prefix: "clasp:".to_owned(), timeout }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Options")
            .field("prefix", &self.prefix)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Shared").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

impl Shared {
    pub(crate) fn new(options: &Options, limiter: Arc<Limiter>) -> Result<Self, UrlFault> {
        let info = options.url.as_str().into_connection_info().map_err(|_| UrlFault)?;
        // Notices come in between the answers, on the same connection.
        let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        if matches!(info.addr(), ConnectionAddr::TcpTls { .. }) {
            // What redis would use is not said otherwise; whoever was first may keep theirs.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let client = Client::open(info.set_redis_settings(settings)).map_err(|_| UrlFault)?;
        Ok(Self {
            client,
            prefix: options.prefix.clone(),
            timeout: options.timeout,
            line: ArcSwapOption::empty(),
            counted: Counted { limiter, untold: Limiter::default() },
            instance: fastrand::u64(..),
        })
    }

    /// Runs a script; none if Redis is away, too slow, or refuses.
    pub(crate) async fn run<T: redis::FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
    ) -> Option<T> {
        let line = self.line.load_full()?;
        let mut connection = line.connection.clone();
        match tokio::time::timeout(self.timeout, script.invoke_async(&mut connection)).await {
            Ok(Ok(answer)) => {
                line.misses.store(0, Ordering::Relaxed);
                return Some(answer);
            }
            Ok(Err(error)) if error.is_unrecoverable_error() => self.lose(&line),
            Ok(Err(error)) => {
                debug!(%error, "Redis refused");
                self.miss(&line);
            }
            Err(_) => self.miss(&line),
        }
        None
    }

    fn miss(&self, line: &Arc<Line>) {
        if line.misses.fetch_add(1, Ordering::Relaxed) + 1 >= MISSES {
            self.lose(line);
        }
    }

    /// From now on nobody waits for Redis on this line.
    fn lose(&self, line: &Arc<Line>) {
        self.line.compare_and_swap(line, None);
        line.lost.notify_one();
    }

    async fn open(
        &self,
        telling: &mut Telling,
    ) -> RedisResult<(MultiplexedConnection, Pushes, Vec<Notice>)> {
        let (sender, pushes) = mpsc::unbounded_channel();
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT))
            .set_response_timeout(Some(CONNECT))
            .set_push_sender(sender);
        let mut connection =
            self.client.get_multiplexed_async_connection_with_config(&config).await?;
        // First the new ones, then those that hold: none is lost in between.
        connection.subscribe(notice::channel(&self.prefix)).await?;
        let held = notice::held(&self.prefix, &mut connection).await?;
        // A server that takes no scripts is found out here, and not by each request.
        rates::probe(&self.prefix, &mut connection).await?;
        // Before anybody asks it.
        telling.tell(&self.counted, &self.prefix, &mut connection).await?;
        Ok((connection, pushes, held))
    }
}

type Pushes = mpsc::UnboundedReceiver<PushInfo>;

/// Connects, listens, and connects again, until it is aborted.
pub(crate) async fn keep(
    shared: Arc<Shared>,
    says: watch::Sender<Link>,
    notices: broadcast::Sender<Notice>,
) {
    let redis = address(&shared.client);
    let mut wait = FIRST_WAIT;
    let mut telling = Telling::default();
    loop {
        let reason = match shared.open(&mut telling).await {
            Ok((connection, pushes, held)) => {
                let since = tokio::time::Instant::now();
                let (misses, lost) = (AtomicU32::new(0), Notify::new());
                let line = Arc::new(Line { connection, misses, lost });
                shared.line.store(Some(line.clone()));
                says.send_replace(Link::Shared);
                info!(redis, "limits are shared through Redis");
                for notice in held {
                    // Without a receiver there is nobody to tell.
                    let _ = notices.send(notice);
                }
                let reason = listen(&shared, &line, pushes, &mut telling, &notices).await;
                // One that is lost again and again is not to be paid for by each request.
                if since.elapsed() >= HELD {
                    wait = FIRST_WAIT;
                }
                reason
            }
            Err(error) => error.to_string(),
        };
        shared.line.store(None);
        if says.send_replace(Link::Away) != Link::Away {
            warn!(redis, reason, "Redis is away: limits hold for this instance alone");
        }
        tokio::time::sleep(wait.mul_f64(0.5 + fastrand::f64() / 2.0)).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// Passes notices on until the connection is lost; why it is.
async fn listen(
    shared: &Shared,
    line: &Line,
    mut pushes: Pushes,
    telling: &mut Telling,
    notices: &broadcast::Sender<Notice>,
) -> String {
    let mut connection = line.connection.clone();
    let mut ping = tokio::time::interval(PING);
    loop {
        tokio::select! {
            push = pushes.recv() => match push {
                Some(push) if push.kind == PushKind::Message => {
                    if let Some(notice) = notice::read(push, shared.instance) {
                        let _ = notices.send(notice);
                    }
                }
                Some(push) if push.kind != PushKind::Disconnection => {}
                _ => return "the connection is closed".to_owned(),
            },
            () = line.lost.notified() => return "it refuses, or is too slow".to_owned(),
            _ = ping.tick() => {
                let told = telling.tell(&shared.counted, &shared.prefix, &mut connection).await;
                if let Err(error) = told {
                    return error.to_string();
                }
            }
        }
    }
}

/// For the log: without user and password.
fn address(client: &Client) -> String {
    match client.get_connection_info().addr() {
        ConnectionAddr::Tcp(host, port) | ConnectionAddr::TcpTls { host, port, .. } => {
            format!("{host}:{port}")
        }
        other => other.to_string(),
    }
}
