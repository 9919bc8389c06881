//! Every described field of every response, with a value of each other JSON type in its place. A strict field fails
//! with its place, a list becomes shorter only by reported records, and nothing is silent.
#![cfg(test)]

mod described;

use customer_api_core::response::{Unreadable, UnreadableKind};
use proof::{CustomerRadar, Offline, Omnidesk, Ravelin, Revnue, Texts};
use serde_json::{Value, json};

/// The facts in a provider's pages that a description does not contain. They are deliberately written here a second
/// time.
struct Facts {
    /// Members that are read as they are, or not at all: ids, lists, cursors, totals, outcomes.
    strict: &'static [&'static str],
    /// Places in which any JSON value is allowed.
    free: &'static [&'static str],
    /// The beginning of a list record's `Debug`.
    record: &'static str,
    /// An operation, and the member without which its object stands for nothing.
    nothing_without: Option<(&'static str, &'static str)>,
}

const RAVELIN: Facts = Facts {
    strict: &["customerId", "reviews", "meta", "next"],
    free: &[],
    record: "Review {",
    nothing_without: Some(("lastReview", "label")),
};
const OMNIDESK: Facts = Facts {
    strict: &["items", "itemStart", "itemTotal", "itemLimit", "type"],
    free: &["channels"],
    record: "Customer {",
    nothing_without: None,
};
const REVNUE: Facts = Facts {
    strict: &["results", "next", "count"],
    free: &["Account tier", "Sites served", "Yearly volume"],
    record: "Customer {",
    nothing_without: None,
};
const CUSTOMER_RADAR: Facts = Facts {
    strict: &["token"],
    free: &[],
    record: "Recipient {",
    nothing_without: None,
};

fn others() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(7),
        json!(-1.5),
        json!(1e300),
        json!(""),
        json!("7"),
        json!("007"),
        json!("odd"),
        json!([]),
        json!([7]),
        json!([[]]),
        json!({}),
        json!({ "odd": 7 }),
    ]
}

/// The result for a value.
struct Seen {
    operation: &'static str,
    path: String,
    value: Value,
    read: Result<(String, Vec<Unreadable>), String>,
}

fn is_number_or_text(value: &Value) -> bool {
    value.is_number() || value.is_string() || value.is_boolean()
}

fn run<P: Offline>(facts: &Facts) -> Vec<Seen> {
    let mut seen = Vec::new();
    let words = Texts::new(|number| format!("word-{number}"));
    for entry in P::worded(&words) {
        let Some(response) = described::response(P::CRATE, entry.info.id) else {
            continue;
        };
        let read = |response: &Value, strict| (entry.read)(response.to_string().as_bytes(), strict);
        let (printed, reports) = read(&response.sample, true)
            .unwrap_or_else(|error| panic!("{}: {error}", entry.info.id));
        assert!(reports.is_empty(), "{}: {reports:?}", entry.info.id);
        let records = printed.matches(facts.record).count();
        for place in described::places(&response.sample) {
            let without = read(&place.removed(&response.sample), false);
            for value in others() {
                if described::kind(&value) == described::kind(place.of(&response.sample)) {
                    continue;
                }
                let at = format!("{} {} = {value}", entry.info.id, place.path);
                let changed = place.replaced(&response.sample, &value);
                let outcome = read(&changed, false);
                let strictly = read(&changed, true);
                // The switch turns everything that is reported into an error, and nothing else.
                let is_odd = outcome
                    .as_ref()
                    .map_or(true, |(_, reports)| !reports.is_empty());
                assert_eq!(strictly.is_err(), is_odd, "{at}");
                match &outcome {
                    Err(error) => {
                        // The error names the place, or a place around it.
                        assert!(
                            place.path.starts_with(error.path())
                                || error.path().starts_with(&place.path),
                            "{at}: {error}"
                        );
                        let is_strict =
                            place.is_under(facts.strict) || response.is_required(&place.path);
                        assert!(is_strict, "{at}: {error}");
                    }
                    Ok((odd, reports)) if reports.is_empty() => {
                        let is_absent = value.is_null()
                            && without.as_ref().is_ok_and(|(without, _)| without == odd);
                        let is_unread = without
                            .as_ref()
                            .is_ok_and(|(without, _)| *without == printed);
                        let is_nothing =
                            facts.nothing_without == Some((entry.info.id, place.name()));
                        // A response that decides nothing is read as unclear.
                        let is_unclear = odd.starts_with("Unclear(");
                        assert!(
                            is_absent
                                || is_unread
                                || is_unclear
                                || place.is_under(facts.free)
                                || is_nothing && value.is_null(),
                            "{at} is silent"
                        );
                    }
                    Ok((odd, reports)) => {
                        for report in reports {
                            assert!(
                                place.path.starts_with(report.path())
                                    || report.path().starts_with(&place.path),
                                "{at}: {report:?}"
                            );
                            let there = described::at(&changed, report.path());
                            let raw: Value = serde_json::from_str(report.raw()).unwrap();
                            assert_eq!(there, Some(&raw), "{at}: {report:?}");
                            if place.is_under(facts.strict) {
                                // A count may be read from its digits. Otherwise only the record is lost.
                                let is_count = P::CRATE == "helpdesk-customers" && value == "7";
                                assert!(
                                    is_count || report.kind() == UnreadableKind::Record,
                                    "{at}: {report:?}"
                                );
                            }
                            if report.kind() == UnreadableKind::Coerced {
                                let is_form = is_number_or_text(&value)
                                    && value != "007"
                                    && value != json!(1e300)
                                    || value == json!([]);
                                assert!(is_form, "{at}: {report:?}");
                            }
                        }
                        let left_out = reports.iter().filter_map(Unreadable::left_out).count();
                        assert_eq!(
                            odd.matches(facts.record).count() + left_out,
                            records,
                            "{at}"
                        );
                        let debug = format!("{reports:?}");
                        assert!(!debug.contains("\"odd\""), "{at}: {debug}");
                    }
                }
                seen.push(Seen {
                    operation: entry.info.id,
                    path: place.path.clone(),
                    value,
                    read: outcome.map_err(|error| error.path().to_owned()),
                });
            }
        }
    }
    seen
}

