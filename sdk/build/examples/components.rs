//! Builds the components of plugin folders: `components OUT_DIR FOLDER…`, each to `<id>.wasm`.

use std::path::Path;
use std::process::ExitCode;

use clasp_plugin_build::{BuildError, Options, Toolchain, build};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(out) = arguments.next() else {
        eprintln!("usage: components OUT_DIR FOLDER…");
        return ExitCode::from(2);
    };
    for folder in arguments {
        if let Err(error) = component(Path::new(&out), Path::new(&folder)) {
            eprintln!("error: {folder}: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn component(out: &Path, folder: &Path) -> Result<(), BuildError> {
    let toolchain = Toolchain::find_for(folder)?;
    let built = build(&Options { toolchain: Some(toolchain), ..Options::new(folder) })?;
    let id = built.package.trim_start_matches("clasp-");
    let path = out.join(format!("{id}.wasm"));
    let file = |cause| BuildError::File { deed: "write", path: path.clone(), cause };
    std::fs::create_dir_all(out).map_err(file)?;
    std::fs::write(&path, &built.component).map_err(file)?;
    println!("{}: {} bytes, contract {}", path.display(), built.size, built.checked.contract);
    Ok(())
}
