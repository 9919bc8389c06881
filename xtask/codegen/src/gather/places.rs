//! Where the parts of a gathered description come from, so that an error names the file in which the fault stands.

use std::collections::BTreeMap;

use crate::problem::Problem;

/// The origins of a description's parts.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// Pointers in the whole, with the file and the pointer that they come from.
    moved: BTreeMap<String, (String, String)>,
    /// Pointers in the whole at which a reference could not be followed, with what stands there now, and why.
    broken: BTreeMap<String, (String, Problem)>,
}

impl Places {
    pub(super) fn moved(&mut self, at: &str, file: String, pointer: &str) {
        self.moved.insert(at.to_owned(), (file, pointer.to_owned()));
    }

    pub(super) fn broken(&mut self, at: &str, marked: String, problem: Problem) {
        self.broken.insert(at.to_owned(), (marked, problem));
    }

    /// Returns the problems with the places that they have in their files, each once.
    pub(crate) fn given(&self, problems: Vec<Problem>) -> Vec<Problem> {
        if self.moved.is_empty() && self.broken.is_empty() {
            return problems;
        }
        let mut out: Vec<Problem> = Vec::new();
        for problem in problems {
            let problem = self.one(problem);
            if !out.contains(&problem) {
                out.push(problem);
            }
        }
        out
    }

    fn one(&self, problem: Problem) -> Problem {
        if let Some((_, (_, cause))) = nearest(&self.broken, &problem.at) {
            return cause.clone();
        }
        // A rule may have moved the reference.
        let mut broken = self.broken.values();
        if let Some((_, cause)) =
            broken.find(|(marked, _)| problem.what.contains(&format!("`{marked}`")))
        {
            return cause.clone();
        }
        match nearest(&self.moved, &problem.at) {
            Some((rest, (file, pointer))) => Problem {
                file: file.clone(),
                at: format!("{pointer}{rest}"),
                ..problem
            },
            None => problem,
        }
    }
}

/// Returns what is known of a pointer or of the nearest one above it, and the rest of the pointer.
fn nearest<'a, 'p, T>(map: &'a BTreeMap<String, T>, at: &'p str) -> Option<(&'p str, &'a T)> {
    let mut end = at.len();
    loop {
        let (above, rest) = at.split_at_checked(end)?;
        if let Some(found) = map.get(above) {
            return Some((rest, found));
        }
        end = above.rfind('/')?;
    }
}
