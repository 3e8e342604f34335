//! Is a file a plugin of this contract? Rule: whatever a host would refuse for its shape is refused
//! here already, with what was found and what was expected.

use std::fmt;

use wit_parser::decoding::{DecodedWasm, decode};
use wit_parser::{Resolve, WorldId};

/// The contract, as the guest SDK compiles it.
const CONTRACT: &str = concat!(
    include_str!("../../../wit/v0.1/package.wit"),
    include_str!("../../../wit/v0.1/about.wit"),
    include_str!("../../../wit/v0.1/translate.wit"),
    include_str!("../../../wit/v0.1/types.wit"),
);
/// Its package name.
const PACKAGE: &str = "clasp:provider";
/// Its version.
const VERSION: Contract = Contract { major: 0, minor: 1, patch: 0 };
/// Interfaces that every plugin exports.
const REQUIRED: [&str; 2] = ["about", "translate"];
/// Interfaces that a plugin may export.
const OPTIONAL: [&str; 2] = ["models", "tokens"];

/// A version of the contract; `0.1.x` are compatible with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contract {
    /// Breaks everything.
    pub major: u64,
    /// Breaks everything as long as `major` is 0.
    pub minor: u64,
    /// Adds interfaces.
    pub patch: u64,
}

/// A component that is a plugin, seen from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Of the interfaces it exports.
    pub contract: Contract,
    /// Full names of the interfaces it imports: `clasp:provider/host@0.1.0`.
    pub imports: Vec<String>,
    /// Full names of the interfaces it exports.
    pub exports: Vec<String>,
    /// The optional ones among them: `models`, `tokens`.
    pub optional: Vec<String>,
    /// The WASI interfaces among `imports`. The host answers them, with nothing behind.
    pub wasi: Vec<String>,
    /// Bytes.
    pub size: usize,
}

/// Why a file is no plugin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// Some other file.
    #[error(
        "not WebAssembly: its {size} bytes do not begin with the mark of a .wasm file; a plugin is \
         a component that implements clasp:provider@0.1: make one with `clasp plugin build`"
    )]
    NotWasm {
        /// Bytes.
        size: usize,
    },
    /// What a compiler puts out, before it is wrapped.
    #[error(
        "a core module, not a component; `clasp plugin build` in the plugin's folder makes one of \
         it, or compile for wasm32-wasip2"
    )]
    CoreModule,
    /// Cut short, or made by hand.
    #[error("broken WebAssembly: {cause}")]
    Broken {
        /// Where and what.
        cause: String,
    },
    /// The module cannot be wrapped.
    #[error("its imports and exports do not fit the contract: {cause}")]
    Module {
        /// What is amiss.
        cause: String,
    },
    /// A component of something else.
    #[error(
        "no plugin of clasp: it exports nothing of {PACKAGE}, only {}; a Rust guest needs \
         clasp_plugin's `export!` macro in its lib.rs", list(.exports)
    )]
    NoContract {
        /// What it exports instead.
        exports: Vec<String>,
    },
    /// Another generation.
    #[error(
        "built for contract version {found}, this clasp speaks {VERSION}: {}",
        if .found.minor > VERSION.minor { "update clasp, or build the plugin with an older SDK" }
        else { "build the plugin again with the SDK of this clasp" }
    )]
    OtherVersion {
        /// What the component says.
        found: Contract,
    },
    /// A required interface is not there.
    #[error("it does not export {}, only {}", list(.missing), list(.exports))]
    Missing {
        /// What is not there.
        missing: Vec<String>,
        /// What is.
        exports: Vec<String>,
    },
    /// It wants what the host does not give.
    #[error(
        "it imports {}, which no plugin gets: only {PACKAGE}/host and {PACKAGE}/types",
        list(.imports)
    )]
    ForeignImports {
        /// Full names.
        imports: Vec<String>,
    },
    /// Right names, other types.
    #[error(
        "built against another state of contract {found}: {cause}\n\
         Build the plugin again with the SDK of this clasp"
    )]
    OtherTypes {
        /// What the component says.
        found: Contract,
        /// Which type differs.
        cause: String,
    },
}

impl Contract {
    fn compatible(self, other: Contract) -> bool {
        (self.major, self.minor) == (other.major, other.minor)
    }
}

