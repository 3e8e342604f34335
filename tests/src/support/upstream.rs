//! A provider that answers as a script says, on a loopback port of its own.
//!
//! It takes only what the real one would take, keeps every request, and notices when its client
//! leaves. At `/v1` it speaks Chat Completions and Anthropic Messages; plays are also given in
//! other APIs, each below a path of its own.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use self::answer::Step;
pub use self::answer::{Answer, Break, Gate, Point};
pub use self::chat::{Chat, Layout, Usage};
use self::play::Stage;
use super::wire::{Head, Reader};
use super::within;

mod answer;
mod api;
mod chat;
pub mod check;
mod control;
pub mod play;
mod state;
mod talk;

/// The running provider; it stops when dropped.
#[derive(Debug)]
pub struct Vendor {
    address: SocketAddr,
    shared: Arc<Shared>,
    listener: Mutex<tokio::task::JoinHandle<()>>,
}

/// What happened so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Connections open now.
    pub connections: usize,
    /// Requests received.
    pub requests: usize,
    /// Requests that wait for their answer or its end.
    pub open: usize,
    /// Answers that the client left before their end.
    pub left: usize,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// E.g. `POST`.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body; null when it is no JSON.
    pub body: Value,
    /// The body as sent.
    pub bytes: Bytes,
}

/// Chooses an answer by the request and its number, and says what is wrong with the request.
type Chooser = Box<dyn Fn(&Recorded, usize) -> (Answer, Vec<String>) + Send + Sync>;

struct Shared {
    inner: Mutex<Inner>,
    counts: watch::Sender<Counts>,
}

#[derive(Default)]
struct Inner {
    queue: VecDeque<Answer>,
    chooser: Option<Chooser>,
    stage: Option<Arc<Stage>>,
    /// Instead of the list of models.
    lists: Option<Answer>,
    requests: Vec<Recorded>,
    /// The bodies of the answers to `POST`.
    answers: Vec<Vec<Bytes>>,
    violations: Vec<String>,
    lenient: bool,
}

