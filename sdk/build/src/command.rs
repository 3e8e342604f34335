//! The environment that cargo and rustc run in. Rule: a build inside another build (a build
//! script's) comes out as one from a plain shell would, proxies and registries kept.

use std::path::Path;
use std::process::Command;

/// Variables of cargo that say how it reaches the world, not what it builds.
const KEPT: [&str; 7] = [
    "CARGO_HOME",
    "CARGO_HTTP_",
    "CARGO_NET_",
    "CARGO_REGISTRY_",
    "CARGO_REGISTRIES_",
    "CARGO_SOURCE_",
    "CARGO_TERM_",
];

/// Set by cargo for build scripts, or by callers for their own build.
const DROPPED: [&str; 13] = [
    "DEBUG",
    "HOST",
    "MAKEFLAGS",
    "MFLAGS",
    "NUM_JOBS",
    "OPT_LEVEL",
    "OUT_DIR",
    "PROFILE",
    "RUSTDOC",
    "RUSTDOCFLAGS",
    "RUSTFLAGS",
    "RUST_TARGET_PATH",
    "TARGET",
];

/// Cargo prepends its own library folders here for build scripts.
const LIBRARY_PATHS: [&str; 3] =
    ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"];

/// `program` in `dir`, its environment scrubbed of everything that belongs to a surrounding build.
pub fn command(program: &Path, dir: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(dir);
    let in_script = std::env::var_os("OUT_DIR").is_some();
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| !kept(name, in_script)) {
            command.env_remove(&name);
        }
    }
    command
}

/// `RUSTUP_TOOLCHAIN` stays: it is how `cargo +name` and a surrounding cargo say which is active.
fn kept(name: &str, in_script: bool) -> bool {
    if name.starts_with("CARGO") {
        return KEPT
            .iter()
            .any(|kept| if kept.ends_with('_') { name.starts_with(kept) } else { name == *kept });
    }
    let dropped = DROPPED.contains(&name)
        || name.starts_with("RUSTC")
        || name.starts_with("DEP_")
        || (in_script && LIBRARY_PATHS.contains(&name));
    !dropped
}

#[cfg(test)]
mod tests {
    use super::kept;

    #[test]
    fn keeps_the_way_out_and_drops_the_surrounding_build() {
        for name in ["PATH", "HOME", "HTTPS_PROXY", "CARGO_HOME", "CARGO_HTTP_PROXY"] {
            assert!(kept(name, true), "{name}");
        }
        for name in ["CARGO_REGISTRIES_MINE_INDEX", "CARGO_NET_OFFLINE", "RUSTUP_TOOLCHAIN"] {
            assert!(kept(name, true), "{name}");
        }
        for name in ["CARGO", "CARGO_TARGET_DIR", "CARGO_ENCODED_RUSTFLAGS", "CARGO_MAKEFLAGS"] {
            assert!(!kept(name, false), "{name}");
        }
        for name in ["RUSTC", "RUSTC_WORKSPACE_WRAPPER", "RUSTFLAGS", "TARGET", "OUT_DIR"] {
            assert!(!kept(name, false), "{name}");
        }
        assert!(!kept("CARGO_HOMES", false), "only whole names, unless the entry is a prefix");
        assert!(kept("LD_LIBRARY_PATH", false), "the user's own");
        assert!(!kept("LD_LIBRARY_PATH", true), "cargo's");
    }
}
