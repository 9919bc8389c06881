//! Adds Rust names where the generator's rule yields none, or one that is taken. The generator reports where a name is
//! missing. The rules here never append a number.

use super::{
    edit::{self, Map, has, set, text},
    union::is_union,
};
use crate::{
    identifiers,
    model::Api,
    problem::{NAME_IT, NAME_VALUE, NAME_VALUES, Problem},
    tree::{Value, join},
    understand_tree,
};

/// The number of rounds in which names are added. There are several rounds, because a new name may be taken too.
const ROUNDS: usize = 6;

/// Adds names until the generator accepts the description, or no rule helps.
pub(super) fn resolved(tree: &mut Value, file: &str) -> Result<Api, Vec<Problem>> {
    for round in 0..ROUNDS {
        let problems = match understand_tree(tree, file) {
            Ok(api) => return Ok(api),
            Err(problems) => problems,
        };
        let mut has_named = false;
        for problem in &problems {
            has_named |= if problem.hint == NAME_VALUE || problem.hint == NAME_VALUES {
                name_value(tree, &problem.at, round)
            } else if problem.hint == NAME_IT || problem.at == "/info" {
                name_item(tree, problem, round)
            } else {
                false
            };
        }
        if !has_named {
            return Err(problems);
        }
    }
    understand_tree(tree, file)
}

/// Names a value of an enum.
fn name_value(tree: &mut Value, at: &str, round: usize) -> bool {
    let Some((schema_at, value)) = value_at(tree, at) else {
        return false;
    };
    let name = value_name(&value, round);
    let Some(Value::Map(schema)) = edit::at_mut(tree, schema_at) else {
        return false;
    };
    if !has(schema, "x-enum-names") {
        set(schema, "x-enum-names", Value::Map(Map::new()));
    }
    let Some(Value::Map(names)) = edit::get_mut(schema, "x-enum-names") else {
        return false;
    };
    set(names, &value, Value::Text(name));
    true
}

/// Returns the place of the enum or union that contains a variant's place, and the value of the variant.
fn value_at<'a>(tree: &Value, at: &'a str) -> Option<(&'a str, String)> {
    let (list_at, _) = at.rsplit_once('/')?;
    if let Some(schema_at) = list_at.strip_suffix("/enum") {
        let value = edit::at(tree, at).and_then(edit::as_text)?;
        return Some((schema_at, value.to_owned()));
    }
    let schema_at = list_at.strip_suffix("/anyOf")?;
    let variant = edit::at(tree, at).and_then(edit::as_map)?;
    let discriminator = edit::at(tree, &join(schema_at, "discriminator")).and_then(edit::as_map)?;
    let mapping = edit::map(discriminator, "mapping");
    let (value, _) = mapping
        .iter()
        .find(|(_, target)| edit::as_text(target) == text(variant, "$ref"))?;
    Some((schema_at, value.clone()))
}

/// Returns the name of a component for a variant that is written in place.
pub(super) fn of_variant(at: &str, kind: &str) -> String {
    let owner = place_words(at);
    let name = format!("{} {kind}", short(&type_from(&owner), 40));
    short(&type_from(&name), identifiers::LONGEST)
}

/// Returns a name with a word for every sign. If that name is taken, later rounds also spell out separators, then
/// capitals, and then put `Value` in front.
fn value_name(value: &str, round: usize) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (index, c) in value.chars().enumerate() {
        let sign = match c {
            '+' => "Plus",
            '-' if index == 0 || round > 0 => "Minus",
            '*' => "Star",
            '/' => "Slash",
            '.' if round > 0 => "Dot",
            '_' if round > 0 => "Underscore",
            ' ' if round > 0 => "Space",
            ':' if round > 0 => "Colon",
            '<' => "Less",
            '>' => "Greater",
            '=' => "Equal",
            '!' => "Not",
            '@' => "At",
            '#' => "Hash",
            '$' => "Dollar",
            '%' => "Percent",
            '&' => "And",
            c if c.is_ascii_uppercase() && round > 1 => {
                words.push(std::mem::take(&mut word));
                words.push(format!("Upper{c}"));
                continue;
            }
            c if c.is_ascii_alphanumeric() => {
                word.push(c);
                continue;
            }
            c if !c.is_ascii() => {
                words.push(std::mem::take(&mut word));
                words.push(format!("U{:x}", u32::from(c)));
                continue;
            }
            _ => "",
        };
        words.push(std::mem::take(&mut word));
        words.push(sign.to_owned());
    }
    words.push(word);
    let name: String = words.iter().filter_map(|word| capitalized(word)).collect();
    let is_fit = identifiers::is_type_name(&name) && name != "Unlisted";
    let name = if is_fit && round < 3 {
        name
    } else {
        format!("Value{name}")
    };
    name.chars().take(identifiers::LONGEST).collect()
}

