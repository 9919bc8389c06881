//! Reads JSON, and reports the place of an error.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::problem::FormError;

/// Reads a body.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, FormError> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let pointer = pointer(error.path());
        failed(pointer, &error.inner().to_string())
    })?;
    json.end()
        .map_err(|error| failed(String::new(), &error.to_string()))?;
    Ok(value)
}

/// Reads a value that is at this place of a larger value.
pub(super) fn read_at<T: DeserializeOwned>(place: &str, value: Value) -> Result<T, FormError> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let pointer = format!("{place}{}", pointer(error.path()));
        failed(pointer, &error.inner().to_string())
    })
}

/// Makes an error from the words of serde.
pub(super) fn failed(pointer: String, words: &str) -> FormError {
    FormError {
        detail: words.to_owned(),
        expected: expected(words),
        pointer,
    }
}

/// Returns the names that serde lists after "expected".
fn expected(words: &str) -> Vec<String> {
    let Some((_, list)) = words.rsplit_once("expected ") else {
        return Vec::new();
    };
    let quoted = list.split('`').skip(1).step_by(2);
    quoted.map(str::to_owned).collect()
}

/// Returns a path as a JSON Pointer.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        let name = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Enum { .. } | Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&name);
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Fault;

    #[test]
    fn an_error_names_its_place_and_what_would_be_right() {
        let error = read::<Vec<Fault>>(br#"[{"fault":"hang"},{"fault":"explode"}]"#).unwrap_err();
        assert!(error.expected.contains(&"reset_before_head".to_owned()));
        assert!(error.pointer.starts_with("/1"), "{error}");
        let error = read::<Vec<Fault>>(b"[} ").unwrap_err();
        assert!(error.detail.contains("line 1 column 2"), "{error}");
        assert!(read::<Vec<Fault>>(b"[] x").is_err());
    }
}
