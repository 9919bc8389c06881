//! Documents that contain parts written by tests.

use std::{env, fs};

use workspace::checkout;

/// This environment variable makes tests write their parts of the documents, instead of comparing them.
const UPDATE: &str = "UPDATE_DOCS";

/// Compares the part of a document between two comments with a test's result, or replaces the part with the result.
///
/// The document's path is relative to the workspace. The comments are `<!-- begin NAME: … -->` and `<!-- end NAME -->`.
///
/// # Panics
///
/// Panics if the part and the result differ, or the document has no such part.
pub fn check(document: &str, name: &str, found: &str) {
    let path = checkout::root(env!("CARGO_MANIFEST_DIR")).join(document);
    let text = fs::read_to_string(&path).unwrap();
    let Some((before, part, after)) = split(&text, name) else {
        panic!("{document} has no part `{name}`");
    };
    let found = format!("\n{}\n\n", found.trim());
    if env::var_os(UPDATE).is_some() {
        fs::write(&path, format!("{before}{found}{after}")).unwrap();
        return;
    }
    let differing = found.lines().zip(part.lines()).find(|(a, b)| a != b);
    assert!(
        part == found,
        "the part `{name}` of {document} differs from the result of its test: {differing:?}\nrun `cargo xtask prove --write`"
    );
}

/// Returns the text before the part, the part, and the text after it, with the comments.
fn split<'a>(text: &'a str, name: &str) -> Option<(&'a str, &'a str, &'a str)> {
    const END_OF_COMMENT: &str = "-->\n";
    let begin = text.find(&format!("<!-- begin {name}:"))?;
    let start = begin + text.get(begin..)?.find(END_OF_COMMENT)? + END_OF_COMMENT.len();
    let (before, rest) = text.split_at_checked(start)?;
    let end = rest.find(&format!("<!-- end {name} -->"))?;
    let (part, after) = rest.split_at_checked(end)?;
    Some((before, part, after))
}
