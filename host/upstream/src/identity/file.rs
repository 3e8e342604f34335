//! Small files of other programs: read whole, away from the threads that serve.

use std::io::{self, Read};
use std::path::Path;

/// Most bytes of a file.
const MOST: u64 = 4 * 1024 * 1024;

/// A file's text; none: there is no such file.
pub(super) async fn read(path: &Path) -> Result<Option<String>, String> {
    let path = path.to_owned();
    let reading = tokio::task::spawn_blocking(move || read_now(&path));
    reading.await.map_err(|_ended| "reading it ended early".to_owned())?
}

/// The same at once.
pub(super) fn read_now(path: &Path) -> Result<Option<String>, String> {
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("{} cannot be read: {error}", path.display())),
    };
    let mut text = String::new();
    match file.take(MOST).read_to_string(&mut text) {
        Ok(_) => Ok(Some(text)),
        Err(error) => Err(format!("{} cannot be read: {error}", path.display())),
    }
}
