//! Where the parts of a gathered description come from, so that an error names the file that contains the fault.

use std::collections::BTreeMap;

use crate::problem::Problem;

/// The origins of a description's parts.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// Pointers in the whole, each with the file and the pointer of the original.
    moved: BTreeMap<String, (String, String)>,
    /// Pointers in the whole at which a reference could not be followed, each with the reference that replaces it and the problem.
    broken: BTreeMap<String, (String, Problem)>,
}

impl Places {
    pub(super) fn moved(&mut self, at: &str, file: String, pointer: &str) {
        self.moved.insert(at.to_owned(), (file, pointer.to_owned()));
    }

    pub(super) fn broken(&mut self, at: &str, marked: String, problem: Problem) {
        self.broken.insert(at.to_owned(), (marked, problem));
    }

    /// Returns the problems with their places in the original files, without duplicates.
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
        // A rule of `adapt` may have moved the broken reference to another pointer.
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

/// Returns the rest of the pointer below the nearest pointer in the map, and the value there. The nearest may be the pointer itself.
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
