//! A lock that belongs to an open file. Closing another descriptor of the file does not release the lock.

pub(super) use system::Lock;

#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    // On these architectures, the struct `flock` has padding that can't be initialised by name.
    not(any(
        target_arch = "mips",
        target_arch = "mips32r6",
        target_arch = "mips64",
        target_arch = "mips64r6",
        target_arch = "sparc",
        target_arch = "sparc64",
    ))
))]
mod system {
    use std::{fs::File, io};

    use nix::{
        errno::Errno,
        fcntl::{FcntlArg, fcntl},
        libc,
    };

    /// The range that SQLite locks: one byte for a waiting program, one for a program that is about to write, and 510 for readers.
    const START: libc::off_t = 0x4000_0000;
    const LENGTH: libc::off_t = 512;

    /// A locked file.
    #[derive(Debug)]
    pub(in super::super) struct Lock(File);

    impl Lock {
        /// Locks the file, which must be open for writing. Returns the file if another program has a lock on it.
        pub(in super::super) fn take(file: File) -> io::Result<Result<Self, File>> {
            let all = libc::flock {
                l_type: libc::F_WRLCK as libc::c_short,
                l_whence: libc::SEEK_SET as libc::c_short,
                l_start: START,
                l_len: LENGTH,
                l_pid: 0,
            };
            match fcntl(&file, FcntlArg::F_OFD_SETLK(&all)) {
                Ok(_) => Ok(Ok(Self(file))),
                Err(Errno::EAGAIN | Errno::EACCES) => Ok(Err(file)),
                Err(error) => Err(error.into()),
            }
        }

        pub(in super::super) fn file(&self) -> &File {
            &self.0
        }
    }
}

#[cfg(not(all(
    any(target_os = "linux", target_os = "android"),
    not(any(
        target_arch = "mips",
        target_arch = "mips32r6",
        target_arch = "mips64",
        target_arch = "mips64r6",
        target_arch = "sparc",
        target_arch = "sparc64",
    ))
)))]
mod system {
    use std::{fs::File, io};

    use nix::{
        errno::Errno,
        fcntl::{Flock, FlockArg},
    };

    /// A locked file.
    #[derive(Debug)]
    pub(in super::super) struct Lock(Flock<File>);

    impl Lock {
        /// Locks the file. Returns the file if another program has a lock on it.
        pub(in super::super) fn take(file: File) -> io::Result<Result<Self, File>> {
            match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
                Ok(locked) => Ok(Ok(Self(locked))),
                Err((file, Errno::EAGAIN)) => Ok(Err(file)),
                Err((_, error)) => Err(error.into()),
            }
        }

        pub(in super::super) fn file(&self) -> &File {
            &self.0
        }
    }
}
