//! Finds the lists of a description that come in pages, and emits a `PageSource` for each.
//!
//! The generator emits a `PageSource` only if the description shows how one page leads to the next. For other lists, the
//! README and the command's report name the operation, and the crate's owner writes the `PageSource`.

mod emit;
mod names;
mod path;
mod rule;
mod wire;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use self::rule::Rule;
use super::Provider;
use crate::{
    emit::{shape, words},
    model::{Api, Operation, Type},
};

/// A list that the crate reads in pages.
pub(super) struct Paged<'a> {
    operation: &'a Operation,
    /// The type of an item, as code of the new crate.
    item: String,
    /// The member of the response that contains the items, if the response is an object.
    member: Option<rule::Member<'a>>,
    rule: Rule<'a>,
}

impl Paged<'_> {
    /// Returns the name of the type that implements `PageSource`.
    fn type_name(&self) -> String {
        format!("{}Pages", self.operation.rust)
    }

    /// Returns the name of the client's method.
    fn method(&self) -> String {
        format!("{}_pages", self.operation.module)
    }
}

/// The lists of a description.
#[derive(Default)]
pub(super) struct Lists<'a> {
    pub(super) paged: Vec<Paged<'a>>,
    /// Lists that have parameters for pages, but whose description does not show how one page leads to the next.
    unknown: Vec<&'a Operation>,
}

/// Finds the lists of a description.
pub(super) fn find(api: &Api) -> Lists<'_> {
    let mut lists = Lists::default();
    for operation in &api.operations {
        match rule::find(api, operation) {
            rule::Found::Paged(paged) => lists.paged.push(*paged),
            rule::Found::Unknown => lists.unknown.push(operation),
            rule::Found::No => {}
        }
    }
    lists
}

/// Returns the pointers to the properties that contain the items, lead to the next page or end the list, except properties that are
/// read strictly in any case. The returned properties must be read strictly too: if one of them can't be read, the list must not end.
pub(super) fn loose(api: &Api) -> Vec<String> {
    let mut pointers = Vec::new();
    for paged in find(api).paged {
        let output = paged.operation.output.as_ref().map(|slot| &slot.value);
        let model = match output {
            Some(Type::Model(id)) => api.model(*id),
            _ => None,
        };
        let is_envelope = model.is_some_and(|model| shape::is_envelope(api, model));
        let items = paged.member.iter().map(|member| vec![member.field]);
        let paths = paged
            .rule
            .paths()
            .into_iter()
            .map(|path| path.fields().to_vec());
        for fields in items.chain(paths) {
            let fields = fields.into_iter().skip(usize::from(is_envelope));
            pointers.extend(
                fields
                    .filter(|field| !field.notes.strict)
                    .map(|field| field.at.clone()),
            );
        }
    }
    pointers.sort();
    pointers.dedup();
    pointers
}

impl Lists<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.paged.is_empty()
    }

    /// Returns whether a list needs to parse links. The crate then needs a library for links.
    pub(super) fn has_links(&self) -> bool {
        let mut paged = self.paged.iter();
        paged.any(|paged| matches!(paged.rule, Rule::Link { .. }))
    }

    /// Returns the files of the crate, below its folder.
    pub(super) fn files(&self, provider: &Provider) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        if self.is_empty() {
            return files;
        }
        files.insert("src/pages/mod.rs".to_owned(), emit::module(&self.paged));
        for paged in &self.paged {
            let path = format!("src/pages/{}.rs", paged.operation.module);
            files.insert(path, emit::source(paged));
        }
        let tests = wire::tests(provider, &self.paged);
        files.insert("tests/wire/pages.rs".to_owned(), tests);
        files
    }

    /// Returns the line that makes the types public.
    pub(super) fn exports(&self) -> String {
        let names: Vec<String> = self.paged.iter().map(Paged::type_name).collect();
        format!("pub use pages::{{{}}};\n", names.join(", "))
    }

    /// Returns the part of the README about lists. Empty if there are no lists.
    pub(super) fn section(&self) -> String {
        let mut out = String::new();
        if !self.paged.is_empty() {
            out += "## Lists\n\nThese methods of `Client` read a list page by page, or item by item with `into_items`.\n\n\
                    | method | reads |\n|---|---|\n";
            for paged in &self.paged {
                out += &format!(
                    "| `{}` | all pages of `{}` |\n",
                    paged.method(),
                    paged.operation.rust
                );
            }
            out += "\n";
        }
        if !self.unknown.is_empty() {
            if self.paged.is_empty() {
                out += "## Lists\n\n";
            }
            out += "The description does not show how one page of these lists leads to the next. Each call returns one page:\n\n";
            for operation in &self.unknown {
                out += &format!("- `{}`\n", operation.rust);
            }
            out += "\n";
        }
        out
    }

    /// Returns the lines of the command's report.
    pub(super) fn report(&self) -> String {
        let mut out = String::new();
        if !self.paged.is_empty() {
            let names: Vec<String> = self
                .paged
                .iter()
                .map(|paged| format!("{} by {}", paged.operation.rust, paged.rule.words()))
                .collect();
            out += &format!("lists in pages ({}): {}\n", names.len(), names.join(", "));
        }
        if !self.unknown.is_empty() {
            let names: Vec<&str> = self.unknown.iter().map(|one| &*one.rust).collect();
            out += &format!(
                "lists whose next page is not certain, which need a `PageSource` by hand ({}): {}\n",
                names.len(),
                names.join(", ")
            );
        }
        out
    }
}

/// Returns a name of the description as code in documentation.
fn shown(name: &str) -> String {
    words::line(&words::code(name))
}
