//! Detects the kind of file system that contains a file.

use std::{fs::File, path::Path};

use super::super::fault::Fault;
use crate::LedgerErrorKind;

/// File systems that several machines may share, or that forward locks to a system that may not enforce them.
///
/// FUSE file systems are not listed: they are refused unless they are known to be local.
const REMOTE: &[&str] = &[
    "9p",
    "acfs",
    "afpfs",
    "afs",
    "aufs",
    "beegfs",
    "ceph",
    "cifs",
    "coda",
    "fakeowner",
    "fhgfs",
    "gfs",
    "gfs2",
    "glusterfs",
    "gpfs",
    "ibrix",
    "lustre",
    "ncp",
    "ncpfs",
    "nfs",
    "nfs4",
    "ocfs2",
    "orangefs",
    "panfs",
    "prl_fs",
    "pvfs2",
    "smb",
    "smb3",
    "smbfs",
    "snfs",
    "vboxsf",
    "virtiofs",
    "vmhgfs",
    "webdav",
    "wekafs",
];

/// FUSE file systems on a disk of this machine.
const LOCAL_BY_FUSE: &[&str] = &["fuseblk", "fuse-overlayfs"];

/// Checks that locks and names are reliable for the file, as far as the system reports the mount.
pub(super) fn check(file: &File, path: &Path) -> Result<(), Fault> {
    let Some(mount) = mount(file) else {
        return Ok(());
    };
    if is_remote(&mount.kind) {
        return Err(Fault::new(
            LedgerErrorKind::UnsafePlace,
            format!(
                "the ledger lies on a network file system ({}), whose locks can't be relied on: put it on a local disk",
                mount.kind
            ),
        ));
    }
    if mount.point.as_deref() == Some(path) {
        return Err(Fault::new(
            LedgerErrorKind::UnsafePlace,
            "the ledger is mounted as a single file, so its journal would lie elsewhere: mount its directory",
        ));
    }
    Ok(())
}

fn is_remote(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    // `fuse.sshfs` means `sshfs`, mounted through FUSE. Some systems report a FUSE file system without this prefix, for example as
    // `macfuse`.
    let by_fuse = kind.strip_prefix("fuse.").unwrap_or(&kind);
    if LOCAL_BY_FUSE.contains(&by_fuse) {
        return false;
    }
    REMOTE.contains(&kind.as_str()) || kind.contains("fuse")
}

/// A mounted file system.
struct Mount {
    kind: String,
    /// The mount point, if it is known.
    point: Option<std::path::PathBuf>,
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn mount(file: &File) -> Option<Mount> {
    use std::{fs, os::fd::AsRawFd as _};

    let info = fs::read_to_string(format!("/proc/self/fdinfo/{}", file.as_raw_fd())).ok()?;
    let id = info.lines().find_map(|line| line.strip_prefix("mnt_id:"))?;
    linux::find(&fs::read("/proc/self/mountinfo").ok()?, id.trim())
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod linux {
    use std::{ffi::OsString, os::unix::ffi::OsStringExt as _};

    use super::Mount;

    /// Finds the mount with this number in the content of `/proc/self/mountinfo`.
    pub(super) fn find(mounts: &[u8], id: &str) -> Option<Mount> {
        let line = mounts.split(|byte| *byte == b'\n').find(|line| {
            let number = line.split(|byte| *byte == b' ').next();
            number == Some(id.as_bytes())
        })?;
        let mut fields = line.split(|byte| *byte == b' ');
        // The first four fields: the number, its parent's number, the device, and the root within the device.
        let point = fields.nth(4)?;
        // After the options come any number of optional fields, and a dash.
        let kind = fields.skip_while(|field| *field != b"-").nth(1)?;
        Some(Mount {
            kind: String::from_utf8_lossy(kind).into_owned(),
            point: Some(OsString::from_vec(unescape(point)).into()),
        })
    }

    /// Spaces and some other characters are written as a backslash and three octal digits.
    fn unescape(mut field: &[u8]) -> Vec<u8> {
        let mut plain = Vec::with_capacity(field.len());
        while let [first, rest @ ..] = field {
            match rest {
                [
                    a @ b'0'..=b'3',
                    b @ b'0'..=b'7',
                    c @ b'0'..=b'7',
                    after @ ..,
                ] if *first == b'\\' => {
                    plain.push((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'));
                    field = after;
                }
                _ => {
                    plain.push(*first);
                    field = rest;
                }
            }
        }
        plain
    }
}

#[cfg(any(
    target_vendor = "apple",
    target_os = "freebsd",
    target_os = "dragonfly",
    target_os = "openbsd"
))]
fn mount(file: &File) -> Option<Mount> {
    let info = nix::sys::statfs::fstatfs(file).ok()?;
    Some(Mount {
        kind: info.filesystem_type_name().to_owned(),
        point: None,
    })
}

#[cfg(not(any(
    target_os = "linux",
    target_os = "android",
    target_vendor = "apple",
    target_os = "freebsd",
    target_os = "dragonfly",
    target_os = "openbsd"
)))]
fn mount(_: &File) -> Option<Mount> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_file_systems_are_told_from_disks() {
        for kind in [
            "nfs",
            "nfs4",
            "cifs",
            "smb3",
            "smbfs",
            "afpfs",
            "9p",
            "virtiofs",
            "ceph",
            "fuse",
            "fuse.sshfs",
            "fuse.s3fs",
            "fuse.glusterfs",
            "fuse.rclone",
            "macfuse",
            "osxfuse",
            "fakeowner",
            "fuse.grpcfuse",
        ] {
            assert!(is_remote(kind), "{kind}");
        }
        for kind in [
            "ext4",
            "ext2/ext3",
            "xfs",
            "btrfs",
            "zfs",
            "tmpfs",
            "overlay",
            "apfs",
            "hfs",
            "ufs",
            "fuseblk",
            "fuse.fuse-overlayfs",
            "f2fs",
            "bcachefs",
            "vfat",
            "ramfs",
        ] {
            assert!(!is_remote(kind), "{kind}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_mount_of_a_file_is_found_by_its_number() {
        let mounts = b"27 1 254:0 / / rw,relatime - ext4 /dev/root rw\n\
            31 27 0:44 / /srv/the\\040share\\134 rw shared:7 master:1 - nfs4 server:/x rw,vers=4.2\n\
            310 27 254:0 /a.ledger /data/a.ledger rw - ext4 /dev/root rw\n";
        let find = |id| linux::find(mounts, id).map(|mount| (mount.kind, mount.point.unwrap()));
        assert_eq!(find("27"), Some(("ext4".to_owned(), "/".into())));
        assert_eq!(
            find("31"),
            Some(("nfs4".to_owned(), "/srv/the share\\".into()))
        );
        assert_eq!(
            find("310"),
            Some(("ext4".to_owned(), "/data/a.ledger".into()))
        );
        assert_eq!(find("3"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_is_there_has_a_mount() {
        let program = std::env::current_exe().unwrap();
        let mount = mount(&File::open(&program).unwrap()).unwrap();
        assert!(program.starts_with(mount.point.unwrap()), "{}", mount.kind);
        // Pseudo file systems count as local, too.
        let memory = self::mount(&File::open("/proc/self/status").unwrap()).unwrap();
        assert_eq!(memory.kind, "proc");
    }
}
