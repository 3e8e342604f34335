//! Reads the files of a case.

use std::path::{Path, PathBuf};

use clasp_model::{Header, HttpResponse, Request, Target};
use serde::Deserialize;

/// One case: what goes in.
#[derive(Clone, Debug)]
pub struct Case {
    /// The folder's name.
    pub name: String,
    /// The folder.
    pub folder: PathBuf,
    /// Where the request goes.
    pub target: Target,
    /// The request.
    pub request: Request,
    /// The provider's answer, if there is one.
    pub response: Option<HttpResponse>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    target: Target,
    request: Request,
}

impl Case {
    /// Reads all cases in a folder, by name.
    ///
    /// # Errors
    /// Which file cannot be read, and why.
    pub fn read_all(folder: &Path) -> Result<Vec<Self>, String> {
        let entries = std::fs::read_dir(folder).map_err(|error| {
            format!(
                "{}: {error}; a plugin needs cases: make the folder, and in it one for each case",
                folder.display()
            )
        })?;
        let mut folders: Vec<PathBuf> =
            entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
        folders.sort();
        folders.iter().map(|folder| Self::read(folder)).collect()
    }

    /// Reads one case.
    ///
    /// # Errors
    /// Which file cannot be read, and why.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let file = folder.join("request.json");
        let fault = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
        let text = std::fs::read_to_string(&file).map_err(|error| fault(&error))?;
        let asked: Asked = serde_json::from_str(&text).map_err(|error| fault(&error))?;
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let response = match std::fs::read(folder.join("response.http")) {
            Ok(bytes) => Some(response(&bytes).ok_or_else(|| {
                format!(
                    "{}: response.http has to begin with a status line and headers, then an empty \
                     line, then the body",
                    folder.display()
                )
            })?),
            Err(_) => None,
        };
        Ok(Self {
            name,
            folder: folder.to_owned(),
            target: asked.target,
            request: asked.request,
            response,
        })
    }
}

/// Reads `HTTP/1.1 200 OK`, headers, an empty line and the body.
fn response(bytes: &[u8]) -> Option<HttpResponse> {
    let mut rest = bytes;
    let mut line = || {
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let (line, tail) = rest.split_at(end);
        rest = tail.get(1..).unwrap_or_default();
        Some(String::from_utf8_lossy(line).trim_end().to_owned())
    };
    let status = line()?.split_whitespace().nth(1)?.parse().ok()?;
    let mut headers = Vec::new();
    loop {
        let line = line()?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':')?;
        let name = name.trim().to_ascii_lowercase();
        headers.push(Header { name, value: value.trim().to_owned() });
    }
    Some(HttpResponse { status, headers, body: rest.to_vec().into() })
}
