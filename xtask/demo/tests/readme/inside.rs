//! A folder of its own for a test whose code names a file by a relative path.

use std::env;

use testkit::Folder;
use tokio::sync::{Mutex, MutexGuard};

/// A process has one current folder. Therefore these tests run one after the other.
static CURRENT: Mutex<()> = Mutex::const_new(());

/// The current folder, as long as this value lives.
pub(crate) struct Inside {
    _folder: Folder,
    _only: MutexGuard<'static, ()>,
}

pub(crate) async fn inside(name: &str) -> Inside {
    let only = CURRENT.lock().await;
    let folder = Folder::new(name);
    env::set_current_dir(folder.path()).unwrap();
    Inside {
        _folder: folder,
        _only: only,
    }
}