fn kinds(seen: &[Seen], operation: &str, path: &str, value: &Value) -> Vec<UnreadableKind> {
    let found = seen
        .iter()
        .find(|seen| (seen.operation, &*seen.path) == (operation, path) && seen.value == *value)
        .unwrap_or_else(|| panic!("{operation} {path} {value}"));
    let (_, reports) = found.read.as_ref().unwrap();
    reports.iter().map(Unreadable::kind).collect()
}

fn errors(seen: &[Seen], operation: &str, path: &str) -> usize {
    let at = seen
        .iter()
        .filter(|seen| (seen.operation, &*seen.path) == (operation, path));
    at.filter(|seen| seen.read.is_err()).count()
}

#[test]
fn ravelins_responses() {
    let seen = run::<Ravelin>(&RAVELIN);
    assert!(seen.len() > 300, "{}", seen.len());
    use UnreadableKind::{Coerced, Record, TakenOut};
    assert_eq!(
        kinds(&seen, "allReviews", "reviews[0].label", &json!(null)),
        [Record]
    );
    assert_eq!(
        kinds(&seen, "allReviews", "reviews[0].label", &json!(7)),
        [Coerced]
    );
    assert_eq!(
        kinds(&seen, "allReviews", "reviews[0].customerId", &json!(7)),
        [Record]
    );
    assert_eq!(
        kinds(&seen, "customerReviews", "reviews[0].timestamp", &json!(7)),
        [Record]
    );
    assert_eq!(
        kinds(&seen, "customerReviews", "reviews[0].reviewer", &json!([])),
        [Coerced]
    );
    assert_eq!(
        kinds(&seen, "lastReview", "reviewer.name", &json!({})),
        [TakenOut]
    );
    assert!(errors(&seen, "allReviews", "meta.next") > 5);
    assert!(errors(&seen, "lastReview", "timestamp") > 5);
}

#[test]
fn omnidesks_responses() {
    let seen = run::<Omnidesk>(&OMNIDESK);
    assert!(seen.len() > 200, "{}", seen.len());
    use UnreadableKind::{Coerced, Record, TakenOut};
    assert_eq!(
        kinds(&seen, "listCustomers", "items[0]", &json!(7)),
        [Record]
    );
    assert_eq!(
        kinds(&seen, "listCustomers", "items[0].id", &json!("7")),
        [Coerced]
    );
    assert_eq!(
        kinds(&seen, "listCustomers", "items[0].id", &json!("007")),
        [TakenOut]
    );
    assert_eq!(
        kinds(&seen, "getCustomer", "item.firstname", &json!([])),
        [TakenOut]
    );
    assert!(errors(&seen, "listCustomers", "items") > 5);
    assert!(errors(&seen, "listCustomers", "itemTotal") > 5);
}

#[test]
fn revnues_responses() {
    let seen = run::<Revnue>(&REVNUE);
    assert!(seen.len() > 600, "{}", seen.len());
    use UnreadableKind::{Coerced, Record, TakenOut};
    for (path, value, kind) in [
        ("zip_postal_code", json!(7), Coerced),
        ("country", json!(7), Coerced),
        ("category", json!(7), Coerced),
        ("template", json!([]), Coerced),
        ("template.fields", json!([]), Coerced),
        ("nda_signed", json!(7), TakenOut),
        ("id", json!("7"), Record),
    ] {
        assert_eq!(
            kinds(
                &seen,
                "listCustomers",
                &format!("results[0].{path}"),
                &value
            ),
            [kind],
            "{path}"
        );
    }
    assert!(errors(&seen, "listCustomers", "results") > 5);
    assert!(errors(&seen, "listCustomers", "count") > 5);
    assert!(errors(&seen, "getCustomer", "id") > 5);
}

#[test]
fn customer_radars_responses() {
    let seen = run::<CustomerRadar>(&CUSTOMER_RADAR);
    assert!(seen.len() > 40, "{}", seen.len());
    use UnreadableKind::{Coerced, TakenOut};
    assert_eq!(kinds(&seen, "logIn", "expiration", &json!("7")), [Coerced]);
    assert_eq!(
        kinds(&seen, "logIn", "expiration", &json!("odd")),
        [TakenOut]
    );
    assert!(errors(&seen, "logIn", "token") > 5);
    assert_eq!(kinds(&seen, "sendInvitation", "data", &json!(7)), [Coerced]);
}
