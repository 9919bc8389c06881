//! What keeps others away from an open file, and notices when they got at it all the same.
//!
//! # Why SQLite's own locks are not enough
//!
//! SQLite locks by `fcntl` on Unix. Such a lock belongs to the process, and is given up when the process closes *any* descriptor
//! of the file, even one that it only read from: a backup by `fs::copy` lets a second program in. So SQLite takes no locks here
//! (its file layer `unix-none`), and the guard holds one that belongs to its own open file:
//!
//! | system | lock | keeps out |
//! |---|---|---|
//! | Linux, Android | an open-file-description lock on the bytes that SQLite locks | other ledgers, and other programs that use SQLite |
//! | macOS, BSD | `flock`, which the kernel keeps in one list with `fcntl` locks (not tried, as documented for their kernels) | the same |
//! | Windows | SQLite's own, which belong to its handle; and its share mode, which lets nobody rename or delete the file | the same |
//!
//! Where `flock` and `fcntl` locks are one list, a file that one program locks by both locks itself out. As SQLite takes none,
//! that can't happen.

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
