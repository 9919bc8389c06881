//! Finds this checkout.

use std::path::{Path, PathBuf};

/// Returns the folder of the running package, in the checkout in which it runs. `compiled` is
/// `env!("CARGO_MANIFEST_DIR")`.
///
/// If two checkouts share a target directory, the compiled-in folder may be the other checkout's, because cargo
/// finds nothing to rebuild. Therefore the folder that cargo sets at run time is used instead, unless it is another
/// package's.
fn package(compiled: &str) -> PathBuf {
    choose(
        std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from),
        compiled,
    )
}

/// Returns the workspace's root, above the running package. `compiled` is `env!("CARGO_MANIFEST_DIR")`.
#[must_use]
pub fn root(compiled: &str) -> PathBuf {
    let package = package(compiled);
    let root = package
        .ancestors()
        .find(|folder| folder.join("Cargo.lock").is_file());
    root.unwrap_or(&package).to_path_buf()
}

fn choose(running: Option<PathBuf>, compiled: &str) -> PathBuf {
    let compiled = Path::new(compiled);
    running
        .filter(|running| running.file_name() == compiled.file_name())
        .unwrap_or_else(|| compiled.to_path_buf())
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::choose;

    #[test]
    fn the_checkout_that_runs_counts_and_not_the_one_that_was_compiled() {
        let chosen = choose(Some(PathBuf::from("/b/xtask")), "/a/xtask");
        assert_eq!(chosen, Path::new("/b/xtask"));
    }

    #[test]
    fn another_package_s_folder_does_not_count() {
        let chosen = choose(Some(PathBuf::from("/a/crates/one")), "/a/xtask");
        assert_eq!(chosen, Path::new("/a/xtask"));
        assert_eq!(choose(None, "/a/xtask"), Path::new("/a/xtask"));
    }
}
