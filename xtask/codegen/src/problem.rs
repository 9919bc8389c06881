//! Problems of a description. Every problem has a place, a statement and a hint.

use std::fmt;

use super::visible::spelt_out;

/// The hint for a problem that is solved by a Rust name.
pub(crate) const NAME_IT: &str = "add `x-rust-name`";

/// The hint for a problem that is solved by naming one value of an enum.
pub(crate) const NAME_VALUE: &str = "name it in `x-enum-names`";

/// The hint for a problem that is solved by naming the values of an enum.
pub(crate) const NAME_VALUES: &str = "name them in `x-enum-names`";

/// One problem of a description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) file: String,
    /// A JSON pointer; empty for the whole document.
    pub(crate) at: String,
    pub(crate) what: String,
    pub(crate) hint: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The line quotes the description, and is printed on a terminal. Therefore invisible characters, such as
        // control characters, are spelt out.
        let line = format!("{}: #{}: {}; {}", self.file, self.at, self.what, self.hint);
        f.write_str(&spelt_out(&line))
    }
}

/// The problems of one description, in the order in which they were found.
///
/// Stages add problems and continue, so that one run reports everything.
#[derive(Debug)]
pub(crate) struct Problems {
    file: String,
    list: Vec<Problem>,
}

impl Problems {
    pub(crate) fn new(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            list: Vec::new(),
        }
    }

    pub(crate) fn report(&mut self, at: &str, what: impl Into<String>, hint: impl Into<String>) {
        let problem = Problem {
            file: self.file.clone(),
            at: at.to_owned(),
            what: what.into(),
            hint: hint.into(),
        };
        // A shared schema may be visited more than once.
        if !self.list.contains(&problem) {
            self.list.push(problem);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(crate) fn into_list(self) -> Vec<Problem> {
        self.list
    }
}
