//! Marks properties and parameters as personal or secret by their names, unless the description states `x-personal` or
//! `x-secret`. Messages never contain the values of marked properties and parameters.

use std::collections::BTreeMap;

use super::{
    edit::{self, Map, as_map, get, has, set, text},
    notes::{Did, Notes},
    schema::{ANY, is_blank},
};
use crate::{
    identifiers,
    tree::{Value, join},
};

/// Words in a name that mark personal data. An entry of several words matches only if they follow each other in the
/// name.
const PERSONAL: &[&str] = &[
    "email",
    "e_mail",
    "mail",
    "phone",
    "mobile",
    "telephone",
    "fax",
    "first_name",
    "firstname",
    "last_name",
    "lastname",
    "middle_name",
    "full_name",
    "given_name",
    "family_name",
    "surname",
    "nickname",
    "birth",
    "birthday",
    "birthdate",
    "date_of_birth",
    "dob",
    "street",
    "address",
    "address1",
    "address2",
    "line1",
    "line2",
    "postcode",
    "postal_code",
    "zip",
    "zipcode",
    "ip_address",
    "iban",
    "bic",
    "ssn",
    "passport",
    "tax_id",
    "vat_number",
    "card_number",
    "account_number",
    "cardholder",
    "recipient",
    "recipients",
];

/// Whole names that mark the address of a message's recipient.
const ADDRESSES: &[&str] = &["to", "cc", "bcc", "reply_to"];

/// Words in a name that mark a secret.
const SECRET: &[&str] = &[
    "password",
    "passphrase",
    "secret",
    "client_secret",
    "api_key",
    "access_token",
    "refresh_token",
    "private_key",
    "cvc",
    "cvv",
    "pin",
    "otp",
];

/// Marks the properties and parameters of these paths and schemas.
pub(super) fn mark(paths: &mut Value, schemas: &mut BTreeMap<String, Value>, notes: &mut Notes) {
    let hidable: BTreeMap<String, bool> = schemas
        .iter()
        .map(|(name, schema)| (name.clone(), is_text(schema)))
        .collect();
    walk(paths, "/paths", &hidable, notes);
    for (name, schema) in schemas {
        walk(schema, &join("/components/schemas", name), &hidable, notes);
    }
}

/// Marks the properties and parameters of a whole document.
pub(super) fn mark_document(document: &mut Map, notes: &mut Notes) {
    let mut hidable = BTreeMap::new();
    if let Some(components) = get(document, "components").and_then(as_map) {
        for (name, schema) in edit::map(components, "schemas") {
            hidable.insert(name.clone(), is_text(schema));
        }
    }
    for (key, value) in document {
        if matches!(key.as_str(), "paths" | "components") {
            walk(value, &format!("/{key}"), &hidable, notes);
        }
    }
}

fn walk(value: &mut Value, at: &str, hidable: &BTreeMap<String, bool>, notes: &mut Notes) {
    match value {
        Value::Map(members) => {
            if has(members, "in") && has(members, "schema") {
                let name = text(members, "name").unwrap_or_default().to_owned();
                let schema = get(members, "schema").cloned();
                if schema.is_some_and(|schema| can_hide(&schema, hidable)) {
                    hide(members, &name, at, notes);
                }
            }
            if let Some(Value::Map(properties)) = edit::get_mut(members, "properties") {
                let below = join(at, "properties");
                for (name, schema) in properties {
                    if can_hide(schema, hidable) {
                        if let Value::Map(map) = schema {
                            hide(map, name, &join(&below, name), notes);
                        }
                    }
                }
            }
            for (key, value) in members {
                walk(value, &join(at, key), hidable, notes);
            }
        }
        Value::List(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                walk(item, &join(at, &index.to_string()), hidable, notes);
            }
        }
        _ => {}
    }
}

fn hide(map: &mut Map, name: &str, at: &str, notes: &mut Notes) {
    if has(map, "x-personal") || has(map, "x-secret") {
        return;
    }
    let Some(name) = identifiers::field_name(name) else {
        return;
    };
    let words = format!("_{}_", name.trim_end_matches('_'));
    let is_like = |list: &[&str]| list.iter().any(|word| words.contains(&format!("_{word}_")));
    if is_like(SECRET) {
        set(map, "x-secret", Value::Bool(true));
        notes.add(
            Did::Assumed,
            "secret by its name, and hidden in messages",
            at,
        );
    } else if is_like(PERSONAL) || ADDRESSES.contains(&name.as_str()) {
        set(map, "x-personal", Value::Bool(true));
        notes.add(
            Did::Assumed,
            "personal by its name, and hidden in messages",
            at,
        );
    }
}

/// Returns whether a value can be hidden: a text, a list of texts, or any JSON value.
fn can_hide(schema: &Value, hidable: &BTreeMap<String, bool>) -> bool {
    let Some(map) = as_map(schema) else {
        return false;
    };
    if let Some(name) = text(map, "$ref").and_then(edit::component) {
        return hidable.get(&name) == Some(&true);
    }
    // Any JSON value is hidden as a whole.
    if has(map, ANY) || is_blank(schema) {
        return true;
    }
    match get(map, "items") {
        Some(items) => is_text(items),
        None => is_text(schema),
    }
}

fn is_text(schema: &Value) -> bool {
    let Some(map) = as_map(schema) else {
        return false;
    };
    let is_string = match get(map, "type") {
        Some(Value::Text(word)) => word == "string",
        Some(Value::List(words)) => words.first().and_then(edit::as_text) == Some("string"),
        _ => false,
    };
    is_string && !has(map, "enum")
}
