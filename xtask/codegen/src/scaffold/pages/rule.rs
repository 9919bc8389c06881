//! Decides how one page of a list leads to the next, if the description shows it.

use super::{
    Paged,
    names::{
        is_about_pages, is_cursor, is_last, is_link, is_more, is_next, is_number, is_offset,
        is_pages, is_size, plain, states_link,
    },
    path::{self, Path},
};
use crate::{
    emit::{
        scope::{Held, Scope},
        shape::is_object,
    },
    model::{Api, Field, Idempotency, Integer, Operation, Place, Slot, Type, Width},
};

/// How one page leads to the next.
pub(super) enum Rule<'a> {
    /// A page contains the value of the parameter for the next page.
    Cursor {
        parameter: &'a Field,
        next: Path<'a>,
        more: Option<Path<'a>>,
    },
    /// A page contains a link to the next page. The parameter's value is in the query of the link.
    Link {
        parameter: &'a Field,
        next: Path<'a>,
    },
    /// The parameter is the id of the last item of the previous page.
    LastItem {
        parameter: &'a Field,
        id: &'a Field,
        more: Path<'a>,
    },
    /// The parameter is the number of the page.
    Number {
        parameter: &'a Field,
        first: u8,
        pages: Option<Path<'a>>,
        more: Option<Path<'a>>,
    },
    /// The parameter is the number of items before the page.
    Offset {
        parameter: &'a Field,
        more: Option<Path<'a>>,
    },
}

impl<'a> Rule<'a> {
    pub(super) fn parameter(&self) -> &'a Field {
        match self {
            Self::Cursor { parameter, .. }
            | Self::Link { parameter, .. }
            | Self::LastItem { parameter, .. }
            | Self::Number { parameter, .. }
            | Self::Offset { parameter, .. } => parameter,
        }
    }

    /// Returns the members of a page that lead to the next page or end the list.
    pub(super) fn paths(&self) -> Vec<&Path<'a>> {
        match self {
            Self::Cursor { next, more, .. } => [next].into_iter().chain(more).collect(),
            Self::Link { next, .. } => vec![next],
            Self::LastItem { more, .. } => vec![more],
            Self::Number { pages, more, .. } => pages.iter().chain(more).collect(),
            Self::Offset { more, .. } => more.iter().collect(),
        }
    }

    /// Returns the rule in a few words, for the command's report.
    pub(super) fn words(&self) -> String {
        let name = &self.parameter().wire;
        match self {
            Self::Cursor { next, .. } => format!("`{name}` from `{}`", next.words()),
            Self::Link { next, .. } => format!("`{name}` in the link `{}`", next.words()),
            Self::LastItem { id, .. } => format!("`{name}` from the last item's `{}`", id.wire),
            Self::Number { first, .. } => format!("`{name}`, counted from {first}"),
            Self::Offset { .. } => format!("`{name}`"),
        }
    }
}

/// The member of a response that contains the items.
pub(super) struct Member<'a> {
    pub(super) field: &'a Field,
}

/// Whether an operation returns a list in pages.
pub(super) enum Found<'a> {
    Paged(Box<Paged<'a>>),
    /// The operation has a parameter for pages and may return a list, but no rule fits.
    Unknown,
    No,
}

/// Decides whether an operation returns a list in pages, and by which rule.
pub(super) fn find<'a>(api: &'a Api, operation: &'a Operation) -> Found<'a> {
    let is_plain = !operation.undocumented
        && !operation.notes.deprecated
        && operation.output_type.is_none()
        && operation.body.is_none()
        && operation.idempotency == Idempotency::Safe;
    let Some(output) = operation.output.as_ref().filter(|_| is_plain) else {
        return Found::No;
    };
    let optional: Vec<&Field> = operation
        .parameters
        .iter()
        .filter(|one| one.place == Place::Query && !one.field.notes.deprecated)
        .map(|one| &one.field)
        .collect();
    let pages = |field: &&&Field| {
        [is_cursor, is_number, is_offset]
            .iter()
            .any(|is| is(&field.wire))
    };
    if !optional.iter().any(|field| pages(&field)) {
        return Found::No;
    }
    let items = items(api, output);
    let optional: Vec<&Field> = optional
        .into_iter()
        .filter(|field| !field.required)
        .collect();
    let found = items.and_then(|(member, item)| {
        let rule = rule(api, output, member.as_ref(), &item, &optional)?;
        let item = item_type(api, &item)?;
        let paged = Paged {
            operation,
            item,
            member,
            rule,
        };
        let name = paged.type_name();
        let mut types = api.models.iter().map(|model| &model.rust);
        let is_taken = types.any(|other| *other == name)
            || api.operations.iter().any(|other| other.rust == name);
        (!is_taken).then_some(paged)
    });
    match found {
        Some(paged) => Found::Paged(Box::new(paged)),
        None if holds_list(api, &output.value) => Found::Unknown,
        None => Found::No,
    }
}

