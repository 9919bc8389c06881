//! Finds the operation for a method and a raw path.

use super::{Description, Operation, Segment};
use crate::parameters::{Parameters, percent_decode};

/// The destination of a request.
#[derive(Debug)]
pub(crate) enum Routed<'a> {
    Found(&'a Operation, Parameters),
    /// The path exists, but only with these methods.
    WrongMethod(Vec<String>),
    UnknownPath,
    /// A segment's percent-encoding does not decode to UTF-8.
    MalformedPath,
}

impl Description {
    /// Finds the operation for a path as sent. If several templates match, the one with the most
    /// literal segments wins, as OpenAPI requires.
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
            // Common URL libraries read `%2E%2E` as `..` and resolve it. Therefore no id can be
            // `..`.
            Some(path) if path.iter().any(|(_, value)| is_dots(value)) => Routed::UnknownPath,
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

    fn decode(&self, raw: &[&str]) -> Option<Parameters> {
        let mut parameters = Parameters::default();
        for (segment, raw) in self.segments.iter().zip(raw) {
            if let Segment::Parameter(name) = segment {
                parameters.push(name.clone(), percent_decode(raw)?);
            }
        }
        Some(parameters)
    }
}

fn is_dots(segment: &str) -> bool {
    matches!(segment, "." | "..")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::description::tests::small;

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
