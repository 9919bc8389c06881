//! Emits the tests of lists: two pages are read as one list, and a repeated page ends the list with an error.

use std::collections::BTreeSet;

use super::{Paged, path::Path, rule::Rule};
use crate::{
    model::{Api, Slot, Type},
    scaffold::{
        Credential, Provider,
        sample::{
            calls, percent_encoded,
            received::{Given, response},
            value::{json, number, text},
        },
        template::fill,
        wire::KEY,
    },
    visible::literal,
};

/// The pages of one test, and the expected requests and items.
struct Script {
    pages: Vec<String>,
    /// The values of the parameter in the requests.
    values: Vec<Option<String>>,
    items: usize,
    /// Two pages, the second of which repeats the page or the cursor of the first.
    circle: [String; 2],
}

/// Emits the file.
pub(super) fn tests(provider: &Provider, paged: &[Paged<'_>]) -> String {
    let mut names = BTreeSet::from(["Client".to_owned()]);
    let mut times = BTreeSet::new();
    let mut out = String::new();
    for one in paged {
        let Some(call) = calls(&provider.api, one.operation, false)
            .into_iter()
            .next()
        else {
            continue;
        };
        let Some(script) = script(&provider.api, one) else {
            continue;
        };
        let list = format!("client.{}({})", one.method(), call.rust);
        let texts = |pages: &[String]| -> String {
            let pages: Vec<String> = pages.iter().map(|page| literal(page)).collect();
            pages.join(", ")
        };
        let values: Vec<String> = script
            .values
            .iter()
            .map(|value| {
                value.as_ref().map_or("None".to_owned(), |value| {
                    format!("Some({}.to_owned())", literal(value))
                })
            })
            .collect();
        out += &fill(
            include_str!("../templates/pages_test.rs.txt"),
            &[
                ("name", &one.operation.module),
                ("list", &list),
                ("pages", &texts(&script.pages)),
                ("items", &script.items.to_string()),
                (
                    "parameter",
                    &literal(&percent_encoded(&one.rule.parameter().wire)),
                ),
                ("values", &values.join(", ")),
                ("circle", &texts(&script.circle)),
            ],
        );
        names.extend(call.names);
        times.extend(call.times);
    }
    let names: Vec<String> = names.into_iter().collect();
    let times: Vec<&str> = times.into_iter().collect();
    let times = if times.is_empty() {
        String::new()
    } else {
        format!("time::{{{}}}, ", times.join(", "))
    };
    let key = match provider.credential {
        Credential::None => String::new(),
        Credential::Header(_) | Credential::Bearer | Credential::Basic => literal(KEY),
    };
    fill(
        include_str!("../templates/pages_tests.rs.txt"),
        &[
            ("crate", &provider.in_code()),
            ("names", &names.join(", ")),
            ("times", &times),
            ("key", &key),
            ("tests", &out),
        ],
    )
}

fn script(api: &Api, paged: &Paged<'_>) -> Option<Script> {
    let output = paged.operation.output.as_ref()?;
    let parameter = paged.rule.parameter();
    let (value, encoded) = match &parameter.slot.value {
        Type::Text(rule) => {
            let text = text(rule, true);
            (json(&text), percent_encoded(&text))
        }
        Type::Integer(integer) => {
            let number = number(*integer).0;
            (number.clone(), number)
        }
        _ => return None,
    };
    let page = |items: usize, last: Option<&str>, given: &[(&Path<'_>, String)]| {
        build(api, paged, output, (items, last), given)
    };
    Some(match &paged.rule {
        Rule::Cursor { next, more, .. } => {
            let at = |is_last: bool| {
                let mut given = Vec::new();
                if !is_last {
                    given.push((next, value.clone()));
                } else if matches!(parameter.slot.value, Type::Text(_)) {
                    given.push((next, json("")));
                }
                given.extend(more.as_ref().map(|more| (more, (!is_last).to_string())));
                page(1, None, &given)
            };
            Script {
                pages: vec![at(false), at(true)],
                values: vec![None, Some(encoded)],
                items: 2,
                circle: [at(false), at(false)],
            }
        }
        Rule::Link { next, .. } => {
            let name = percent_encoded(&parameter.wire);
            let link = json(&format!("https://api.example/list?{name}={encoded}"));
            let first = page(1, None, &[(next, link)]);
            Script {
                pages: vec![first.clone(), page(1, None, &[(next, json(""))])],
                values: vec![None, Some(encoded)],
                items: 2,
                circle: [first.clone(), first],
            }
        }
        Rule::LastItem { more, .. } => {
            let at = |more_follow: bool| page(1, Some(&value), &[(more, more_follow.to_string())]);
            Script {
                pages: vec![at(true), at(false)],
                values: vec![None, Some(encoded)],
                items: 2,
                circle: [at(true), at(true)],
            }
        }
        Rule::Number {
            first, pages, more, ..
        } => {
            let stated = |is_last: bool| {
                let mut given: Vec<(&Path<'_>, String)> = Vec::new();
                given.extend(pages.as_ref().map(|pages| (pages, "2".to_owned())));
                given.extend(more.as_ref().map(|more| (more, (!is_last).to_string())));
                given
            };
            counted(
                first.to_string(),
                (first + 1).to_string(),
                (first + 2).to_string(),
                |items, is_last| page(items, None, &stated(is_last)),
                pages.is_some() || more.is_some(),
            )
        }
        Rule::Offset { more, .. } => counted(
            "0".to_owned(),
            "2".to_owned(),
            "3".to_owned(),
            |items, is_last| {
                let stated = more.as_ref().map(|more| (more, (!is_last).to_string()));
                page(items, None, &Vec::from_iter(stated))
            },
            more.is_some(),
        ),
    })
}

/// Returns a page of two items and a page of one item, and an empty page if no page states the end.
fn counted(
    first: String,
    second: String,
    third: String,
    page: impl Fn(usize, bool) -> String,
    is_stated: bool,
) -> Script {
    let mut pages = vec![page(2, false), page(1, true)];
    let mut values = vec![Some(first), Some(second)];
    if !is_stated {
        pages.push(page(0, true));
        values.push(Some(third));
    }
    Script {
        pages,
        values,
        items: 3,
        circle: [page(2, false), page(2, false)],
    }
}

/// Returns a page as JSON: a number of items, which all have the given id if there is one, and other members.
fn build(
    api: &Api,
    paged: &Paged<'_>,
    output: &Slot,
    (items, id): (usize, Option<&str>),
    given: &[(&Path<'_>, String)],
) -> String {
    let list = match &paged.member {
        Some(member) => &member.field.slot,
        None => output,
    };
    let Type::List(item) = &list.value else {
        return String::new();
    };
    let own: Given = match (&paged.rule, id) {
        (Rule::LastItem { id: field, .. }, Some(id)) => {
            [(vec![field.wire.clone()], id.to_owned())].into()
        }
        _ => Given::new(),
    };
    let item = response(api, item, &own);
    let items = format!("[{}]", vec![item; items].join(","));
    let Some(member) = &paged.member else {
        return items;
    };
    let mut all: Given = given
        .iter()
        .map(|(path, value)| {
            (
                path.wire().into_iter().map(str::to_owned).collect(),
                value.clone(),
            )
        })
        .collect();
    all.insert(vec![member.field.wire.clone()], items);
    response(api, output, &all)
}
