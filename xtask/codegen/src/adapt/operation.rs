//! Rewrites one operation. Other modules rewrite its parameters, body and responses.

use super::{
    Adapter,
    document::{Access, Auth},
    edit::{self, Map, as_map, as_text, get, set, text},
    notes::{Did, Notes},
    schema::is_docs,
    select::Chosen,
    source::Found,
};
use crate::{
    parse::{Idempotency, Method},
    tree::{Value, join},
};

/// Extensions of this project that an operation may carry.
const OWN: &[&str] = &[
    "x-idempotency",
    "x-rate-class",
    "x-fresh-connection",
    "x-provenance",
    "x-undocumented",
    "x-rust-name",
];

impl<'t> Adapter<'_, 't> {
    /// Returns the rewritten operation, and the places of its parameters in the given description.
    pub(super) fn operation(
        &mut self,
        chosen: &Chosen<'t>,
        access: &Access,
    ) -> (Value, Vec<String>) {
        let found = chosen.found;
        let at = found.at();
        let mut out = Map::new();
        set(&mut out, "operationId", edit::words(&chosen.id));
        if chosen.is_made {
            self.note(
                Did::Assumed,
                "names of operations, made from method and path",
                &at,
            );
        }
        for (key, value) in found.operation {
            match key.as_str() {
                "summary" | "description" if as_text(value).is_some() => {
                    out.push((key.clone(), value.clone()));
                }
                "externalDocs" if as_map(value).is_some_and(is_docs) => {
                    out.push((key.clone(), value.clone()));
                }
                "deprecated" if *value == Value::Bool(true) => {
                    out.push((key.clone(), value.clone()));
                }
                "tags" => {
                    let tags = found.tags().into_iter().map(Value::Text).collect();
                    out.push((key.clone(), Value::List(tags)));
                }
                key if OWN.contains(&key) => out.push((key.to_owned(), value.clone())),
                key if key.starts_with("x-") => {
                    self.note(Did::ReadPast, "extensions of other tools", &at);
                }
                "callbacks" => self.note(Did::ReadPast, "callbacks", &at),
                _ => {}
            }
        }
        for key in ["summary", "description"] {
            if edit::has(found.item, key) {
                self.note(
                    Did::ReadPast,
                    "texts about a path",
                    &join("/paths", found.path),
                );
            }
        }
        repetition(found.method, &mut out, &at, &mut self.notes);
        let (mut parameters, places) = self.parameters(found, &at);
        match self.auth(found.operation, access, &at) {
            Auth::Client(further) => parameters.extend(further),
            Auth::Nobody(_) if self.wants_authorization(found) => self.lacks_credential(&at),
            Auth::Nobody(further) => {
                set(&mut out, "security", Value::List(Vec::new()));
                parameters.extend(further);
            }
            Auth::Foreign => self.lacks_credential(&at),
        }
        if !parameters.is_empty() {
            set(&mut out, "parameters", Value::List(parameters));
        }
        if let Some(body) = get(found.operation, "requestBody").and_then(as_map) {
            let place = join(&at, "requestBody");
            let has_none = matches!(found.method, Method::Get | Method::Head);
            if has_none && !edit::is_true(body, "required") {
                self.note(Did::ReadPast, "bodies of GET", &place);
            } else if let Some(body) = self.source.followed(body) {
                let body = self.body(body, &place);
                set(&mut out, "requestBody", body);
            } else {
                set(&mut out, "requestBody", Value::Map(body.clone()));
            }
        }
        let responses = self.responses(found, &at);
        set(&mut out, "responses", responses);
        (Value::Map(out), places)
    }
}

impl<'t> Adapter<'_, 't> {
    fn lacks_credential(&mut self, at: &str) {
        self.refuse(
            at,
            "this call needs a credential that the client does not have",
            "leave it out, or make a crate for the calls with this credential",
        );
    }

    /// Returns whether the operation describes the credential as a required header parameter. No
    /// operation can set that header.
    fn wants_authorization(&self, found: Found<'t>) -> bool {
        let lists = [found.item, found.operation].map(|holder| edit::list(holder, "parameters"));
        let mut parameters = lists
            .into_iter()
            .flatten()
            .filter_map(|value| self.source.followed(as_map(value)?));
        parameters.any(|map| {
            text(map, "in") == Some("header")
                && edit::is_true(map, "required")
                && text(map, "name").is_some_and(|name| name.eq_ignore_ascii_case("authorization"))
        })
    }
}

/// Makes a `PUT` or `DELETE` non-idempotent, unless the description states its idempotency.
pub(super) fn repetition(method: Method, operation: &mut Map, at: &str, notes: &mut Notes) {
    if method.idempotency() == Idempotency::Idempotent && text(operation, "x-idempotency").is_none()
    {
        set(operation, "x-idempotency", edit::words("non-idempotent"));
        notes.add(Did::Assumed, "a write is never repeated by itself", at);
    }
}
