//! Word between instances: a key rests, a breaker opened.
//!
//! A notice is published and, as long as it holds, kept in one hash, so that an instance that
//! comes later learns it. Times go as what is left of them: the instances' clocks do not matter.

use std::time::Duration;

use clasp_route::live::LONGEST_REST;
use redis::aio::MultiplexedConnection;
use redis::{Msg, PushInfo, RedisResult, Script};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::broadcast;

use crate::{State, milliseconds};

/// What another instance found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A provider's key rests.
    KeyRests {
        /// `provider/model`: limits are a model's.
        target: String,
        /// The key's [`fingerprint`].
        key: String,
        /// For so long.
        left: Duration,
    },
    /// A target's breaker opened.
    Opened {
        /// `provider/model`
        target: String,
        /// For so long.
        left: Duration,
    },
    /// A target's breaker closed.
    Closed {
        /// `provider/model`
        target: String,
    },
}

/// As it goes over the wire. What cannot be read, of a newer clasp for example, is passed over.
#[derive(Debug, Serialize, Deserialize)]
struct Wire {
    /// The instance that says it.
    from: u64,
    /// Milliseconds.
    #[serde(default)]
    left: u64,
    #[serde(flatten)]
    what: What,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum What {
    KeyRests { target: String, key: String },
    Opened { target: String },
    Closed { target: String },
}

/// A short name of a key that does not give it away: 48 bits of a hash of it.
pub fn fingerprint(key: &str) -> String {
    let hash = Sha256::new().chain_update(b"clasp key\0").chain_update(key).finalize();
    hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

impl State {
    /// Tells the other instances. While Redis is away nobody is told; the others find out by
    /// themselves.
    pub async fn tell(&self, notice: &Notice) {
        let Some(shared) = &self.0.shared else { return };
        let (what, left, field) = match notice.clone() {
            Notice::KeyRests { target, key, left } => {
                let field = format!("key {target} {key}");
                (What::KeyRests { target, key }, left, field)
            }
            Notice::Opened { target, left } => {
                let field = format!("breaker {target}");
                (What::Opened { target }, left, field)
            }
            Notice::Closed { target } => {
                let field = format!("breaker {target}");
                (What::Closed { target }, Duration::ZERO, field)
            }
        };
        let left = milliseconds(left.min(LONGEST_REST));
        let Ok(text) = serde_json::to_string(&Wire { from: shared.instance, left, what }) else {
            return;
        };
        let script = Script::new(include_str!("notice/tell.lua"));
        let mut invocation = script.key(hash(&shared.prefix));
        invocation.arg(channel(&shared.prefix)).arg(field).arg(text).arg(left);
        let _: Option<()> = shared.run(&invocation).await;
    }

    /// What other instances tell, this one's own notices not among them. After each connection
    /// what still holds is told again. The first who asks hears everything since the start.
    pub fn notices(&self) -> broadcast::Receiver<Notice> {
        self.0.receiver()
    }
}

/// The channel on which notices go.
pub(crate) fn channel(prefix: &str) -> String {
    format!("{prefix}notices")
}

/// The notices that hold.
pub(crate) async fn held(
    prefix: &str,
    connection: &mut MultiplexedConnection,
) -> RedisResult<Vec<Notice>> {
    let script = Script::new(include_str!("notice/held.lua"));
    let held: Vec<(String, u64)> = script.key(hash(prefix)).invoke_async(connection).await?;
    let notice = |(text, left): (String, u64)| {
        let wire: Wire = serde_json::from_str(&text).ok()?;
        Some(Wire { left, ..wire }.notice())
    };
    Ok(held.into_iter().filter_map(notice).collect())
}

/// A notice that came in, unless it is of `instance`.
pub(crate) fn read(push: PushInfo, instance: u64) -> Option<Notice> {
    let message = Msg::from_push_info(push)?;
    let wire: Wire = serde_json::from_slice(message.get_payload_bytes()).ok()?;
    (wire.from != instance).then(|| wire.notice())
}

impl Wire {
    fn notice(self) -> Notice {
        let left = Duration::from_millis(self.left).min(LONGEST_REST);
        match self.what {
            What::KeyRests { target, key } => Notice::KeyRests { target, key, left },
            What::Opened { target } => Notice::Opened { target, left },
            What::Closed { target } => Notice::Closed { target },
        }
    }
}

fn hash(prefix: &str) -> String {
    format!("{prefix}held")
}
