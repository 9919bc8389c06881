//! Reads the tree strictly: every key that is not requested by name is a problem.

use super::hints;
use crate::{
    problem::Problems,
    tree::{Value, join},
};

/// A value and its place.
#[derive(Clone, Debug)]
pub(crate) struct Node<'t> {
    pub(crate) value: &'t Value,
    pub(crate) at: String,
}

impl<'t> Node<'t> {
    pub(crate) fn object(self, p: &mut Problems) -> Option<Object<'t>> {
        match self.value {
            Value::Map(entries) => Some(Object {
                at: self.at,
                taken: vec![false; entries.len()],
                entries,
            }),
            _ => self.wrong("an object", p),
        }
    }

    pub(crate) fn list(self, p: &mut Problems) -> Option<Vec<Node<'t>>> {
        match self.value {
            Value::List(items) => Some(
                items
                    .iter()
                    .enumerate()
                    .map(|(index, value)| Node {
                        value,
                        at: join(&self.at, &index.to_string()),
                    })
                    .collect(),
            ),
            _ => self.wrong("an array", p),
        }
    }

    pub(crate) fn text(self, p: &mut Problems) -> Option<String> {
        match self.value {
            Value::Text(text) => Some(text.clone()),
            _ => self.wrong("a string", p),
        }
    }

    pub(crate) fn flag(self, p: &mut Problems) -> Option<bool> {
        match self.value {
            Value::Bool(flag) => Some(*flag),
            _ => self.wrong("`true` or `false`", p),
        }
    }

    pub(crate) fn integer(self, p: &mut Problems) -> Option<i128> {
        match self.value {
            Value::Unsigned(number) => Some((*number).into()),
            Value::Signed(number) => Some((*number).into()),
            _ => self.wrong("an integer", p),
        }
    }

    pub(crate) fn count(self, p: &mut Problems) -> Option<u32> {
        let count = match self.value {
            Value::Unsigned(number) => u32::try_from(*number).ok(),
            Value::Signed(number) => u32::try_from(*number).ok(),
            _ => None,
        };
        match count {
            Some(count) => Some(count),
            None => self.wrong("an integer from 0 to 4294967295", p),
        }
    }

    fn wrong<T>(&self, wanted: &str, p: &mut Problems) -> Option<T> {
        p.report(
            &self.at,
            format!("this is {}", self.value.kind()),
            format!("write {wanted}"),
        );
        None
    }
}

/// An object that is being read. Each key is taken once, and the remaining keys are reported.
#[derive(Debug)]
pub(crate) struct Object<'t> {
    pub(crate) at: String,
    entries: &'t [(String, Value)],
    taken: Vec<bool>,
}

impl<'t> Object<'t> {
    pub(crate) fn take(&mut self, key: &str) -> Option<Node<'t>> {
        let mut found = None;
        for ((name, value), taken) in self.entries.iter().zip(&mut self.taken) {
            if name == key {
                // A repeated key is reported elsewhere, and must not be reported again as a remaining key.
                *taken = true;
                found.get_or_insert(Node {
                    value,
                    at: join(&self.at, key),
                });
            }
        }
        found
    }

    pub(crate) fn peek(&self, key: &str) -> Option<&'t Value> {
        self.entries
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(name, _)| name == key)
    }

    pub(crate) fn text(&mut self, key: &str, p: &mut Problems) -> Option<String> {
        self.take(key)?.text(p)
    }

    /// Returns a string that must not be blank.
    pub(crate) fn word(&mut self, key: &str, p: &mut Problems) -> Option<String> {
        let node = self.take(key)?;
        let at = node.at.clone();
        let text = node.text(p)?;
        if text.trim().is_empty() {
            p.report(&at, format!("`{key}` is blank"), "write it out");
            return None;
        }
        Some(text)
    }

    pub(crate) fn flag(&mut self, key: &str, p: &mut Problems) -> bool {
        self.take(key)
            .and_then(|node| node.flag(p))
            .unwrap_or(false)
    }

    pub(crate) fn required(&mut self, key: &str, p: &mut Problems) -> Option<Node<'t>> {
        let node = self.take(key);
        if node.is_none() {
            p.report(
                &self.at,
                format!("`{key}` is missing"),
                format!("add `{key}`"),
            );
        }
        node
    }

    /// Returns the entries of a map whose keys are names that the description chooses, not keywords.
    pub(crate) fn entries(self) -> Vec<(&'t str, Node<'t>)> {
        let at = self.at;
        self.entries
            .iter()
            .map(|(key, value)| {
                (
                    key.as_str(),
                    Node {
                        value,
                        at: join(&at, key),
                    },
                )
            })
            .collect()
    }

    /// Returns the keys that were not taken yet.
    pub(crate) fn left(&self) -> Vec<&'t str> {
        self.entries
            .iter()
            .zip(&self.taken)
            .filter(|(_, taken)| !**taken)
            .map(|((key, _), _)| key.as_str())
            .collect()
    }

    /// Reports every key that was not taken. `thing` names the object that was read.
    pub(crate) fn finish(self, thing: &str, p: &mut Problems) {
        for key in self.left() {
            let (what, hint) = hints::left_over(key, thing);
            p.report(&join(&self.at, key), what, hint);
        }
    }
}