fn capitalized(word: &str) -> Option<String> {
    let mut characters = word.chars();
    let first = characters.next()?.to_ascii_uppercase();
    Some(std::iter::once(first).chain(characters).collect())
}

/// Names a type, a field or an operation.
fn name_item(tree: &mut Value, problem: &Problem, round: usize) -> bool {
    let service = service(tree);
    let at = problem.at.as_str();
    if at == "/info" {
        return set_name(
            tree,
            at,
            if round == 0 {
                "Provider"
            } else {
                "ProviderApi"
            },
        );
    }
    let is_type = problem.what.starts_with("the type ")
        || problem.what.contains("would be the same file")
        || problem.what.contains("reserves for a device");
    let taken = quoted(&problem.what).unwrap_or_default().to_owned();
    let is_long = problem.what.contains("yields a Rust name");
    // Each round keeps more of a name's last words, because a longer name is less likely to be taken.
    let longest = [50, 60, 70, 80].get(round).copied().unwrap_or(88);
    let is_operation = edit::at(tree, at)
        .and_then(edit::as_map)
        .is_some_and(|map| has(map, "operationId"));
    let is_component = at.starts_with("/components/schemas/") && at.matches('/').count() == 3;
    if is_operation {
        let id = edit::at(tree, at)
            .and_then(edit::as_map)
            .and_then(|map| text(map, "operationId"))
            .unwrap_or_default()
            .to_owned();
        let own = identifiers::type_name(&id).unwrap_or_else(|| type_from(&id));
        let name = match round {
            0 => format!("{}Operation", short(&own, longest)),
            1 => format!("{service}{}", short(&own, longest)),
            _ => format!("{service}{}Operation", short(&own, longest)),
        };
        return set_name(tree, at, &name);
    }
    if is_component {
        let key = edit::unescaped(at.rsplit('/').next().unwrap_or_default());
        let own = identifiers::type_name(&key).unwrap_or_else(|| type_from(&key));
        let name = match round {
            _ if is_long || !is_type => short(&own, longest),
            0 => format!("{service}{}", short(&own, longest)),
            1 => format!("{}Model", short(&own, longest)),
            _ => format!("{service}{}Model", short(&own, longest)),
        };
        return set_name(tree, at, &name);
    }
    if is_type || is_long && is_object(tree, at) {
        // `x-rust-name` in an inline schema of a property would name the field. Therefore the schema moves to
        // components, where its key names the type.
        let own = if is_long {
            type_from(&place_words(at))
        } else {
            taken
        };
        let name = match round {
            _ if is_long => short(&own, longest),
            0 => format!("{}Object", short(&own, longest)),
            1 => format!("{service}{}", short(&own, longest)),
            _ => format!("{service}{}Object", short(&own, longest)),
        };
        return hoist(tree, at, &name);
    }
    name_field(tree, at, round)
}

fn name_field(tree: &mut Value, at: &str, round: usize) -> bool {
    let Some(Value::Map(map)) = edit::at(tree, at) else {
        return false;
    };
    let place = text(map, "in").map(str::to_owned);
    // A schema in any other place is a type. Its name comes from the names around it.
    let is_property = is_property(at);
    if place.is_none() && !is_property {
        return false;
    }
    let wire = match text(map, "name").filter(|_| place.is_some()) {
        Some(name) => name.to_owned(),
        None => edit::unescaped(at.rsplit('/').next().unwrap_or_default()),
    };
    let own = identifiers::field_name(&wire).unwrap_or_default();
    let own = own.trim_end_matches('_').to_owned();
    let name = if own.is_empty() {
        let spelt = value_name(&wire, round);
        format!(
            "field_{}",
            identifiers::field_name(&spelt).unwrap_or_default()
        )
    } else {
        match (round, place.as_deref()) {
            (0, Some(place)) => format!("{own}_{place}"),
            (_, Some(place)) => format!("{place}_{own}_value"),
            (0, None) => format!("{own}_value"),
            (1, None) => format!("{own}_field"),
            (_, None) => {
                let spelt = value_name(&wire, round);
                format!(
                    "field_{}",
                    identifiers::field_name(&spelt).unwrap_or_default()
                )
            }
        }
    };
    let name: String = name.chars().take(identifiers::LONGEST).collect();
    let name = name.trim_end_matches('_');
    if !identifiers::is_field_name(name) {
        return false;
    }
    set_name(tree, at, name)
}

