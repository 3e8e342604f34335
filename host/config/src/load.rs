//! Brings the layers together: flag over variable over file over default.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use crate::definition::{self, Definition};
use crate::fault::nearest;
use crate::value::{self, Expected};
use crate::{
    Config, Environment, Fault, Flags, Limits, LogFormat, LogLevel, Models, Origin, Responses,
    SETTINGS, Setting,
};

/// Collects what is wrong while it reads.
struct Reader {
    environment: Environment,
    faults: Vec<Fault>,
    warnings: Vec<String>,
}

pub(crate) fn load(flags: Flags, environment: Environment) -> Result<Config, Vec<Fault>> {
    let faults = environment.faults().to_vec();
    let mut reader = Reader { environment, faults, warnings: Vec::new() };
    let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let insecure = flags.insecure.then_some("true");
    let config = Config {
        host: reader.read(&definition::HOST, flags.host.as_deref(), value::host, loopback),
        port: reader.read(&definition::PORT, flags.port.as_deref(), value::port, 8080),
        insecure: reader.read(&definition::INSECURE, insecure, value::boolean, false),
        provider: reader.optional(&definition::PROVIDER, flags.provider.as_deref()).map(canonical),
        models: reader.models(flags.model.as_deref()),
        plugins: flags.plugins,
        plugin_dir: reader.plugin_dir(flags.plugin_dir),
        log_level: reader.log_level(flags.debug),
        log_format: reader.read(
            &definition::LOG_FORMAT,
            flags.log_format.as_deref(),
            value::log_format,
            LogFormat::Text,
        ),
        check: reader.read(&definition::CHECK, None, value::boolean, false),
        http_timeout: reader.read(
            &definition::HTTP_TIMEOUT,
            flags.http_timeout.as_deref(),
            value::duration,
            Duration::from_secs(600),
        ),
        limits: reader.limits(),
        responses: reader.responses(),
        warnings: Vec::new(),
        environment: Environment::default(),
        demo: None,
    };
    reader.check_host(&config);
    reader.check_names();
    if reader.faults.is_empty() {
        Ok(Config { warnings: reader.warnings, environment: reader.environment, ..config })
    } else {
        Err(reader.faults)
    }
}

/// Providers are named in lower case with dashes.
fn canonical(name: Setting<String>) -> Setting<String> {
    Setting { value: name.value.to_lowercase().replace('_', "-"), ..name }
}

impl Reader {
    /// The text that counts, and where it stands.
    fn find(&self, definition: &Definition, flag: Option<&str>) -> Option<(String, Origin)> {
        if let (Some(text), Some(name)) = (flag, definition.flag) {
            return Some((text.trim().to_owned(), Origin::Flag(name)));
        }
        definition.variables.iter().find_map(|name| {
            let text = self.environment.get(name)?;
            Some((text.to_owned(), self.environment.origin(name)))
        })
    }

    fn read<T>(
        &mut self,
        definition: &Definition,
        flag: Option<&str>,
        parse: fn(&str) -> Result<T, Expected>,
        default: T,
    ) -> Setting<T> {
        let Some((text, origin)) = self.find(definition, flag) else {
            return Setting::default(default);
        };
        match parse(&text) {
            Ok(value) => Setting { value, origin },
            Err(expected) => {
                let what = format!("{text:?} will not do for {}", definition.key);
                self.faults.push(Fault::at(origin, what, expected));
                Setting::default(default)
            }
        }
    }

    fn optional(&mut self, definition: &Definition, flag: Option<&str>) -> Option<Setting<String>> {
        let (value, origin) = self.find(definition, flag)?;
        (!value.is_empty()).then_some(Setting { value, origin })
    }

    fn models(&mut self, flag: Option<&str>) -> Models {
        let mut models = Models {
            default: self.optional(&definition::MODEL, flag),
            opus: self.optional(&definition::MODEL_OPUS, None),
            sonnet: self.optional(&definition::MODEL_SONNET, None),
            haiku: self.optional(&definition::MODEL_HAIKU, None),
            ..Models::default()
        };
        let listed = self.read(&definition::MODEL_ALIASES, None, value::aliases, Vec::new());
        for (alias, value) in listed.value {
            models.aliases.insert(alias, Setting { value, origin: listed.origin.clone() });
        }
        for name in self.environment.names() {
            let alias = name.strip_prefix(definition::ALIAS_PREFIX).unwrap_or_default();
            if let (false, Some(model)) = (alias.is_empty(), self.environment.get(name)) {
                let origin = self.environment.origin(name);
                let setting = Setting { value: model.to_owned(), origin };
                models.aliases.insert(alias.to_ascii_lowercase(), setting);
            }
        }
        models
    }