fn holds_list(api: &Api, value: &Type) -> bool {
    matches!(value, Type::List(_))
        || path::fields(api, value).iter().any(|field| {
            matches!(field.slot.value, Type::List(_)) || matches!(field.slot.value, Type::Free)
        })
}

/// Returns the items of a response: the response itself, or the only list in it.
fn items<'a>(api: &'a Api, output: &'a Slot) -> Option<(Option<Member<'a>>, Slot)> {
    if output.nullable {
        return None;
    }
    if let Type::List(item) = &output.value {
        return Some((None, (**item).clone()));
    }
    let mut lists = path::fields(api, &output.value)
        .iter()
        .filter(|field| matches!(field.slot.value, Type::List(_) | Type::Free));
    let (first, second) = (lists.next()?, lists.next());
    match (&first.slot.value, second) {
        // The records of a second list would be lost. A member whose form is not described may be a
        // list, so it counts as a list.
        (Type::List(item), None) if !holds_others(api, output, first) => {
            Some((Some(Member { field: first }), (**item).clone()))
        }
        _ => None,
    }
}

/// Returns whether a response contains objects in other lists or maps than in this one, at any depth. Links to other pages do not count.
fn holds_others(api: &Api, output: &Slot, items: &Field) -> bool {
    let others = |path: &[&Field]| {
        path.last().is_some_and(|field| {
            let is_inner = path.len() > 1;
            !std::ptr::eq(*field, items)
                && plain(&field.wire) != "links"
                && match &field.slot.value {
                    Type::List(inner) => holds_objects(api, &inner.value),
                    Type::Map(inner) => {
                        holds_objects(api, &inner.value) && !(is_inner && inner.value == Type::Free)
                    }
                    _ => false,
                }
        })
    };
    !path::find(api, output, &others).is_empty()
}

/// Returns whether a value is an object, or contains objects in lists or maps. A value whose form is not described may be one.
fn holds_objects(api: &Api, value: &Type) -> bool {
    match value {
        Type::List(inner) | Type::Map(inner) => holds_objects(api, &inner.value),
        Type::Free => true,
        value => is_object(api, value),
    }
}

/// Returns the type of an item as code.
fn item_type(api: &Api, item: &Slot) -> Option<String> {
    if item.nullable {
        return None;
    }
    match &item.value {
        Type::Model(id) => api.model(*id).map(|model| format!("crate::{}", model.rust)),
        value @ (Type::Text(_) | Type::Integer(_) | Type::Free) => {
            Some(Scope::new(api, "").plain(value))
        }
        _ => None,
    }
}

