//! Embeds the files of `sdk/template`, which `clasp plugin new` writes.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let own =
        env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).ok_or(io::ErrorKind::NotFound)?;
    let template = own.join("../../sdk/template");
    println!("cargo::rerun-if-changed={}", template.display());
    let mut files = Vec::new();
    collect(&template, &mut files)?;
    files.sort();
    let mut code = String::from("&[\n");
    for file in &files {
        let name = file.strip_prefix(&template).map_err(io::Error::other)?.to_string_lossy();
        let path = file.to_string_lossy();
        writeln!(code, "    ({name:?}, include_str!({path:?})),").map_err(io::Error::other)?;
    }
    code.push(']');
    let out = env::var_os("OUT_DIR").map(PathBuf::from).ok_or(io::ErrorKind::NotFound)?;
    fs::write(out.join("template.rs"), code)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // What a build in the template leaves behind is not the template.
        if path.is_dir() && name != "target" {
            collect(&path, files)?;
        } else if path.is_file() && name != "Cargo.lock" {
            files.push(path);
        }
    }
    Ok(())
}
