//! Servers that tests start, where they are installed.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// Debian's packages put the programs of PostgreSQL here, beside the path.
const POSTGRES: &str = "/usr/lib/postgresql";

/// What a test needs of PostgreSQL.
const POSTGRES_PROGRAMS: &[&str] = &[
    "initdb",
    "pg_basebackup",
    "pg_ctl",
    "pg_dump",
    "postgres",
    "psql",
];

/// The folder with all programs of a PostgreSQL server that a test needs. The path comes first, then the newest package.
#[must_use]
pub fn postgres() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let versions = fs::read_dir(POSTGRES).into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = versions.map(|version| version.path()).collect();
    versions.sort();
    folders.extend(versions.iter().rev().map(|version| version.join("bin")));
    let has_all = |folder: &Path| {
        let mut programs = POSTGRES_PROGRAMS.iter();
        programs.all(|program| folder.join(program).exists())
    };
    folders.into_iter().find(|folder| has_all(folder))
}
