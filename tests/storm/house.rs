//! The proxy in this process, between the clients and the three providers.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use clasp_config::{Config, Environment, Flags, Sources};
use clasp_plugin_host::{Layer, Options, Registry, Runtime};
use clasp_server::{App, Parts, Settings};
use clasp_state::State;
use clasp_tests::support::client::Client;
use clasp_tests::support::upstream::Vendor;
use clasp_upstream::Client as Upstream;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::weather::Weather;

/// One provider.
pub(crate) struct Provider {
    vendor: Arc<Vendor>,
    key: String,
}

pub(crate) struct House {
    address: SocketAddr,
    providers: BTreeMap<&'static str, Provider>,
    serving: JoinHandle<()>,
}

/// How all three are used: by lot, so that all of them are in use when their turn to fail comes.
const RULES: &str = "
provider: a
models:
  default:
    targets: [a/gpt-4.1, b/gpt-4.1, c/gpt-4.1]
    strategy: weighted
    sticky: off
circuit_breaker: {enabled: true, threshold: 5, recovery: 2, timeout_sec: 1}
queue: {enabled: true, max_size: 400, max_wait_seconds: 30, retry_delay_ms: 500, max_retries: 10}
http_client: {timeout_sec: 2}
server: {log_level: off}
providers:
";

impl House {
    pub(crate) async fn start(weather: &Weather) -> Self {
        let mut providers = BTreeMap::new();
        let mut yaml = RULES.to_owned();
        for name in ["a", "b", "c"] {
            let vendor = Arc::new(Vendor::start().await);
            let at = weather.clone();
            vendor.choose(move |_, _| at.answer(name));
            let key = format!("sk-{name}-0123456789abcdef0123456789abcdef");
            yaml.push_str(&format!(
                "  {name}: {{plugin: openai, base_url: \"{}\", api_key: {key}, models: {{gpt-4.1: {{context_window: 1000000}}}}}}\n",
                vendor.base_url()
            ));
            providers.insert(name, Provider { vendor, key });
        }
        let registry = Arc::new(Registry::default());
        registry.insert(Layer::Bundled, plugin().await);
        let environment = Environment::from_variables([("HOME", "/nowhere")]);
        let sources = Sources::from_text("storm.yaml", yaml);
        let config = Config::load(Flags::default(), environment, sources);
        let config = config.unwrap_or_else(|faults| panic!("{faults:#?}"));
        let timeout = *config.http_timeout;
        let options = clasp_upstream::Options::default().with_timeout(timeout);
        let app = App::new(Parts {
            settings: Settings { config, default_provider: "a".to_owned() },
            registry,
            client: Upstream::new(options).unwrap(),
            store: None,
            state: State::local(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(async move {
            let _ = clasp_server::serve(listener, app, std::future::pending()).await;
        });
        Self { address, providers, serving }
    }

    /// Lets providers that take no connections for a while do so.
    pub(crate) fn weather(&self, began: tokio::time::Instant) {
        for (name, provider) in &self.providers {
            let Some((from, to)) = Weather::refuses(name) else { continue };
            let vendor = Arc::clone(&provider.vendor);
            tokio::spawn(async move {
                tokio::time::sleep_until(began + from).await;
                vendor.refuse();
                tokio::time::sleep_until(began + to).await;
                vendor.listen().await;
            });
        }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.address)
    }

    pub(crate) fn vendor(&self, name: &str) -> &Provider {
        &self.providers[name]
    }

    pub(crate) async fn status(&self) -> Value {
        get(&self.client(), "/admin/status").await
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Provider {
    /// How often it was asked.
    pub(crate) fn tries(&self) -> usize {
        self.vendor.counts().requests
    }

    /// Keys that are not its own and came here all the same.
    pub(crate) fn foreign_keys(&self) -> Vec<String> {
        let own = format!("Bearer {}", self.key);
        let requests = self.vendor.requests();
        let keys = requests.iter().flat_map(|request| &request.headers);
        let keys = keys.filter(|(name, value)| name == "authorization" && *value != own);
        keys.map(|(_, value)| value.clone()).collect()
    }
}

/// What is known of a request.
pub(crate) async fn explained(client: &Client, id: &str) -> Value {
    get(client, &format!("/admin/explain/{id}")).await
}

async fn get(client: &Client, path: &str) -> Value {
    let mut connection = client.connect().await;
    let get = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    connection.write(get.as_bytes()).await;
    connection.answer(false).await.json()
}

/// The plugin of all three. The clock does not go on while it is compiled.
async fn plugin() -> clasp_plugin_host::Plugin {
    let (_, component) =
        *clasp_plugin_bundle::PLUGINS.iter().find(|(id, _)| *id == "openai").unwrap();
    let cache = clasp_tests::support::clasp::binary().with_file_name("clasp-tests-compiled");
    let load = move || {
        let runtime = Runtime::new(Options { cache: Some(cache), ..Options::default() }).unwrap();
        runtime.load(Path::new("(built in) openai"), component).unwrap()
    };
    tokio::task::spawn_blocking(load).await.unwrap()
}
