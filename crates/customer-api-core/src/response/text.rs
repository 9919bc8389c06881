//! The text of a body: its bytes that are not UTF-8, and the place of an error.

use super::json_path;
use crate::error::DecodeError;

/// Replaces invalid UTF-8 by an unpaired surrogate. serde refuses it in a string that is read, and ignores it in a string that is not.
pub(super) fn marked(text: &[u8]) -> String {
    let mut marked = String::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        marked.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            let backslashes = marked.bytes().rev().take_while(|byte| *byte == b'\\');
            // After a backslash that begins an escape, it would be read as letters. An `x` is always refused there, as the byte
            // would be.
            let is_escape = backslashes.count() % 2 == 1;
            marked.push_str(if is_escape { "x" } else { "\\ud800" });
        }
    }
    marked
}

/// Returns what was wrong, and where. The parser does not keep track of the place, so it is found afterwards. Not generic.
pub(super) fn decode_error(error: &serde_json::Error, text: &str) -> DecodeError {
    // A syntax error may lie inside an unknown property, whose name may be personal.
    if !error.is_data() {
        return DecodeError::json(error, "");
    }
    let path = json_path::path_at(text, offset(text, error.line(), error.column()));
    DecodeError::json(error, &vouched(path))
}

/// Returns a path that may be shown. A map's keys are data and may be personal.
pub(super) fn vouched(path: String) -> String {
    if is_plain(&path) {
        path
    } else {
        "(a map's key)".to_owned()
    }
}

/// Returns the offset of a place that the parser names by a line, from 1, and the number of its bytes that were read.
pub(super) fn offset(text: &str, line: usize, column: usize) -> usize {
    let before = text.split_inclusive('\n').take(line.saturating_sub(1));
    before.map(str::len).sum::<usize>() + column
}

/// Returns whether a path consists of the characters of property names and indices.
fn is_plain(path: &str) -> bool {
    path.len() <= 200
        && path
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.[]".contains(&byte))
}