/// Returns whether the schema at a place is a property's. The step `properties` can also be the name of a property or a
/// component.
fn is_property(at: &str) -> bool {
    let mut before = "";
    let mut names_follow = false;
    let mut found = false;
    for step in at.split('/') {
        found = names_follow && before == "properties";
        names_follow =
            !names_follow && (step == "properties" || before == "components" && step == "schemas");
        before = step;
    }
    found
}

/// Moves an inline schema into components, under a name of its own.
fn hoist(tree: &mut Value, at: &str, name: &str) -> bool {
    let target = join("/components/schemas", name);
    if edit::at(tree, &target).is_some() || !is_object(tree, at) {
        return false;
    }
    let Some(place) = edit::at_mut(tree, at) else {
        return false;
    };
    let mut own = std::mem::replace(place, Value::Null);
    let mut left = Map::new();
    if let Value::Map(map) = &mut own {
        for key in [
            "x-rust-name",
            "x-personal",
            "readOnly",
            "writeOnly",
            "deprecated",
        ] {
            if let Some(value) = edit::take(map, key) {
                set(&mut left, key, value);
            }
        }
    }
    let (own, is_nullable) = super::schema::without_null(own);
    let reference = super::schema::noted(edit::reference(name), left);
    let reference = if is_nullable {
        super::schema::with_null(reference)
    } else {
        reference
    };
    *place = reference;
    let Value::Map(document) = tree else {
        return false;
    };
    let Some(Value::Map(components)) = edit::get_mut(document, "components") else {
        return false;
    };
    if !has(components, "schemas") {
        set(components, "schemas", Value::Map(Map::new()));
    }
    if let Some(Value::Map(schemas)) = edit::get_mut(components, "schemas") {
        set(schemas, name, own);
    }
    true
}

fn is_object(tree: &Value, at: &str) -> bool {
    edit::at(tree, at)
        .and_then(edit::as_map)
        .is_some_and(|map| has(map, "properties") || has(map, "enum") || is_union(map))
}

fn set_name(tree: &mut Value, at: &str, name: &str) -> bool {
    match edit::at_mut(tree, at) {
        Some(Value::Map(map)) => {
            let is_new = text(map, "x-rust-name") != Some(name);
            set(map, "x-rust-name", edit::words(name));
            is_new
        }
        _ => false,
    }
}

/// Returns the name of the provider's type.
fn service(tree: &Value) -> String {
    let text_at = |at: &str| edit::at(tree, at).and_then(edit::as_text);
    let given = text_at("/info/x-rust-name").map(str::to_owned);
    let title = text_at("/info/title").and_then(identifiers::type_name);
    let name = given.or(title).unwrap_or_else(|| "Provider".to_owned());
    name.chars().take(30).collect()
}

/// Returns the last words of a name, as many as the length allows.
fn short(name: &str, longest: usize) -> String {
    if name.len() <= longest {
        return name.to_owned();
    }
    let starts: Vec<usize> = name
        .char_indices()
        .filter(|(index, c)| c.is_ascii_uppercase() && name.len() - index <= longest)
        .map(|(index, _)| index)
        .collect();
    let start = starts.first().copied().unwrap_or(0);
    name.get(start..).unwrap_or(name).to_owned()
}

fn type_from(text: &str) -> String {
    let spelt = value_name(text, 0);
    identifiers::type_name(&spelt).unwrap_or(spelt)
}

/// Returns the names in the pointer to a place, without the keywords of OpenAPI.
fn place_words(at: &str) -> String {
    let names: Vec<String> = at
        .split('/')
        .filter(|step| {
            !matches!(
                *step,
                "" | "components"
                    | "schemas"
                    | "properties"
                    | "paths"
                    | "items"
                    | "schema"
                    | "requestBody"
                    | "responses"
                    | "content"
                    | "oneOf"
                    | "anyOf"
                    | "allOf"
                    | "application~1json"
            ) && step.parse::<u16>().is_err()
        })
        .map(edit::unescaped)
        .collect();
    names.join(" ")
}

/// Returns the text in the first pair of backticks.
fn quoted(what: &str) -> Option<&str> {
    what.split('`').nth(1)
}
