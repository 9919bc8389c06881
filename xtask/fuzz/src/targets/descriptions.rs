use crate::answer::LONGEST;

/// A description leads to files or to problems, and there are not more words about it than it deserves.
pub(super) fn run(text: &[u8]) {
    let text = text.get(..LONGEST).unwrap_or(text);
    for path in ["acme.yaml", "acme.json"] {
        let Err(problems) = xtask::read_description(path, text) else {
            continue;
        };
        assert!(!problems.is_empty());
        for problem in &problems {
            assert!(problem.starts_with(path), "{problem}");
        }
    }
}