    fn plugin_dir(&mut self, flag: Option<PathBuf>) -> Option<Setting<PathBuf>> {
        if let Some(value) = flag {
            return Some(Setting { value, origin: Origin::Flag("plugin-dir") });
        }
        if let Some((text, origin)) = self.find(&definition::PLUGIN_DIR, None) {
            let home = self.environment.home();
            let value = match (text.strip_prefix("~/"), home) {
                (Some(rest), Some(home)) => home.join(rest),
                _ => PathBuf::from(text),
            };
            return Some(Setting { value, origin });
        }
        let home = self.environment.home()?;
        Some(Setting::default(home.join(".clasp").join("plugins")))
    }

    fn log_level(&mut self, flag: bool) -> Setting<LogLevel> {
        let debug = self.read(&definition::DEBUG, flag.then_some("true"), value::boolean, false);
        let level = self.read(&definition::LOG_LEVEL, None, value::log_level, LogLevel::Info);
        if *debug && *level != LogLevel::Trace {
            return Setting { value: LogLevel::Debug, origin: debug.origin };
        }
        level
    }

    fn responses(&mut self) -> Option<Responses> {
        let thirty_days = Duration::from_secs(30 * 86_400);
        let lifetime = &definition::RESPONSES_LIFETIME;
        let lifetime = self.read(lifetime, None, value::lifetime, thirty_days).value;
        let bytes = self.read(&definition::RESPONSES_SIZE, None, value::size, 1 << 30).value as u64;
        let (text, origin) = self.find(&definition::RESPONSES_STORE, None)?;
        let home = self.environment.home();
        let path = match (value::boolean(&text), text.strip_prefix("~/"), home) {
            (Ok(false), ..) => return None,
            (Ok(true), _, Some(home)) => home.join(".clasp").join("responses.redb"),
            (Ok(true), _, None) => {
                let what = "there is no home directory to keep responses in".to_owned();
                self.faults.push(Fault::at(origin, what, "give the file itself"));
                return None;
            }
            (Err(_), Some(rest), Some(home)) => home.join(rest),
            (Err(_), ..) => text.into(),
        };
        Some(Responses { path, lifetime, bytes })
    }

    fn limits(&mut self) -> Limits {
        let usual = Limits::default();
        let mut duration = |definition: &Definition, default| {
            self.read(definition, None, value::duration, default).value
        };
        let header_timeout = duration(&definition::HEADER_TIMEOUT, usual.header_timeout);
        let idle_timeout = duration(&definition::IDLE_TIMEOUT, usual.idle_timeout);
        let drain_timeout = duration(&definition::DRAIN_TIMEOUT, usual.drain_timeout);
        let ping_interval = duration(&definition::PING_INTERVAL, usual.ping_interval);
        let connections = &definition::MAX_CONNECTIONS;
        Limits {
            body: self.read(&definition::BODY_LIMIT, None, value::size, usual.body).value,
            frame: self.read(&definition::FRAME_LIMIT, None, value::size, usual.frame).value,
            connections: self.read(connections, None, value::count, usual.connections).value,
            header_timeout,
            idle_timeout,
            drain_timeout,
            ping_interval,
        }
    }

    /// Whoever can connect can spend the operator's money: not without saying so.
    fn check_host(&mut self, config: &Config) {
        if config.host.is_loopback() {
            return;
        }
        let host = *config.host;
        if *config.insecure {
            self.warnings.push(format!(
                "listening on {host} without client keys: whoever reaches it uses your provider's key"
            ));
        } else {
            self.faults.push(Fault::at(
                config.host.origin.clone(),
                format!("other machines could reach {host} and use your provider's key"),
                "take 127.0.0.1, or add --insecure (CLASP_INSECURE=true) if the network is yours alone",
            ));
        }
    }

    /// A variable that nothing reads is a misspelt one, or a later build's.
    fn check_names(&mut self) {
        let known: Vec<&str> = SETTINGS
            .iter()
            .flat_map(|definition| definition.variables.iter().copied())
            .chain(definition::OTHERS.iter().copied())
            .collect();
        for name in self.environment.names().filter(|name| name.starts_with("CLASP_")) {
            let value = self.environment.get(name);
            let off = value.is_none_or(|value| value::boolean(value) == Ok(false));
            if known.contains(&name) || name.starts_with(definition::ALIAS_PREFIX) || off {
                continue;
            }
            if name.starts_with(definition::AUTH) {
                self.faults.push(Fault::at(
                    self.environment.origin(name),
                    "this build does not check client keys yet",
                    "unset it, and keep to a loopback address",
                ));
            } else if definition::LATER.iter().any(|later| name.starts_with(later)) {
                self.warnings.push(format!(
                    "{} has no effect: this build does not have it yet",
                    self.environment.origin(name)
                ));
            } else {
                let meant = nearest(name, known.iter().copied())
                    .map(|near| format!("; did you mean {near}?"))
                    .unwrap_or_default();
                self.warnings.push(format!(
                    "{} is not a setting of clasp's and has no effect{meant}",
                    self.environment.origin(name)
                ));
            }
        }
    }
}
