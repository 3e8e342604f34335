//! Tells the micro benchmark which compiler and target it was built by: instruction counts hold for
//! one of each.

use std::process::Command;

fn main() {
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(compiler).arg("--version").output();
    let version = version.map(|out| String::from_utf8_lossy(&out.stdout).trim().to_owned());
    let target = std::env::var("TARGET").unwrap_or_default();
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-env=BENCH_COMPILER={}", version.unwrap_or_default());
    println!("cargo:rustc-env=BENCH_TARGET={target}");
}
