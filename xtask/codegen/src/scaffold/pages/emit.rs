//! Emits a `PageSource` for each list, as a starting point for the crate's developer.

use std::collections::BTreeSet;

use super::{
    Paged,
    path::Path,
    rule::{Member, Rule},
    shown,
};
use crate::{
    emit::scope::Held,
    model::{Field, Integer, Type, Width},
    scaffold::template::fill,
    visible::literal,
};

/// Emits the module of all lists.
pub(super) fn module(paged: &[Paged<'_>]) -> String {
    let mut out = "//! Lists that come in pages.\n\n".to_owned();
    for one in paged {
        out += &format!("mod {};\n", one.operation.module);
    }
    let links = paged
        .iter()
        .any(|one| matches!(one.rule, Rule::Link { .. }));
    let counts = paged.iter().any(|one| counts(&one.rule));
    let mut items = BTreeSet::new();
    if counts {
        out += "\nuse std::hash::{DefaultHasher, Hash as _, Hasher as _};\n";
    }
    if links {
        out += "\nuse std::str::FromStr;\n";
        out += "\nuse customer_api_core::pages::{NextLink, PagesError, PagesErrorKind};\n";
    }
    if counts {
        out += "\nuse serde_json::Value;\n";
    }
    out += "\n";
    for one in paged {
        items.insert(format!(
            "pub use {}::{};\n",
            one.operation.module,
            one.type_name()
        ));
    }
    out.extend(items);
    if counts {
        out += FINGERPRINT;
    }
    if links {
        out += PARAMETER;
    }
    out
}

const FINGERPRINT: &str = include_str!("../templates/fingerprint.rs.txt");
const PARAMETER: &str = include_str!("../templates/parameter.rs.txt");

/// Returns whether the parameter is the number of the page, or the number of items before the page. If a provider
/// ignores such a parameter, the provider sends the same page again and again. Therefore the emitted code compares the
/// pages.
fn counts(rule: &Rule<'_>) -> bool {
    matches!(rule, Rule::Number { .. } | Rule::Offset { .. })
}

/// Emits the module of one list.
pub(super) fn source(paged: &Paged<'_>) -> String {
    let fetch = fetch(paged);
    let mut core = vec!["async_trait".to_owned()];
    let kind = if fetch.contains("PagesErrorKind") {
        ", PagesErrorKind"
    } else {
        ""
    };
    core.push(format!(
        "pages::{{Fetched, List, PageSource, PagesError{kind}}}"
    ));
    if fetch.contains("Unreadable::") {
        core.push("response::Unreadable".to_owned());
    }
    let (rule, end) = sentences(paged);
    fill(
        include_str!("../templates/pages.rs.txt"),
        &[
            ("all", &format!("All pages of `{}`.", paged.operation.rust)),
            ("core", &core.join(", ")),
            ("operation", &paged.operation.rust),
            ("method", &paged.method()),
            ("type", &paged.type_name()),
            ("item", &paged.item),
            ("cursor", cursor_type(paged.rule.parameter())),
            ("rule", &rule),
            ("end", end),
            ("fetch", &fetch),
        ],
    )
}

/// Returns one text about how a page leads to the next, and one about how the list ends.
fn sentences(paged: &Paged<'_>) -> (String, &'static str) {
    const COUNTED: &str = "The list ends with an empty page. A repeated page is an error.";
    const STATED: &str = "The list ends with a page that states the end, or with an empty page. A repeated page is an error.";
    let parameter = shown(&paged.rule.parameter().wire);
    match &paged.rule {
        Rule::Cursor { next, .. } => (
            format!(
                "A page's {} is the {parameter} of the next page.",
                shown(&next.words())
            ),
            "The list ends with the page that has no such value. A repeated value is an error.",
        ),
        Rule::Link { next, .. } => (
            format!(
                "The link in a page's {} contains the {parameter} of the next page. The rest of the link is not used.",
                shown(&next.words())
            ),
            "The list ends with the page that has no link. A repeated link is an error.",
        ),
        Rule::LastItem { .. } => (
            format!(
                "The {parameter} of the next page is the id of the last item on the page before it."
            ),
            "The list ends with the page that states the end. A page that does not state whether more pages follow is an error.",
        ),
        Rule::Number {
            first, pages, more, ..
        } => (
            format!("The {parameter} counts the pages from {first}."),
            if pages.is_some() || more.is_some() {
                STATED
            } else {
                COUNTED
            },
        ),
        Rule::Offset { more, .. } => (
            format!("The {parameter} of a page is the number of items before it."),
            if more.is_some() { STATED } else { COUNTED },
        ),
    }
}

/// Returns the type of the cursor, which is the type of the parameter.
fn cursor_type(parameter: &Field) -> &'static str {
    match parameter.slot.value {
        Type::Integer(integer) => width(integer),
        _ => "String",
    }
}

fn width(integer: Integer) -> &'static str {
    match integer.width {
        Width::Signed32 => "i32",
        Width::Signed64 => "i64",
        Width::Unsigned64 => "u64",
    }
}

