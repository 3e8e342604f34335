//! Whether Ollama runs on this machine: it then serves where nothing is set up.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// Where it listens unless it is told otherwise.
const ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 11434);

/// On loopback an answer is there at once, or there is none.
const WAIT: Duration = Duration::from_millis(300);

const REQUEST: &[u8] = b"GET / HTTP/1.0\r\nhost: localhost\r\n\r\n";

/// Most bytes that are read of an answer.
const MOST: u64 = 4096;

/// Whether it answers on its usual port.
pub(crate) fn answers() -> bool {
    asked(ADDRESS, WAIT).is_ok_and(|answer| answer.contains("Ollama is running"))
}

fn asked(address: SocketAddr, wait: Duration) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, wait)?;
    stream.set_read_timeout(Some(wait))?;
    stream.set_write_timeout(Some(wait))?;
    stream.write_all(REQUEST)?;
    let mut answer = Vec::new();
    stream.take(MOST).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use std::net::TcpListener;

    use super::*;

    /// Far more than loopback needs; only a hanging test waits for it.
    const HANGING: Duration = Duration::from_secs(60);

    #[test]
    fn the_answer_is_read() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; REQUEST.len()];
            stream.read_exact(&mut request).unwrap();
            stream.write_all(b"HTTP/1.0 200 OK\r\n\r\nOllama is running").unwrap();
            request
        });
        assert!(asked(address, HANGING).unwrap().ends_with("Ollama is running"));
        assert!(server.join().unwrap().starts_with(b"GET / HTTP/1.0"));
    }

    #[test]
    fn nobody_there_is_no() {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert!(asked(free, HANGING).is_err());
    }
}
