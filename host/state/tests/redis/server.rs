//! A Redis of the test's own.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use clasp_state::{Link, Options, State};
use tempfile::TempDir;

/// Long enough for a busy machine; nothing waits for it to pass.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A Redis server, killed when dropped.
pub struct Server {
    program: PathBuf,
    port: u16,
    folder: TempDir,
    process: Option<Child>,
}

impl Server {
    /// A running one. None, with the reason printed, where none is installed; in CI that fails.
    pub fn start() -> Option<Self> {
        let Some(program) = program() else {
            assert!(std::env::var_os("CI").is_none(), "no redis-server: `build/setup redis`");
            println!("skipped: there is no redis-server here; `build/setup redis` installs it");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let mut server = Self { program, port: 0, folder, process: None };
        // Another test may take the port in between.
        let started = (0..9).any(|_| {
            let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
            server.port = listener.local_addr().unwrap().port();
            drop(listener);
            server.try_run()
        });
        assert!(started, "redis-server does not start");
        Some(server)
    }

    /// Starts it again, empty, on the same port.
    pub fn run(&mut self) {
        assert!(self.try_run(), "redis-server does not start on port {}", self.port);
    }

    fn try_run(&mut self) -> bool {
        let mut process = Command::new(&self.program)
            // The program of redis-tools is the same one and goes by its name.
            .arg0("redis-server")
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no", "--daemonize", "no"])
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("Ready to accept connections") {
            line.clear();
            if log.read_line(&mut line).unwrap() == 0 {
                process.wait().unwrap();
                return false;
            }
        }
        std::thread::spawn(move || {
            let mut rest = Vec::new();
            let _ = log.read_to_end(&mut rest);
        });
        self.process = Some(process);
        true
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Stops it in its tracks (`STOP`), or lets it go on (`CONT`).
    pub fn signal(&self, signal: &str) {
        let id = self.process.as_ref().unwrap().id();
        let line = format!("kill -s {signal} {id}");
        let done = Command::new("sh").args(["-c", &line]).status().unwrap();
        assert!(done.success());
    }

    pub fn options(&self) -> Options {
        Options::new(format!("redis://127.0.0.1:{}", self.port))
    }

    /// An instance that shares through it, and on a busy machine waits for it, too.
    pub async fn state(&self) -> State {
        let options = Options { timeout: PATIENCE, ..self.options() };
        let state = State::connect(&options).unwrap();
        until(&state, Link::Shared).await;
        state
    }

    /// What it answers to a command.
    pub fn ask<T: redis::FromRedisValue>(&self, command: &[&str]) -> T {
        let client = redis::Client::open(self.options().url).unwrap();
        let mut connection = client.get_connection().unwrap();
        let mut asked = redis::cmd(command[0]);
        for argument in &command[1..] {
            asked.arg(*argument);
        }
        asked.query(&mut connection).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Waits until the link of `state` is so.
pub async fn until(state: &State, wanted: Link) {
    let mut link = state.link();
    let wait = link.wait_for(|link| *link == wanted);
    let found = tokio::time::timeout(PATIENCE, wait).await;
    assert!(found.is_ok_and(|found| found.is_ok()), "{:?}, not {wanted:?}", *state.link().borrow());
}

fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    ["redis-server", "valkey-server", "redis-check-rdb"]
        .into_iter()
        .flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
}
