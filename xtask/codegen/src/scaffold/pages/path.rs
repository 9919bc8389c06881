//! Paths through a response to one of its members.

use crate::{
    emit::scope::Held,
    model::{Api, Field, Shape, Slot, Type},
};

/// The maximum depth of a member, in objects.
const DEEPEST: usize = 3;

/// A member of a response, with the members that enclose it.
#[derive(Clone, Debug)]
pub(super) struct Path<'a>(Vec<&'a Field>);

impl<'a> Path<'a> {
    pub(super) fn fields(&self) -> &[&'a Field] {
        &self.0
    }

    /// Returns the member itself.
    pub(super) fn last(&self) -> Option<&'a Field> {
        self.0.last().copied()
    }

    /// Returns the names on the wire.
    pub(super) fn wire(&self) -> Vec<&'a str> {
        self.0.iter().map(|field| &*field.wire).collect()
    }

    /// Returns the names on the wire as one text, for documentation and reports.
    pub(super) fn words(&self) -> String {
        self.wire().join(".")
    }

    /// Returns an expression of type `Option<T>` that moves the member's value out of `page`.
    pub(super) fn taken(&self) -> String {
        self.expression(false)
    }

    /// Returns an expression of type `Option<T>` that copies the member's value from `page`.
    pub(super) fn copied(&self) -> String {
        self.expression(true)
    }

    fn expression(&self, copies: bool) -> String {
        let mut out = "page".to_owned();
        let mut is_option = false;
        for (index, field) in self.0.iter().enumerate() {
            let is_inner = copies && index + 1 < self.0.len();
            let holds_option = Held::of(field, false) == Held::Option;
            let member = &field.rust;
            let borrow = if is_inner && holds_option {
                ".as_ref()"
            } else {
                ""
            };
            out += &match (is_option, holds_option) {
                (false, _) => format!(".{member}{borrow}"),
                (true, true) => format!(".and_then(|inner| inner.{member}{borrow})"),
                (true, false) if is_inner => format!(".map(|inner| &inner.{member})"),
                (true, false) => format!(".map(|inner| inner.{member})"),
            };
            is_option |= holds_option;
        }
        if is_option {
            out
        } else {
            format!("Some({out})")
        }
    }
}

/// Returns the paths to all members of a response that satisfy a condition, the outer members first. The elements of lists
/// are not searched.
pub(super) fn find<'a>(
    api: &'a Api,
    slot: &Slot,
    wanted: &dyn Fn(&[&'a Field]) -> bool,
) -> Vec<Path<'a>> {
    let mut found = Vec::new();
    let mut open = vec![(slot.value.clone(), Vec::new())];
    while let Some((value, before)) = open.pop() {
        for field in fields(api, &value) {
            let mut path: Vec<&Field> = before.clone();
            path.push(field);
            if wanted(&path) {
                found.push(Path(path.clone()));
            }
            if path.len() < DEEPEST {
                open.push((field.slot.value.clone(), path));
            }
        }
    }
    found.sort_by_key(|path| path.0.len());
    found
}

/// Returns the members of an object that is only received.
pub(super) fn fields<'a>(api: &'a Api, value: &Type) -> &'a [Field] {
    let Type::Model(id) = value else {
        return &[];
    };
    match api
        .model(*id)
        .filter(|model| !model.used.sent)
        .map(|model| &model.shape)
    {
        Some(Shape::Record(fields)) => fields,
        _ => &[],
    }
}
