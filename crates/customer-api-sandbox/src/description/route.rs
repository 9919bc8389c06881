//! From method and raw path to an operation.

use super::{Description, Operation, Segment};

/// The decoded path parameters of a request.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct PathParameters(Vec<(String, String)>);

impl PathParameters {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(candidate, _)| candidate == name)
            .map(|(_, value)| value.as_str())
    }

    #[cfg(test)]
    pub(crate) fn of(pairs: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self(pairs.iter().map(owned).collect())
    }
}

/// Where a request leads.
#[derive(Debug)]
pub(crate) enum Routed<'a> {
    Found(&'a Operation, PathParameters),
    /// The path is known, with these methods.
    WrongMethod(Vec<String>),
    UnknownPath,
    /// A segment's percent-encoding does not decode to UTF-8.
    MalformedPath,
}

impl Description {
    /// Finds the operation of a path as sent. Of several templates that match, the one with the
    /// most literal segments wins, as OpenAPI says.
    pub(crate) fn route(&self, method: &str, path: &str) -> Routed<'_> {
        let Some(path) = path.strip_prefix('/') else {
            return Routed::UnknownPath;
        };
        let raw: Vec<&str> = path.split('/').collect();
        let mut matching: Vec<&Operation> = self
            .operations
            .iter()
            .filter(|operation| operation.fits(&raw))
            .collect();
        if matching.is_empty() {
            return Routed::UnknownPath;
        }
        matching.sort_by_key(|operation| operation.parameter_count());
        let Some(operation) = matching.iter().find(|found| found.method == method) else {
            let methods = matching.iter().map(|found| found.method.clone());
            return Routed::WrongMethod(methods.collect());
        };
        match operation.decode(&raw) {
            None => Routed::MalformedPath,
            // Common URL libraries take `%2E%2E` for `..` and change the path: no id may say so.
            Some(path) if path.0.iter().any(|(_, value)| is_dots(value)) => Routed::UnknownPath,
            Some(path) => Routed::Found(operation, path),
        }
    }
}

impl Operation {
    fn fits(&self, raw: &[&str]) -> bool {
        self.segments.len() == raw.len()
            && self
                .segments
                .iter()
                .zip(raw)
                .all(|(segment, raw)| match segment {
                    Segment::Literal(text) => text == raw,
                    Segment::Parameter(_) => !raw.is_empty(),
                })
    }

    fn parameter_count(&self) -> usize {
        self.segments
            .iter()
            .filter(|segment| matches!(segment, Segment::Parameter(_)))
            .count()
    }

    fn decode(&self, raw: &[&str]) -> Option<PathParameters> {
        let mut parameters = Vec::new();
        for (segment, raw) in self.segments.iter().zip(raw) {
            if let Segment::Parameter(name) = segment {
                parameters.push((name.clone(), percent_decode(raw)?));
            }
        }
        Some(PathParameters(parameters))
    }
}

fn is_dots(segment: &str) -> bool {
    matches!(segment, "." | "..")
}

/// Decodes one segment strictly: every `%` must start an escape, and the result must be UTF-8.
fn percent_decode(segment: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(segment.len());
    let mut bytes = segment.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let high = char::from(bytes.next()?).to_digit(16)?;
            let low = char::from(bytes.next()?).to_digit(16)?;
            decoded.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::description::tests::small;

    #[test]
    fn segments_are_decoded_exactly() {
        assert_eq!(percent_decode("a%2Fb").as_deref(), Some("a/b"));
        assert_eq!(percent_decode("a+b%20c").as_deref(), Some("a+b c"));
        assert_eq!(percent_decode("%25%c3%A9").as_deref(), Some("%é"));
        for broken in ["%", "%2", "%zz", "%ff", "%+1"] {
            assert_eq!(percent_decode(broken), None, "{broken}");
        }
    }

    #[test]
    fn paths_lead_to_operations() {
        let description = small();
        let id = |method, path| match description.route(method, path) {
            Routed::Found(operation, path) => {
                format!("{} {:?}", operation.id, path.get("id"))
            }
            Routed::WrongMethod(methods) => methods.join(","),
            Routed::UnknownPath => "unknown".to_owned(),
            Routed::MalformedPath => "malformed".to_owned(),
        };
        assert_eq!(id("GET", "/things/7"), "readThing Some(\"7\")");
        assert_eq!(id("GET", "/things/special"), "special None");
        assert_eq!(id("PUT", "/things/a%2Fb"), "writeThing Some(\"a/b\")");
        assert_eq!(id("POST", "/things/7"), "GET,PUT");
        assert_eq!(id("GET", "/things/%zz"), "malformed");
        for path in [
            "/things",
            "/things/",
            "/things/a/b",
            "/things/..",
            "/things/%2e%2E",
            "/Things/1",
            "/others",
            "*",
            "",
        ] {
            assert_eq!(id("GET", path), "unknown", "{path}");
        }
    }
}
