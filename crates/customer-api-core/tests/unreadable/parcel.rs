//! A record with a member of every kind.

use std::collections::BTreeMap;

use bytes::Bytes;
use customer_api_core::{
    error::DecodeError,
    response::{Member, Record, ResponseBody, Shaped, Unreadable, UnreadableKind, shaped},
    time::{Date, Timestamp},
};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Parcel {
    pub(crate) id: u64,
    pub(crate) at: Timestamp,
    pub(crate) label: String,
    #[serde(default)]
    pub(crate) note: Option<String>,
    #[serde(default)]
    pub(crate) count: Option<i32>,
    #[serde(default)]
    pub(crate) weight: Option<f64>,
    #[serde(default)]
    pub(crate) fragile: Option<bool>,
    #[serde(default)]
    pub(crate) day: Option<Date>,
    #[serde(default, deserialize_with = "shaped")]
    pub(crate) shop: Option<Shop>,
    #[serde(default, deserialize_with = "shaped")]
    pub(crate) parts: Option<Vec<Parcel>>,
    #[serde(default)]
    pub(crate) tags: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) sizes: Option<BTreeMap<String, i64>>,
    #[serde(default, deserialize_with = "shaped")]
    pub(crate) carrier: Option<Carrier>,
}

/// An object that is optional, with members that are not.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Carrier {
    pub(crate) name: String,
    #[serde(deserialize_with = "shaped")]
    pub(crate) depot: Depot,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Depot {
    pub(crate) place: String,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Shop {
    #[serde(default)]
    pub(crate) id: Option<u64>,
    #[serde(default)]
    pub(crate) name: Option<String>,
}

impl Record for Parcel {
    const MEMBERS: &'static [Member] = &[
        Member::strict("id", u64::SHAPE),
        Member::required("at", Timestamp::SHAPE),
        Member::required("label", String::SHAPE),
        Member::optional("note", Option::<String>::SHAPE),
        Member::optional("count", Option::<i32>::SHAPE),
        Member::optional("weight", Option::<f64>::SHAPE),
        Member::optional("fragile", Option::<bool>::SHAPE),
        Member::optional("day", Option::<Date>::SHAPE),
        Member::optional("shop", Option::<Shop>::SHAPE),
        Member::optional("parts", Option::<Vec<Parcel>>::SHAPE),
        Member::optional("tags", Option::<Vec<String>>::SHAPE),
        Member::optional("sizes", Option::<BTreeMap<String, i64>>::SHAPE),
        Member::optional("carrier", Option::<Carrier>::SHAPE),
    ];
}

impl Record for Carrier {
    const MEMBERS: &'static [Member] = &[
        Member::required("name", String::SHAPE),
        Member::required("depot", Depot::SHAPE),
    ];
}

impl Record for Depot {
    const MEMBERS: &'static [Member] = &[Member::required("place", String::SHAPE)];
}

impl Record for Shop {
    const MEMBERS: &'static [Member] = &[
        Member::optional("id", Option::<u64>::SHAPE),
        Member::optional("name", Option::<String>::SHAPE),
    ];
}

#[derive(Debug, Deserialize)]
pub(crate) struct Page {
    #[serde(deserialize_with = "shaped")]
    pub(crate) items: Vec<Parcel>,
    #[serde(default)]
    pub(crate) next: Option<String>,
    #[serde(default)]
    pub(crate) total: Option<u64>,
}

impl Record for Page {
    const MEMBERS: &'static [Member] = &[
        Member::strict("items", Vec::<Parcel>::SHAPE),
        Member::strict("next", Option::<String>::SHAPE),
        Member::strict("total", Option::<u64>::SHAPE),
    ];
}

/// Returns an object with these members and the required ones.
pub(crate) fn parcel(id: u32, members: &str) -> String {
    let comma = if members.is_empty() { "" } else { "," };
    format!(r#"{{"id":{id},"at":"2020-01-23T16:33:02Z","label":"L"{comma}{members}}}"#)
}

pub(crate) fn body(text: impl Into<String>) -> ResponseBody {
    ResponseBody::new(Bytes::from(text.into()))
}

/// Returns the value that is read, and the reports.
pub(crate) fn read<T: Shaped>(
    text: impl Into<String>,
) -> Result<(T, Vec<Unreadable>), DecodeError> {
    let body = body(text);
    let value = body.read()?;
    Ok((value, body.unreadable()))
}

/// A report as a line.
pub(crate) fn line(report: &Unreadable) -> String {
    let kind = match report.kind() {
        UnreadableKind::Coerced => "coerced",
        UnreadableKind::TakenOut => "taken out",
        UnreadableKind::Record => "record",
        _ => "?",
    };
    format!("{kind} {} {}", report.path(), report.raw())
}

/// Returns the JSON text at a path that a report names, as written in the response; `None` if there is no such place, or
/// several.
pub(crate) fn at(text: &str, path: &str) -> Option<Box<RawValue>> {
    let mut raw: Box<RawValue> = serde_json::from_str(text).ok()?;
    let spaced = path.replace('[', ".[");
    for step in spaced.split('.').filter(|step| !step.is_empty()) {
        raw = if let Some(index) = step.strip_prefix('[') {
            let index: usize = index.trim_end_matches(']').parse().ok()?;
            let mut items: Vec<Box<RawValue>> = serde_json::from_str(raw.get()).ok()?;
            (index < items.len()).then(|| items.swap_remove(index))?
        } else {
            let mut members: BTreeMap<String, Box<RawValue>> =
                serde_json::from_str(raw.get()).ok()?;
            members.remove(step)?
        };
    }
    Some(raw)
}