impl Vendor {
    /// Listens on a free loopback port. Without a script every answer is the text `hello`.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free loopback port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let (counts, _) = watch::channel(Counts::default());
        let shared = Arc::new(Shared { inner: Mutex::default(), counts });
        let listener = Mutex::new(accept(listener, &shared));
        Self { address, shared, listener }
    }

    /// Takes no connections any more; those that are open break.
    pub fn refuse(&self) {
        self.listener.lock().unwrap().abort();
    }

    /// Takes connections again.
    pub async fn listen(&self) {
        let listener = TcpListener::bind(self.address).await.expect("its port is still free");
        *self.listener.lock().unwrap() = accept(listener, &self.shared);
    }

    /// What goes into a base-URL setting: `http://127.0.0.1:PORT/v1`.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers the next request that no earlier script takes.
    pub fn then(&self, answer: impl Into<Answer>) -> &Self {
        self.inner(|inner| inner.queue.push_back(answer.into()));
        self
    }

    /// Answers every request for which nothing is queued.
    pub fn otherwise(&self, answer: impl Into<Answer>) -> &Self {
        let answer = answer.into();
        self.choose(move |_, _| answer.clone())
    }

    /// Chooses an answer by the request and its number (from 1), when nothing is queued.
    pub fn choose(
        &self,
        chooser: impl Fn(&Recorded, usize) -> Answer + Send + Sync + 'static,
    ) -> &Self {
        let chooser = move |request: &Recorded, number| (chooser(request, number), Vec::new());
        self.inner(|inner| inner.chooser = Some(Box::new(chooser)));
        self
    }

    /// Answers who asks for the list of models; none: with the list.
    pub fn lists(&self, answer: Option<Answer>) -> &Self {
        self.inner(|inner| inner.lists = answer);
        self
    }

    /// Answers as the markers in the requests say.
    pub fn play(&self, stage: Stage) -> &Self {
        let stage = Arc::new(stage);
        let plays = Arc::clone(&stage);
        let chooser = move |request: &Recorded, _| plays.answer(request);
        self.inner(|inner| {
            inner.chooser = Some(Box::new(chooser));
            inner.stage = Some(stage);
        });
        self
    }

    /// Violations are recorded but answered all the same.
    pub fn lenient(&self) -> &Self {
        self.inner(|inner| inner.lenient = true);
        self
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Recorded> {
        self.inner(|inner| inner.requests.clone())
    }

    /// The only request; panics when there are more or none.
    pub fn only_request(&self) -> Recorded {
        let mut requests = self.requests();
        assert_eq!(requests.len(), 1, "requests that reached the provider");
        requests.remove(0)
    }

    /// The body of the last answer to a `POST`, as scripted.
    pub fn last_answer(&self) -> Bytes {
        self.inner(|inner| inner.answers.last().map(|pieces| pieces.concat().into()))
            .unwrap_or_default()
    }

    /// What the real provider would not have taken.
    pub fn violations(&self) -> Vec<String> {
        self.inner(|inner| inner.violations.clone())
    }

    /// Fails when the real provider would have refused anything.
    pub fn assert_clean(&self) {
        let violations = self.violations();
        assert!(violations.is_empty(), "the provider would refuse: {violations:#?}");
    }

    /// What happened so far.
    pub fn counts(&self) -> Counts {
        *self.shared.counts.borrow()
    }

    /// Waits until the counts are as wanted.
    pub async fn until(&self, what: &str, wanted: impl FnMut(&Counts) -> bool) -> Counts {
        let mut counts = self.shared.counts.subscribe();
        *within(&format!("provider: {what}"), counts.wait_for(wanted)).await.expect("it runs")
    }

    /// Forgets requests, violations, queued answers and what happened.
    pub fn reset(&self) {
        self.shared.reset();
    }

    fn inner<T>(&self, act: impl FnOnce(&mut Inner) -> T) -> T {
        act(&mut self.shared.inner.lock().unwrap())
    }
}

impl Drop for Vendor {
    fn drop(&mut self) {
        self.refuse();
    }
}

/// Serves connections until it is aborted.
fn accept(listener: TcpListener, shared: &Arc<Shared>) -> tokio::task::JoinHandle<()> {
    let accepting = Arc::clone(shared);
    tokio::spawn(async move {
        let mut connections = tokio::task::JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            let shared = Arc::clone(&accepting);
            connections.spawn(async move {
                shared.count(|counts| counts.connections += 1);
                shared.serve(stream).await;
                shared.count(|counts| counts.connections -= 1);
            });
            while connections.try_join_next().is_some() {}
        }
    })
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Shared").field("counts", &*self.counts.borrow()).finish()
    }
}

impl Shared {
    fn count(&self, change: impl FnOnce(&mut Counts)) {
        self.counts.send_modify(change);
    }

    fn reset(&self) {
        let mut inner = self.inner.lock().unwrap();
        inner.queue.clear();
        inner.requests.clear();
        inner.answers.clear();
        inner.violations.clear();
        inner.stage.iter().for_each(|stage| stage.reset());
        self.count(|counts| {
            counts.requests = 0;
            counts.left = 0;
        });
    }

    async fn serve(&self, stream: TcpStream) {
        if stream.set_nodelay(true).is_err() {
            return;
        }
        let (read, mut write) = stream.into_split();
        let mut reader = Reader::new(read);
        while let Ok(Some(head)) = reader.head().await {
            if head.header("expect").is_some()
                && write.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await.is_err()
            {
                return;
            }
            let Ok(bytes) = reader.body(head.request_length()).await else { return };
            if let Some(wish) = head.target().1.strip_prefix("/_vendor/") {
                let answer = self.control(wish).await;
                if write.write_all(&answer).await.is_err() {
                    return;
                }
                continue;
            }
            let steps = self.answer(&head, bytes);
            if head.target().0 == "POST" {
                self.inner.lock().unwrap().answers.push(answer::body(&steps));
            }
            self.count(|counts| {
                counts.requests += 1;
                counts.open += 1;
            });
            let go_on = tokio::select! {
                ended = play_steps(steps, &mut write) => ended,
                () = gone(&mut reader) => End::Left,
            };
            self.count(|counts| {
                counts.open -= 1;
                counts.left += usize::from(go_on == End::Left);
            });
            if go_on == End::Reset && write.as_ref().set_zero_linger().is_ok() {
                // Otherwise its drop would end the connection politely first.
                return write.forget();
            }
            if go_on != End::Done {
                return;
            }
        }
    }