impl fmt::Display for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// Checks that a component is a plugin that this version's host can load, without running it.
///
/// # Errors
/// [`CheckError`]: the first thing in the way.
pub fn check(bytes: &[u8]) -> Result<Checked, CheckError> {
    match kind(bytes) {
        Kind::Component => {}
        Kind::Module => return Err(CheckError::CoreModule),
        Kind::Other => return Err(CheckError::NotWasm { size: bytes.len() }),
    }
    let decoded = decode(bytes).map_err(|e| CheckError::Broken { cause: format!("{e:#}") })?;
    let DecodedWasm::Component(resolve, world) = decoded else {
        return Err(CheckError::NoContract { exports: Vec::new() });
    };
    let world = resolve
        .worlds
        .get(world)
        .ok_or_else(|| CheckError::Broken { cause: "no world in it".to_owned() })?;
    let name = |key| resolve.name_world_key(key);
    let imports: Vec<String> = world.imports.keys().map(name).collect();
    let exports: Vec<String> = world.exports.keys().map(name).collect();

    let Some(contract) = exports.iter().find_map(|name| version(name)) else {
        return Err(CheckError::NoContract { exports });
    };
    if !contract.compatible(VERSION) {
        return Err(CheckError::OtherVersion { found: contract });
    }
    let exported = |interface: &str| exports.contains(&full(interface, contract));
    let missing: Vec<String> = REQUIRED
        .into_iter()
        .filter(|interface| !exported(interface))
        .map(|interface| full(interface, contract))
        .collect();
    if !missing.is_empty() {
        return Err(CheckError::Missing { missing, exports });
    }
    let (wasi, foreign): (Vec<String>, Vec<String>) = imports
        .iter()
        .filter(|name| version(name).is_none_or(|version| !version.compatible(VERSION)))
        .cloned()
        .partition(|name| name.starts_with("wasi:"));
    if !foreign.is_empty() {
        return Err(CheckError::ForeignImports { imports: foreign });
    }
    let optional: Vec<&str> = OPTIONAL.into_iter().filter(|name| exported(name)).collect();
    // With imports beside the contract's the comparison is left to the host's trial at load.
    if wasi.is_empty() {
        compare(bytes, contract, &optional)
            .map_err(|cause| CheckError::OtherTypes { found: contract, cause })?;
    }
    let optional = optional.into_iter().map(str::to_owned).collect();
    Ok(Checked { contract, imports, exports, optional, wasi, size: bytes.len() })
}

/// What the first eight bytes say.
pub(crate) enum Kind {
    Component,
    Module,
    Other,
}

pub(crate) fn kind(bytes: &[u8]) -> Kind {
    match bytes {
        [b'\0', b'a', b's', b'm', 1, 0, 0, 0, ..] => Kind::Module,
        [b'\0', b'a', b's', b'm', _, _, 1, 0, ..] => Kind::Component,
        _ => Kind::Other,
    }
}

/// `clasp:provider/about@0.1.2` → 0.1.2. None: not an interface of the contract.
fn version(name: &str) -> Option<Contract> {
    let (_, version) = name.strip_prefix(PACKAGE)?.strip_prefix('/')?.split_once('@')?;
    let (numbers, _) = version.split_once(['-', '+']).unwrap_or((version, ""));
    let mut numbers = numbers.split('.').map(str::parse);
    let mut next = || numbers.next()?.ok();
    Some(Contract { major: next()?, minor: next()?, patch: next()? })
}

fn full(interface: &str, version: Contract) -> String {
    format!("{PACKAGE}/{interface}@{version}")
}

/// Every type and function, against the contract as it would be called at the plugin's version.
fn compare(bytes: &[u8], contract: Contract, optional: &[&str]) -> Result<(), String> {
    let text = |e: &dyn fmt::Display| e.to_string();
    let (resolve, world) = expected(contract, optional)?;
    wit_component::targets(&resolve, world, bytes).map_err(|e| text(&format_args!("{:#}", e)))
}

fn expected(contract: Contract, optional: &[&str]) -> Result<(Resolve, WorldId), String> {
    let mut wit = CONTRACT.replacen(&format!("@{VERSION};"), &format!("@{contract};"), 1);
    wit.push_str("\nworld checked { include provider;\n");
    for interface in optional {
        wit.push_str(&format!("export {interface};\n"));
    }
    wit.push('}');
    let mut resolve = Resolve::default();
    let package = resolve.push_str("contract.wit", &wit).map_err(|e| format!("{e:#}"))?;
    let world = resolve.select_world(&[package], Some("checked")).map_err(|e| format!("{e:#}"))?;
    Ok((resolve, world))
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests;
