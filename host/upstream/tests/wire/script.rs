//! A server that answers each request by a rule, and remembers what it was asked.

use std::sync::{Arc, Mutex};

use tokio::net::TcpListener;

use crate::vendor::{Connection, Received};

/// Status, further header lines, body.
pub type Answer = (u16, &'static str, String);

pub struct Script {
    authority: String,
    asked: Arc<Mutex<Vec<Received>>>,
}

impl Script {
    /// `rule` gets each request and how many were there before it.
    pub async fn start(rule: impl Fn(&Received, usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (rule, kept) = (Arc::new(rule), Arc::clone(&asked));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (rule, kept) = (Arc::clone(&rule), Arc::clone(&kept));
                tokio::spawn(async move {
                    let mut connection = Connection::new(stream);
                    let received = connection.request().await;
                    let (status, headers, body) = {
                        let mut kept = kept.lock().unwrap();
                        let answer = rule(&received, kept.len());
                        kept.push(received);
                        answer
                    };
                    let length = body.len();
                    let head = format!(
                        "HTTP/1.1 {status} X\r\n{headers}connection: close\r\n\
                         content-length: {length}\r\n\r\n{body}"
                    );
                    connection.write(&head).await;
                });
            }
        });
        Self { authority, asked }
    }

    pub fn authority(&self) -> &str {
        &self.authority
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.authority)
    }

    /// How often it was asked.
    pub fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    /// What `read` makes of each request.
    pub fn each<T>(&self, read: impl Fn(&Received) -> T) -> Vec<T> {
        self.asked.lock().unwrap().iter().map(read).collect()
    }

    /// The values of a header, one a request.
    pub fn headers(&self, name: &str) -> Vec<String> {
        self.each(|received| received.header(name).unwrap_or_default().to_owned())
    }
}