fn fetch(paged: &Paged<'_>) -> String {
    let parameter = paged.rule.parameter();
    let items = items(paged.member.as_ref());
    match &paged.rule {
        Rule::Cursor { next, more, .. } => {
            let is_text = matches!(parameter.slot.value, Type::Text(_));
            let filter = if is_text {
                ".filter(|next| !next.is_empty())"
            } else {
                ""
            };
            let flag = more_of(more.as_ref());
            let guard = if more.is_some() {
                " if more != Some(false)"
            } else {
                ""
            };
            let lost = if more.is_some() {
                incomplete(
                    "None if more == Some(true)",
                    "the page states that more follow, but not where",
                )
            } else {
                String::new()
            };
            let last = if more.is_some() { "_" } else { "None" };
            format!(
                "{}{flag}{items}let next = {}{filter};
                let fetched = match next {{
                    Some(next){guard} => Fetched::page(items, next),
                    {lost}{last} => Fetched::last(items),
                }};
                Ok(fetched.unreadable(unreadable))",
                call_at_cursor(parameter),
                next.taken(),
            )
        }
        Rule::Link { next, .. } => format!(
            "{}{items}let link = {}.filter(|link| !link.is_empty());
            let fetched = match link {{
                Some(link) => Fetched::page(items, super::parameter(&link, {})?),
                None => Fetched::last(items),
            }};
            Ok(fetched.unreadable(unreadable))",
            call_at_cursor(parameter),
            next.taken(),
            literal(&parameter.wire),
        ),
        Rule::LastItem { id, more, .. } => format!(
            "{}{}{items}let next = items.last().map(|item| item.{}.clone());
            let fetched = match (more, next) {{
                (Some(true), Some(next)) => Fetched::page(items, next),
                (Some(false), _) => Fetched::last(items),
                {}
            }};
            Ok(fetched.unreadable(unreadable))",
            call_at_cursor(parameter),
            more_of(Some(more)),
            id.rust,
            incomplete("_", "the page does not state whether more follow, or where"),
        ),
        Rule::Number {
            first, pages, more, ..
        } => {
            let next = "number.saturating_add(1)";
            let stated = pages.as_ref().map(|pages| {
                let number = if *first == 0 { next } else { "number" };
                let comparison = match pages.last().map(|field| &field.slot.value) {
                    Some(Type::Integer(integer)) if width(*integer) == cursor_type(parameter) => {
                        format!("{number} < pages")
                    }
                    _ => format!("i128::from({number}) < i128::from(pages)"),
                };
                format!("{}.map(|pages| {comparison})", pages.copied())
            });
            let stated = match (more, stated) {
                (Some(more), Some(stated)) => Some(format!("{}.or({stated})", more.copied())),
                (Some(more), None) => Some(more.copied()),
                (None, stated) => stated,
            };
            counted(paged, "number", *first, stated.as_deref(), next)
        }
        Rule::Offset { more, .. } => {
            let stated = more.as_ref().map(Path::copied);
            let kind = cursor_type(parameter);
            let next =
                format!("offset.saturating_add({kind}::try_from(count).unwrap_or({kind}::MAX))");
            counted(paged, "offset", 0, stated.as_deref(), &next)
        }
    }
}

/// Emits the code that fetches a page by its number, or by the number of items before it.
fn counted(paged: &Paged<'_>, place: &str, first: u8, stated: Option<&str>, next: &str) -> String {
    let parameter = paged.rule.parameter();
    let (setter, member) = (parameter.setter(), paged.member.as_ref());
    let held = &parameter.rust;
    let name = member.map_or("None".to_owned(), |member| {
        format!("Some({})", literal(&member.field.wire))
    });
    let items = items(member);
    let (stated, lost, last) = match stated {
        Some(stated) => (
            format!("let goes_on = {stated};\n"),
            incomplete("(0, Some(true))", "an empty page states that more follow"),
            "(0, _) | (_, Some(false))",
        ),
        None => (String::new(), String::new(), "0"),
    };
    let subject = if stated.is_empty() {
        "count"
    } else {
        "(count, goes_on)"
    };
    format!(
        "let {place} = cursor.copied().or(self.call.{held}).unwrap_or({first});
        let call = self.call.clone().{setter}({place});
        let response = self.client.call(call).response().await?;
        let fingerprint = super::fingerprint(response.body(), {name});
        let (page, unreadable) = response.into_parts();
        {stated}{items}// A record that can't be read still counts as an item of the list.
        let left_out = unreadable.iter().filter_map(Unreadable::left_out).count();
        let count = items.len() + left_out;
        let fetched = match {subject} {{
            {lost}{last} => Fetched::last(items),
            _ => Fetched::page(items, {next}),
        }};
        let fetched = fetched.unreadable(unreadable);
        Ok(match fingerprint {{
            Some(hash) => fetched.fingerprint(hash),
            None => fetched,
        }})"
    )
}

/// Emits a call whose parameter is the cursor, if there is one.
fn call_at_cursor(parameter: &Field) -> String {
    let value = match parameter.slot.value {
        Type::Integer(_) => "*cursor",
        _ => "cursor.clone()",
    };
    format!(
        "let mut call = self.call.clone();
        if let Some(cursor) = cursor {{
            call = call.{}({value});
        }}
        let response = self.client.call(call).response().await?;
        let (page, unreadable) = response.into_parts();
        ",
        parameter.setter()
    )
}

fn more_of(more: Option<&Path<'_>>) -> String {
    more.map_or_else(String::new, |more| {
        format!("let more = {};\n", more.copied())
    })
}

fn items(member: Option<&Member<'_>>) -> String {
    match member {
        None => "let items = page;\n".to_owned(),
        Some(Member { field }) => {
            let or_none = match Held::of(field, false) {
                Held::Plain => "",
                _ => ".unwrap_or_default()",
            };
            format!("let items = page.{}{or_none};\n", field.rust)
        }
    }
}

/// Emits an arm that ends the list with an error.
fn incomplete(pattern: &str, reason: &str) -> String {
    format!(
        "{pattern} => return Err(PagesError::new(PagesErrorKind::Incomplete, {})),\n",
        literal(reason)
    )
}
