//! Keeps other programs away from an open file, and detects a program that got access nevertheless.
//!
//! # Why SQLite's own locks are not enough
//!
//! SQLite locks by `fcntl` on Unix. Such a lock belongs to the process. The lock is released when the process closes *any* descriptor of
//! the file, even one that only read: a backup by `fs::copy` would let a second program in. Therefore SQLite takes no locks here (its file
//! layer `unix-none`), and the guard holds a lock that belongs to its own open file:
//!
//! | system | lock | keeps out |
//! |---|---|---|
//! | Linux, Android | an open-file-description lock on the bytes that SQLite locks | other ledgers, and other programs that use SQLite |
//! | macOS, BSD | `flock`, which the kernel keeps in one list with `fcntl` locks (not tested; as documented for their kernels) | the same |
//! | Windows | SQLite's locks, which belong to its handle; and its share mode, which prevents renaming and deleting the file | the same |
//!
//! On a system whose kernel keeps `flock` and `fcntl` locks in one list, a program blocks itself if it takes one lock of each kind. This
//! can't happen here, because SQLite takes no locks.

#[cfg(unix)]
mod lock;
#[cfg(unix)]
mod mount;
#[cfg(not(unix))]
mod other;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub(super) use other::Guard;
#[cfg(unix)]
pub(super) use unix::Guard;
