//! Works on the text of a body: marks bytes that are not UTF-8, and finds the place of an error.

use super::json_path;
use crate::error::DecodeError;

/// Replaces invalid UTF-8 by the escape of an unpaired surrogate. serde refuses that escape in a string that is read, and ignores it in a
/// string that is skipped.
pub(super) fn marked(text: &[u8]) -> String {
    let mut marked = String::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        marked.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            let backslashes = marked.bytes().rev().take_while(|byte| *byte == b'\\');
            // After a backslash that begins an escape, `\ud800` would become an escaped backslash and plain letters. Therefore an `x` is
            // written: serde always refuses the escape `\x`, as it would refuse the invalid byte.
            let is_escape = backslashes.count() % 2 == 1;
            marked.push_str(if is_escape { "x" } else { "\\ud800" });
        }
    }
    marked
}

/// Converts the parser's error, and adds the path of the error's place. The parser does not keep track of the path, so the path is found
/// afterwards.
pub(super) fn decode_error(error: &serde_json::Error, text: &str) -> DecodeError {
    // A syntax error may lie inside an unknown property, whose name may be personal.
    if !error.is_data() {
        return DecodeError::json(error, "");
    }
    let path = json_path::path_at(text, offset(text, error.line(), error.column()));
    DecodeError::json(error, &vouched(path))
}

/// Returns the path if it may be shown. Otherwise returns a placeholder, because a map's keys are data and may be personal.
pub(super) fn vouched(path: String) -> String {
    if is_plain(&path) {
        path
    } else {
        "(a map's key)".to_owned()
    }
}

/// Returns the offset of the parser's position: a line number, from 1, and the number of bytes that were read of that line.
pub(super) fn offset(text: &str, line: usize, column: usize) -> usize {
    let before = text.split_inclusive('\n').take(line.saturating_sub(1));
    before.map(str::len).sum::<usize>() + column
}

/// Returns whether a path is short and consists of the characters of property names and indices.
fn is_plain(path: &str) -> bool {
    path.len() <= 200
        && path
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.[]".contains(&byte))
}
