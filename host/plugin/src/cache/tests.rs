use std::sync::Arc;

use super::*;
use crate::Limits;

#[test]
fn the_oldest_files_go_first() {
    let directory = tempfile::tempdir().unwrap();
    let limits = Limits { exchanges: 1, begins: 1, ..Limits::default() };
    let engine = Engine::new(Arc::new(limits)).unwrap();
    let cache = Cache::open(directory.path(), &engine).unwrap();
    let path = |name: usize| directory.path().join(format!("{name}.cwasm"));
    for name in 0..MAX_FILES {
        let file = File::create(path(name)).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(name as u64)).unwrap();
    }
    let abandoned = directory.path().join("1-0.tmp");
    File::create(&abandoned).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
    let stored = cache.store("x-", b"code").unwrap();
    assert!(stored.exists());
    assert!(!path(0).exists() && path(1).exists());
    assert!(!abandoned.exists());
}