fn rule<'a>(
    api: &'a Api,
    output: &Slot,
    member: Option<&Member<'a>>,
    item: &Slot,
    parameters: &[&'a Field],
) -> Option<Rule<'a>> {
    let only = |is: &dyn Fn(&Field) -> bool| {
        let mut found = parameters.iter().copied().filter(|field| is(field));
        found.next().filter(|_| found.next().is_none())
    };
    let flags = |path: &[&Field]| {
        path.last()
            .is_some_and(|field| field.slot.value == Type::Boolean && is_more(&field.wire))
    };
    let more = single(path::find(api, output, &flags));

    // Finds the members of the response that contain the next value of a parameter, by their names.
    let mut named = Vec::new();
    for parameter in parameters
        .iter()
        .filter(|field| is_cursor(&field.wire) || is_number(&field.wire))
    {
        let leads = |path: &[&Field]| {
            let [.., field] = path else { return false };
            let around = path.len().checked_sub(2).and_then(|index| path.get(index));
            let is_next = is_next(&field.wire, &parameter.wire)
                || around.is_some_and(|around| {
                    plain(&around.wire) == "next" && field.wire == parameter.wire
                });
            // The list must be able to end with a page whose member is missing or is an empty text.
            // A required number can be neither missing nor empty.
            let can_end = matches!(field.slot.value, Type::Text(_))
                || path
                    .iter()
                    .any(|field| Held::of(field, false) == Held::Option);
            // If the parameter has the name of a page number but is not described as an integer, a
            // text in the response may be a link instead of the next number.
            let is_plain = is_cursor(&parameter.wire) || integer(parameter).is_some();
            is_next && can_end && is_plain && same_kind(&field.slot.value, &parameter.slot.value)
        };
        named.extend(
            path::find(api, output, &leads)
                .into_iter()
                .map(|next| (*parameter, next)),
        );
    }
    match named.len() {
        0 => {}
        1 => {
            let (parameter, next) = named.pop()?;
            return Some(Rule::Cursor {
                parameter,
                next,
                more,
            });
        }
        _ => return None,
    }

    let pages = |field: &Field| {
        [is_cursor, is_number, is_offset]
            .iter()
            .any(|is| is(&field.wire))
    };
    let parameter = only(&pages)?;
    if let Some(next) = link(api, output, parameter) {
        let is_sendable = matches!(parameter.slot.value, Type::Text(_) | Type::Integer(_));
        return is_sendable.then_some(Rule::Link { parameter, next });
    }
    if let Type::Text(_) = parameter.slot.value {
        let id = path::fields(api, &item.value).iter().find(|field| {
            field.wire == "id"
                && Held::of(field, false) == Held::Plain
                && matches!(field.slot.value, Type::Text(_))
        });
        return match (plain(&parameter.wire) == "starting_after", id, more, member) {
            (true, Some(id), Some(more), Some(_)) => Some(Rule::LastItem {
                parameter,
                id,
                more,
            }),
            _ => None,
        };
    }
    let integer = integer(parameter)?;
    if is_number(&parameter.wire) {
        let first = first(parameter, integer).filter(|first| counts_from(integer, *first))?;
        let counts = |path: &[&Field]| {
            let around = path.len().checked_sub(2).and_then(|index| path.get(index));
            path.last().is_some_and(|field| {
                // If the first page is 0, the last page may be the number of pages, or one less.
                is_pages(&field.wire)
                    && !(first == 0 && is_last(&field.wire))
                    && around.is_none_or(|around| is_about_pages(&around.wire))
                    && integer_of(&field.slot.value).is_some()
            })
        };
        let pages = single(path::find(api, output, &counts));
        return Some(Rule::Number {
            parameter,
            first,
            pages,
            more,
        });
    }
    let has_size =
        only(&|field| is_size(&field.wire) && matches!(field.slot.value, Type::Integer(_)))
            .is_some();
    let begins = integer.minimum.is_none_or(|least| least <= 0)
        && parameter
            .notes
            .default
            .as_deref()
            .is_none_or(|value| value == "0");
    (has_size && begins && counts_from(integer, 0)).then_some(Rule::Offset { parameter, more })
}

/// Returns the member that is a link to the next page.
fn link<'a>(api: &'a Api, output: &Slot, parameter: &Field) -> Option<Path<'a>> {
    let is_number = integer(parameter).is_some();
    let leads = |path: &[&Field]| {
        let [.., field] = path else { return false };
        let Type::Text(rule) = &field.slot.value else {
            return false;
        };
        let around = path
            .len()
            .checked_sub(2)
            .and_then(|index| path.get(index))
            .map_or(String::new(), |around| plain(&around.wire));
        let is_href = plain(&field.wire) == "href" && is_link(&around);
        // If the parameter is a text, a member `next` may be the next value of the parameter
        // instead of a link.
        let is_address = is_number
            || is_href
            || around == "links"
            || states_link(&field.wire)
            || rule
                .format
                .as_deref()
                .is_some_and(|format| format.starts_with("ur"));
        // The list must be able to end with a page whose link is missing.
        let can_end = path
            .iter()
            .any(|field| Held::of(field, false) == Held::Option);
        (is_link(&field.wire) || is_href) && is_address && can_end
    };
    single(path::find(api, output, &leads))
}

/// Returns the only path, or `None` if there are none or several.
fn single(mut paths: Vec<Path<'_>>) -> Option<Path<'_>> {
    let path = paths.pop();
    path.filter(|_| paths.is_empty())
}

/// Returns whether the limits of a parameter allow the numbers of the first ten pages or items.
fn counts_from(integer: Integer, first: u8) -> bool {
    let (least, most) = (i128::from(first), i128::from(first) + 9);
    integer.minimum.is_none_or(|minimum| minimum <= least)
        && integer.maximum.is_none_or(|maximum| maximum >= most)
}

/// Returns the number of the first page, if it is stated.
fn first(parameter: &Field, integer: Integer) -> Option<u8> {
    match (parameter.notes.default.as_deref(), integer.minimum) {
        (Some("0"), _) => Some(0),
        (Some("1"), _) | (None, Some(1)) => Some(1),
        _ => None,
    }
}

fn integer(field: &Field) -> Option<Integer> {
    integer_of(&field.slot.value)
}

fn integer_of(value: &Type) -> Option<Integer> {
    match value {
        Type::Integer(integer) => Some(*integer),
        _ => None,
    }
}

/// Returns whether a received value can be sent as it is.
fn same_kind(received: &Type, sent: &Type) -> bool {
    let width = |value: &Type| -> Option<Width> { integer_of(value).map(|integer| integer.width) };
    match (received, sent) {
        (Type::Text(_), Type::Text(_)) => true,
        (Type::Integer(_), Type::Integer(_)) => width(received) == width(sent),
        _ => false,
    }
}
