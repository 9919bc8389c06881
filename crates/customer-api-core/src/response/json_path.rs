//! Places in a JSON text, as paths of property names.

use std::fmt::Write as _;

/// Returns the path of the value that a reader is reading at this offset: the value that ends at the offset, otherwise the value that
/// begins at the offset, otherwise the value around the offset.
///
/// The text must be JSON up to the offset. A path has the form `reviews[3].timestamp`. The path of the whole text is empty.
pub(super) fn path_at(text: &str, offset: usize) -> String {
    let bytes = text.as_bytes();
    let mut around: Vec<Step<'_>> = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let end = at + token(bytes.get(at..).unwrap_or_default());
        match byte {
            b'{' | b'[' if at >= offset => break,
            b'{' => around.push(Step::Key("", Expects::Key)),
            b'[' => around.push(Step::Index(0)),
            b'}' | b']' => {
                around.pop();
                if end >= offset {
                    break;
                }
            }
            b',' => match around.last_mut() {
                Some(Step::Index(index)) => *index += 1,
                Some(step) => *step = Step::Key("", Expects::Key),
                None => {}
            },
            b':' | b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => {
                if let Some(step @ Step::Key(_, Expects::Key)) = around.last_mut() {
                    let name = text.get(at..end).unwrap_or_default();
                    *step = Step::Key(name.trim_matches('"'), Expects::Value);
                } else if end >= offset {
                    break;
                }
            }
        }
        at = end;
    }
    written(&around)
}

/// One step from the whole text inwards.
enum Step<'a> {
    Key(&'a str, Expects),
    Index(usize),
}

/// What follows next in an object.
enum Expects {
    Key,
    Value,
}

/// Returns the length of the first token: a whole string, number or word, otherwise one character.
fn token(bytes: &[u8]) -> usize {
    let is_end = |byte: &u8| b",:]} \t\r\n".contains(byte);
    match bytes.first() {
        Some(b'"') => {
            let mut is_escaped = false;
            let closing = bytes.iter().skip(1).position(|byte| {
                let is_closing = *byte == b'"' && !is_escaped;
                is_escaped = *byte == b'\\' && !is_escaped;
                is_closing
            });
            closing.map_or(bytes.len(), |before| before + 2)
        }
        Some(b'{' | b'}' | b'[' | b']' | b':' | b',' | b' ' | b'\t' | b'\r' | b'\n') | None => 1,
        Some(_) => bytes.iter().position(is_end).unwrap_or(bytes.len()),
    }
}

fn written(steps: &[Step<'_>]) -> String {
    let mut path = String::new();
    for step in steps {
        // Writing to a text can't fail.
        let _ = match step {
            Step::Index(index) => write!(path, "[{index}]"),
            // Before the first name and between two members, the place is the object.
            Step::Key(_, Expects::Key) => Ok(()),
            Step::Key(name, Expects::Value) if path.is_empty() => write!(path, "{name}"),
            Step::Key(name, Expects::Value) => write!(path, ".{name}"),
        };
    }
    path
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde::Deserialize;
    use serde_json::Value;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only whether it can be read matters")]
    struct Tree {
        a: u8,
        b: Option<String>,
        #[serde(default)]
        c: Vec<Tree>,
        d: Option<Box<Tree>>,
        e: Option<BTreeMap<String, Option<bool>>>,
    }

    /// Generates JSON that often, but not always, matches a [`Tree`].
    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (0..300_u32).prop_map(Value::from),
            Just(Value::from(-1.5)),
            "[a\"\\\\\\]}:, é]{0,4}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[b-f]", inner, 0..4).prop_map(|members| {
                    let mut members: serde_json::Map<_, _> = members.into_iter().collect();
                    members.insert("a".to_owned(), 7.into());
                    Value::Object(members)
                }),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]
        #[test]
        fn the_place_is_that_of_a_reader_that_keeps_track(value in json(), is_pretty in any::<bool>()) {
            let text = if is_pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
            let text = text.unwrap();
            let Err(error) = serde_json::from_str::<Tree>(&text) else { return Ok(()) };
            let mut deserializer = serde_json::Deserializer::from_str(&text);
            let tracked = serde_path_to_error::deserialize::<_, Tree>(&mut deserializer).unwrap_err();
            let expected = tracked.path().to_string();
            let expected = if expected == "." { "" } else { &expected };
            let found = path_at(&text, super::super::text::offset(&text, error.line(), error.column()));
            prop_assert_eq!(found, expected, "{} in {}", error, text);
        }

        #[test]
        fn every_text_and_place_gives_a_path(text in "[{}\\[\\]:,\"\\\\a1é \n]{0,20}", offset in 0_usize..30) {
            let _ = path_at(&text, offset);
        }
    }
}
