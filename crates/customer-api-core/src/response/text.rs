//! The text of a body: what is no letter in it, and the place of an error.

use super::json_path;
use crate::error::DecodeError;

/// Puts half a surrogate for what is no letter. It is refused where a text is read, and does no harm in one that is not.
pub(super) fn marked(text: &[u8]) -> String {
    let mut marked = String::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        marked.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            let backslashes = marked.bytes().rev().take_while(|byte| *byte == b'\\');
            // Behind a backslash that begins an escape it would be letters; there it is refused anywhere, as the byte would be.
            let is_escape = backslashes.count() % 2 == 1;
            marked.push_str(if is_escape { "x" } else { "\\ud800" });
        }
    }
    marked
}

/// What was wrong, and where. Not generic: the parser does not keep track of the place, so that is found afterwards.
pub(super) fn decode_error(error: &serde_json::Error, text: &str) -> DecodeError {
    // A syntax error may lie inside an unknown property, whose name nobody vouches for.
    if !error.is_data() {
        return DecodeError::json(error, "");
    }
    let path = json_path::path_at(text, offset(text, error.line(), error.column()));
    DecodeError::json(error, &vouched(path))
}

/// A path that may be shown: a map's keys are data, and may be personal.
pub(super) fn vouched(path: String) -> String {
    if is_plain(&path) {
        path
    } else {
        "(a map's key)".to_owned()
    }
}

/// The place that the parser names by a line, from 1, and the bytes of it that are read.
pub(super) fn offset(text: &str, line: usize, column: usize) -> usize {
    let before = text.split_inclusive('\n').take(line.saturating_sub(1));
    before.map(str::len).sum::<usize>() + column
}

/// Whether a path is made of what property names and indices are made of.
fn is_plain(path: &str) -> bool {
    path.len() <= 200
        && path
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.[]".contains(&byte))
}
