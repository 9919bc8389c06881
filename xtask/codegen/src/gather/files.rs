//! Reads the files of a description, each once.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    rc::Rc,
};

use super::target::Refused;
use crate::{
    problem::{Problem, Problems},
    tree::{self, Value},
};

/// The maximum number of files of one description.
const MOST: usize = 10_000;

/// The maximum total size of all files except the first one, in bytes.
const LARGEST: u64 = 64 * 1024 * 1024;

/// The files of a description, by their paths relative to the folder of the first file.
pub(super) struct Files {
    /// The folder, without symbolic links in its path. `None` if the description was given as text.
    folder: Option<PathBuf>,
    /// The prefix of every path in messages.
    shown: String,
    read: BTreeMap<String, Result<Rc<Value>, Refused>>,
    left: u64,
    /// The problems of the files themselves, such as invalid YAML.
    pub(super) problems: Vec<Problem>,
}

impl Files {
    /// `file` is the first file as the caller names it.
    pub(super) fn new(first: Value, file: &str, folder: Option<&Path>) -> Self {
        let (before, name) = match file.rfind(['/', std::path::MAIN_SEPARATOR]) {
            Some(at) => file.split_at(at + 1),
            None => ("", file),
        };
        Self {
            folder: folder.and_then(|folder| {
                let folder = if folder.as_os_str().is_empty() {
                    Path::new(".")
                } else {
                    folder
                };
                fs::canonicalize(folder).ok()
            }),
            shown: before.to_owned(),
            read: BTreeMap::from([(name.to_owned(), Ok(Rc::new(first)))]),
            left: LARGEST,
            problems: Vec::new(),
        }
    }

    /// Returns the name of a file in messages.
    pub(super) fn shown(&self, path: &str) -> String {
        format!("{}{path}", self.shown)
    }

    pub(super) fn get(&mut self, path: &str) -> Result<Rc<Value>, Refused> {
        if let Some(known) = self.read.get(path) {
            return known.clone();
        }
        let read = self.open(path).map(Rc::new);
        self.read.insert(path.to_owned(), read.clone());
        read
    }

    fn open(&mut self, path: &str) -> Result<Value, Refused> {
        let refused = |what: String, hint| Refused { what, hint };
        let unreadable = |error: std::io::Error| {
            refused(
                format!("`{path}` can't be read: {error}"),
                "put the file where the reference leads",
            )
        };
        let Some(folder) = &self.folder else {
            return Err(refused(
                format!("`{path}` is another file, but this description was not read from a file"),
                "write the schema into components",
            ));
        };
        if self.read.len() >= MOST {
            return Err(refused(
                format!("the description has more than {MOST} files"),
                "join some of them",
            ));
        }
        let target = fs::canonicalize(folder.join(path)).map_err(unreadable)?;
        // A symbolic link may lead out of the folder.
        if !target.starts_with(folder) {
            return Err(refused(
                format!("`{path}` leads out of the folder of the description"),
                "put a copy into the folder",
            ));
        }
        let size = fs::metadata(&target).map_err(unreadable)?.len();
        self.left = self.left.checked_sub(size).ok_or_else(|| {
            refused(
                format!("the files exceed {LARGEST} bytes in total"),
                "leave out what no operation needs",
            )
        })?;
        let bytes = fs::read(&target).map_err(unreadable)?;
        let mut problems = Problems::new(&self.shown(path));
        let tree = match std::str::from_utf8(&bytes) {
            Ok(text) => tree::parse(text, path, &mut problems),
            Err(_) => {
                problems.report("", "the file is not UTF-8", "save it as UTF-8");
                None
            }
        };
        self.problems.extend(problems.into_list());
        tree.ok_or_else(|| {
            refused(
                format!("`{path}` is not a part of a description"),
                "write JSON into `*.json`, and YAML into every other file",
            )
        })
    }
}
