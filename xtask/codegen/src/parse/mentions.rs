//! The components that a description refers to, read from its tree. A schema that is refused still counts as a user of the components that
//! it names.

use std::collections::BTreeSet;

use crate::tree::Value;

const COMPONENTS: &str = "#/components/";

/// Returns the components that are in use, as `schemas/Thing`. A component is in use if an operation, or a parameter or response in
/// components, refers to it, directly or through other components. Every parameter and response counts as a user, even an unused one.
/// Therefore an unused one is reported, but the schemas that only it uses are not.
pub(super) fn mentions(tree: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = Vec::new();
    let paths = member(tree, "paths");
    let components = member(tree, "components");
    let section = |name: &str| components.and_then(|components| member(components, name));
    for value in [paths, section("parameters"), section("responses")] {
        value
            .into_iter()
            .for_each(|value| collect(value, &mut open));
    }
    while let Some(target) = open.pop() {
        let Some((kind, rest)) = target.split_once('/') else {
            continue;
        };
        let name = rest.replace("~1", "/").replace("~0", "~");
        if found.insert(format!("{kind}/{name}")) {
            if let Some(value) = section(kind).and_then(|section| member(section, &name)) {
                collect(value, &mut open);
            }
        }
    }
    found
}

fn collect<'t>(value: &'t Value, open: &mut Vec<&'t str>) {
    match value {
        Value::Map(members) => members.iter().for_each(|(_, value)| collect(value, open)),
        Value::List(items) => items.iter().for_each(|value| collect(value, open)),
        // A `$ref`, or a value of `mapping`.
        Value::Text(text) => open.extend(text.strip_prefix(COMPONENTS)),
        _ => {}
    }
}

fn member<'t>(value: &'t Value, key: &str) -> Option<&'t Value> {
    match value {
        Value::Map(members) => members
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value),
        _ => None,
    }
}
