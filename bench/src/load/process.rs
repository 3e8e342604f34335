//! The processes of a run: started, asked for their CPU time and memory, and ended.

use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::time::{ClockId, clock_getcpuclockid};
use nix::unistd::Pid;

use super::case::Contender;
use crate::error::Error;

/// What clasp says goes here, in its home.
const LOG: &str = "bench.log";

/// Settings of clasp that a run does not set itself.
#[derive(Clone, Debug)]
pub struct ClaspSetup<'a> {
    /// The binary.
    pub binary: &'a Path,
    /// Its home: configuration and compiled code.
    pub home: &'a Path,
    /// `NAME=VALUE`, beside the ones that every run sets.
    pub variables: &'a [String],
}

impl ClaspSetup<'_> {
    /// The last lines that clasp said.
    pub fn said(&self) -> String {
        let log = std::fs::read_to_string(self.home.join(LOG)).unwrap_or_default();
        let mut lines: Vec<&str> = log.lines().rev().take(5).collect();
        lines.reverse();
        lines.join("\n")
    }
}

/// A running server.
pub struct Process {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    clock: ClockId,
}

/// Resident memory in KiB.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    /// Now.
    pub resident: u64,
    /// Of it, what no file backs.
    pub anonymous: u64,
    /// The most there ever was.
    pub peak: u64,
}

impl Process {
    /// Starts the vendor or a proxy of this binary, and waits until it listens.
    pub fn own(command: &str, vendor: Option<SocketAddr>) -> Result<Self, Error> {
        let binary = std::env::current_exe().map_err(Error::io("find the bench's own binary"))?;
        let mut child = Command::new(binary);
        child.arg(command).stdin(Stdio::piped()).stdout(Stdio::piped());
        if let Some(vendor) = vendor {
            child.arg("--vendor").arg(vendor.to_string());
        }
        let mut child = child.spawn().map_err(Error::io(format!("start {command}")))?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout)
                .read_line(&mut line)
                .map_err(Error::io(format!("read the address of {command}")))?;
        }
        let address = line
            .trim()
            .parse()
            .map_err(|_| Error::other(format!("{command} did not say where it listens")))?;
        Self::new(child, address)
    }

    /// Starts clasp in front of `vendor`. It may not listen yet.
    pub fn clasp(setup: &ClaspSetup<'_>, vendor: SocketAddr) -> Result<Self, Error> {
        let address = free_port()?;
        let log = setup.home.join(LOG);
        let log = std::fs::File::options().create(true).append(true).open(&log);
        let log = log.map_err(Error::io("open clasp's log"))?;
        let mut command = Command::new(setup.binary);
        command
            .arg("-proxy-only")
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", setup.home)
            .env("CLASP_PORT", address.port().to_string())
            .env("CLASP_MODEL", crate::native::MODEL)
            .env("CLASP_LOG_LEVEL", "warn")
            .env("PROVIDER", "openai")
            .env("OPENAI_API_KEY", "sk-bench")
            .env("OPENAI_BASE_URL", format!("http://{vendor}/v1"))
            .current_dir(setup.home)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        for variable in setup.variables {
            let (name, value) = variable
                .split_once('=')
                .ok_or_else(|| Error::other(format!("--clasp-env {variable}: not NAME=VALUE")))?;
            command.env(name, value);
        }
        let child = command
            .spawn()
            .map_err(Error::io(format!("start clasp ({})", setup.binary.display())))?;
        Self::new(child, address)
    }

    /// Starts whoever `contender` is; the vendor answers for [`Contender::Direct`].
    pub fn start(
        contender: Contender,
        setup: &ClaspSetup<'_>,
        vendor: SocketAddr,
    ) -> Result<Self, Error> {
        match contender {
            Contender::Direct => Self::own("vendor", None),
            Contender::Pass => Self::own("pass", Some(vendor)),
            Contender::Native => Self::own("native", Some(vendor)),
            Contender::Clasp | Contender::Lane => Self::clasp(setup, vendor),
        }
    }

    fn new(mut child: Child, address: SocketAddr) -> Result<Self, Error> {
        let pid = Pid::from_raw(i32::try_from(child.id()).unwrap_or_default());
        match clock_getcpuclockid(pid) {
            Ok(clock) => Ok(Self { child, address, clock }),
            Err(error) => {
                end(&mut child);
                Err(Error::other(format!("find the CPU clock of process {pid}: {error}")))
            }
        }
    }

    /// Waits until it accepts connections.
    pub async fn listening(&mut self) -> Result<(), Error> {
        let pause = Duration::from_millis(1);
        for _ in 0..20_000 {
            if tokio::net::TcpStream::connect(self.address).await.is_ok() {
                return Ok(());
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(Error::other(format!("the proxy ended at start: {status}")));
            }
            tokio::time::sleep(pause).await;
        }
        Err(Error::other("the proxy did not listen within 20 s"))
    }

    /// CPU time of all its threads so far, ended ones included.
    pub fn cpu(&self) -> Result<Duration, Error> {
        let time = self.clock.now().map_err(|error| Error::other(format!("CPU time: {error}")))?;
        Ok(Duration::from(time))
    }

    /// Its memory now.
    pub fn memory(&self) -> Result<Memory, Error> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(&path).map_err(Error::io(path))?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim().strip_suffix(" kB")?.trim().parse().ok()
        };
        Ok(Memory {
            resident: field("VmRSS:").unwrap_or_default(),
            anonymous: field("RssAnon:").unwrap_or_default(),
            peak: field("VmHWM:").unwrap_or_default(),
        })
    }

    /// Its memory once it has come to rest: no more than 1 % of change in 200 ms.
    pub async fn settled_memory(&self) -> Result<Memory, Error> {
        let mut last = self.memory()?;
        for _ in 0..25 {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let now = self.memory()?;
            if now.resident.abs_diff(last.resident) * 100 <= last.resident {
                return Ok(now);
            }
            last = now;
        }
        Ok(last)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// Ends it, gently for half a second.
fn end(child: &mut Child) {
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap_or_default());
    drop(child.stdin.take());
    if pid.as_raw() > 0 {
        // It may have ended by itself.
        let _ = kill(pid, Signal::SIGTERM);
    }
    for _ in 0..50 {
        if matches!(child.try_wait(), Ok(Some(_)) | Err(_)) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let _ = child.kill();
    let _ = child.wait();
}

fn free_port() -> Result<SocketAddr, Error> {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .map_err(Error::io("find a free port"))
}