    /// Records the request and finds its answer.
    fn answer(&self, head: &Head, bytes: Bytes) -> Vec<Step> {
        let (method, path) = head.target();
        let recorded = Recorded {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: head.headers.clone(),
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
            bytes,
        };
        let mut inner = self.inner.lock().unwrap();
        let number = inner.requests.len() + 1;
        inner.requests.push(recorded.clone());
        let api = api::of(path);
        let below = path.split('?').next().unwrap_or_default();
        if let Some(api) = api.filter(|api| method == "GET" && api.lists(below)) {
            let list = Answer::json(200, &api.models());
            return inner.lists.clone().unwrap_or(list).steps(&recorded.body);
        }
        let faults = match api {
            Some(api) => api.faults(&recorded),
            None if below.ends_with("/messages") || below.ends_with("/count_tokens") => {
                check::messages(&recorded.headers, &recorded.body)
            }
            None => vec![format!("{method} {path} is no endpoint")],
        };
        let refused = faults.first().cloned().filter(|_| !inner.lenient);
        inner.violations.extend(faults.into_iter().map(|fault| format!("#{number}: {fault}")));
        if let Some(fault) = refused {
            let refusal = match api {
                Some(api) => api.refusal(&fault),
                None => Answer::error(400, &fault, "invalid_request_error", None),
            };
            return refusal.steps(&recorded.body);
        }
        let (answer, faults) = match (inner.queue.pop_front(), &inner.chooser) {
            (Some(answer), _) => (answer, Vec::new()),
            (None, Some(chooser)) => chooser(&recorded, number),
            (None, None) => (Answer::text("hello"), Vec::new()),
        };
        inner.violations.extend(faults.into_iter().map(|fault| format!("#{number}: {fault}")));
        answer.steps(&recorded.body)
    }
}

impl Recorded {
    /// The first header of that name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(each, _)| each == name).map(|(_, value)| value.as_str())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The connection can take the next request.
    Done,
    /// The script closed it.
    Closed,
    /// The script resets it.
    Reset,
    /// The client closed it before the end.
    Left,
}

async fn play_steps(steps: Vec<Step>, write: &mut OwnedWriteHalf) -> End {
    for step in steps {
        let written = match step {
            Step::Raw(bytes) => write.write_all(&bytes).await,
            Step::Chunk(bytes) => write_chunk(write, &bytes).await,
            Step::Wait(gate) => {
                gate.wait().await;
                Ok(())
            }
            Step::Repeat(bytes) => loop {
                if let Err(error) = write_chunk(write, &bytes).await {
                    break Err(error);
                }
            },
            Step::Never => std::future::pending().await,
            Step::Reset => return End::Reset,
            Step::Close => return End::Closed,
        };
        if written.is_err() {
            return End::Left;
        }
    }
    End::Done
}

async fn write_chunk(write: &mut OwnedWriteHalf, bytes: &Bytes) -> std::io::Result<()> {
    let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
    chunk.extend_from_slice(bytes);
    chunk.extend_from_slice(b"\r\n");
    write.write_all(&chunk).await
}

/// Ends when the client closes its side.
async fn gone(reader: &mut Reader<OwnedReadHalf>) {
    while matches!(reader.fill().await, Ok(count) if count > 0) {}
}
