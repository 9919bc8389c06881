//! The repair of a response that could not be read directly. Values that are not as documented are converted to their documented form
//! or omitted, one by one, and each is reported.
//!
//! The repair works on JSON text, so that documented values stay as they were written, digit by digit. A list of objects is repaired
//! object by object, and each object is read separately, so the work grows only with the size of the response.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    canonical,
    shape::{Form, Member, Need, Shape},
    text::decode_error,
    unreadable::{Unreadable, UnreadableKind},
};

/// The result of a repair: the repaired text, and a report of each change.
pub(super) struct Repaired {
    pub(super) text: String,
    pub(super) reports: Vec<Unreadable>,
}

/// The place of a value that can't be repaired. Pass the place through `vouched` before showing it.
pub(super) struct Unfit(pub(super) String);

/// Repairs a JSON text according to the shape of its value. Returns `None` if nothing needs repair.
pub(super) fn repair(raw: &RawValue, shape: &Shape) -> Result<Option<Repaired>, Unfit> {
    let mut walk = Walk::default();
    let text = walk.value(raw, shape, Spot::Whole)?;
    Ok(text.map(|text| Repaired {
        text,
        reports: walk.reports,
    }))
}

/// Returns the place of the first value that needs repair.
pub(super) fn place(raw: &RawValue, shape: &Shape) -> Option<String> {
    match repair(raw, shape) {
        Ok(repaired) => Some(repaired?.reports.first()?.path().to_owned()),
        Err(Unfit(place)) => Some(place),
    }
}

/// The maximum nesting of values. It is limited because each level is a recursive call.
const DEEPEST: usize = 100;

#[derive(Default)]
struct Walk {
    path: String,
    /// The offset in the path where the first key of a map begins.
    key: Option<usize>,
    /// The index of the current record in the outermost list.
    record: Option<usize>,
    depth: usize,
    reports: Vec<Unreadable>,
}

/// The position of a value. An id in place of an object, or an empty list in place of an empty object, is accepted only as a member of
/// another object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spot {
    Whole,
    Member,
    Element,
}

impl Walk {
    /// Returns the text that replaces a value, or `None` if the value stays.
    fn value(
        &mut self,
        raw: &RawValue,
        shape: &Shape,
        spot: Spot,
    ) -> Result<Option<String>, Unfit> {
        if self.depth == DEEPEST {
            return Err(self.unfit());
        }
        self.depth += 1;
        let value = self.within(raw, shape, spot);
        self.depth -= 1;
        value
    }

    fn within(
        &mut self,
        raw: &RawValue,
        shape: &Shape,
        spot: Spot,
    ) -> Result<Option<String>, Unfit> {
        let json = raw.get();
        let shape = listed(shape, json);
        match shape.form {
            Form::Nullable(_) if json == "null" => Ok(None),
            Form::Nullable(shape) => self.value(raw, shape, spot),
            Form::List(items) if json.starts_with('[') => self.list(raw, items),
            Form::Map(values) if json.starts_with('{') => self.map(raw, values),
            Form::Record(members) if json.starts_with('{') => self.record(raw, members()),
            _ if (shape.check)(json).is_ok() => Ok(None),
            _ if spot == Spot::Whole => Err(self.unfit()),
            _ => match coerced(json, shape, spot) {
                Some(text) => {
                    self.report(UnreadableKind::Coerced, raw);
                    Ok(Some(text))
                }
                None => Err(self.unfit()),
            },
        }
    }

    /// Repairs a list. In a list of objects, an object that can't be read is omitted. In other lists, each element must be readable.
    fn list(&mut self, raw: &RawValue, items: &Shape) -> Result<Option<String>, Unfit> {
        let elements: Vec<&RawValue> = self.parse(raw)?;
        let is_of_records = is_record(items);
        let is_outermost = is_of_records && self.record.is_none();
        let mut list = Rewritten::new('[', raw);
        for (index, element) in elements.into_iter().enumerate() {
            let length = self.path.len();
            self.path.push_str(&format!("[{index}]"));
            if is_outermost {
                self.record = Some(index);
            }
            let done = if is_of_records {
                self.element(element, items, &mut list);
                Ok(())
            } else {
                self.value(element, items, Spot::Element)
                    .map(|text| list.push(None, element, text))
            };
            self.path.truncate(length);
            done?;
        }
        if is_outermost {
            self.record = None;
        }
        Ok(list.finish(']'))
    }

    /// Adds an object of a list, unchanged or repaired, or omits the object.
    fn element(&mut self, raw: &RawValue, shape: &Shape, list: &mut Rewritten) {
        if (shape.check)(raw.get()).is_ok() {
            return list.push(None, raw, None);
        }
        let reports = self.reports.len();
        match self.object(raw, shape, Spot::Element) {
            Ok(text) => list.push(None, raw, text),
            Err(Unfit(cause)) => {
                self.reports.truncate(reports);
                self.report(UnreadableKind::Record, raw);
                if let Some(report) = self.reports.pop() {
                    self.reports.push(report.because_of(&cause));
                }
                list.leave_out();
            }
        }
    }

    /// Repairs an object, and reads the result. If the result can't be read, for example because a member is missing, the object is
    /// unfit.
    fn object(
        &mut self,
        raw: &RawValue,
        shape: &Shape,
        spot: Spot,
    ) -> Result<Option<String>, Unfit> {
        let text = self.value(raw, shape, spot)?;
        match (shape.check)(text.as_deref().unwrap_or(raw.get())) {
            Ok(()) => Ok(text),
            Err(error) => Err(self.unfit_inside(raw, &error)),
        }
    }

    /// Repairs a map. Each value of a map is treated as an optional member.
    fn map(&mut self, raw: &RawValue, values: &Shape) -> Result<Option<String>, Unfit> {
        let Object(entries) = self.parse(raw)?;
        let mut map = Rewritten::new('{', raw);
        let key = self.key;
        for (name, value) in entries {
            let length = self.enter(&name);
            self.key = Some(key.unwrap_or(length));
            self.optional(&name, value, values, &mut map);
            self.key = key;
            self.path.truncate(length);
        }
        Ok(map.finish('}'))
    }

    fn record(&mut self, raw: &RawValue, members: &[Member]) -> Result<Option<String>, Unfit> {
        let Object(entries) = self.parse(raw)?;
        let place_of = |name: &str| members.iter().position(|member| member.name == name);
        let mut times = vec![0_u32; members.len()];
        for (name, _) in &entries {
            if let Some(times) = place_of(name).and_then(|place| times.get_mut(place)) {
                *times += 1;
            }
        }
        let mut record = Rewritten::new('{', raw);
        for (name, value) in &entries {
            let known =
                place_of(name).and_then(|place| Some((members.get(place)?, times.get(place)?)));
            let Some((member, times)) = known else {
                record.push(Some(name), value, None);
                continue;
            };
            let length = self.enter(name);
            // If a name occurs twice, it is unknown which value is meant.
            let is_repeated = *times > 1;
            let done = match member.need {
                Need::Tag(only) => {
                    let is_it = self.parse(value).is_ok_and(|Name(text)| text == only);
                    if is_it {
                        record.push(Some(name), value, None);
                    } else {
                        self.report(UnreadableKind::TakenOut, value);
                        record.leave_out();
                    }
                    Ok(())
                }
                Need::Optional if is_repeated => {
                    self.report(UnreadableKind::TakenOut, value);
                    record.leave_out();
                    Ok(())
                }
                Need::Required | Need::Strict if is_repeated => Err(self.unfit()),
                Need::Optional => {
                    self.optional(name, value, &member.shape, &mut record);
                    Ok(())
                }
                Need::Required => self
                    .value(value, &member.shape, Spot::Member)
                    .map(|text| record.push(Some(name), value, text)),
                Need::Strict => self
                    .strict(value, &member.shape)
                    .map(|text| record.push(Some(name), value, text)),
            };
            self.path.truncate(length);
            done?;
        }
        Ok(record.finish('}'))
    }

    fn optional(&mut self, name: &str, raw: &RawValue, shape: &Shape, object: &mut Rewritten) {
        let reports = self.reports.len();
        let repaired = if is_record(shape) {
            self.object(raw, shape, Spot::Member)
        } else {
            self.value(raw, shape, Spot::Member)
        };
        if let Ok(text) = repaired {
            object.push(Some(name), raw, text);
        } else {
            self.reports.truncate(reports);
            self.report(UnreadableKind::TakenOut, raw);
            object.leave_out();
        }
    }

    /// Checks a strict member. A list of objects is repaired. Any other value is never changed, and must be readable as it is.
    fn strict(&mut self, raw: &RawValue, shape: &Shape) -> Result<Option<String>, Unfit> {
        let shape = listed(shape, raw.get());
        match shape.form {
            Form::Nullable(_) if raw.get() == "null" => Ok(None),
            Form::Nullable(shape) => self.strict(raw, shape),
            Form::List(items) if is_record(items) && raw.get().starts_with('[') => {
                self.value(raw, shape, Spot::Member)
            }
            _ => match (shape.check)(raw.get()) {
                Ok(()) => Ok(None),
                Err(error) => Err(self.unfit_inside(raw, &error)),
            },
        }
    }

    fn parse<'a, T: Deserialize<'a>>(&self, raw: &'a RawValue) -> Result<T, Unfit> {
        serde_json::from_str(raw.get()).map_err(|_| self.unfit())
    }

    /// Adds a member to the path and returns the path's length before it.
    fn enter(&mut self, name: &str) -> usize {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        length
    }

    fn report(&mut self, kind: UnreadableKind, raw: &RawValue) {
        let mut report = Unreadable::new(kind, &*self.path, raw.get()).documented_up_to(self.key);
        if let Some(index) = self.record {
            report = report.in_record(index);
        }
        self.reports.push(report);
    }

    fn unfit(&self) -> Unfit {
        Unfit(self.documented().to_owned())
    }

    /// Returns the place of an error inside a value.
    fn unfit_inside(&self, raw: &RawValue, error: &serde_json::Error) -> Unfit {
        let place = self.documented();
        let inside = decode_error(error, raw.get());
        Unfit(match inside.path() {
            "" => place.to_owned(),
            inside if place.is_empty() || inside.starts_with('[') => format!("{place}{inside}"),
            inside => format!("{place}.{inside}"),
        })
    }

    fn documented(&self) -> &str {
        let length = self.key.unwrap_or(self.path.len());
        self.path.get(..length).unwrap_or_default()
    }
}

/// Returns the shape of the object that a union's discriminator names, so that the object's members are known.
fn listed<'s>(shape: &'s Shape, json: &str) -> &'s Shape {
    match shape.form {
        Form::Union(alternative) => alternative(json).unwrap_or(shape),
        _ => shape,
    }
}

fn is_record(shape: &Shape) -> bool {
    match shape.form {
        Form::Record(_) | Form::Union(_) => true,
        Form::Nullable(shape) => is_record(shape),
        _ => false,
    }
}

/// Returns the documented form of a value, if there is exactly one way to convert it.
fn coerced(json: &str, shape: &Shape, spot: Spot) -> Option<String> {
    let text = match shape.form {
        Form::Text => canonical::as_text(json)?,
        Form::Number => canonical::as_number(json)?.to_owned(),
        Form::Record(_) | Form::Map(_)
            if spot == Spot::Member && canonical::is_empty_list(json) =>
        {
            "{}".to_owned()
        }
        Form::Record(members) if spot == Spot::Member => {
            let id = members().iter().find(|member| member.name == "id")?;
            // Any value except `null` from which the id itself can be read.
            let is_id = json != "null" && is_scalar(&id.shape) && (id.shape.check)(json).is_ok();
            is_id.then(|| format!("{{\"id\":{json}}}"))?
        }
        _ => return None,
    };
    (shape.check)(&text).is_ok().then_some(text)
}

fn is_scalar(shape: &Shape) -> bool {
    match shape.form {
        Form::Text | Form::Number => true,
        Form::Nullable(shape) => is_scalar(shape),
        _ => false,
    }
}

/// A list or an object that is rewritten if a part of it changes.
struct Rewritten {
    text: String,
    is_changed: bool,
}

impl Rewritten {
    fn new(opening: char, raw: &RawValue) -> Self {
        let mut text = String::with_capacity(raw.get().len());
        text.push(opening);
        Self {
            text,
            is_changed: false,
        }
    }

    fn push(&mut self, name: Option<&str>, raw: &RawValue, text: Option<String>) {
        if self.text.len() > 1 {
            self.text.push(',');
        }
        if let Some(name) = name {
            canonical::push_quoted(&mut self.text, name);
            self.text.push(':');
        }
        self.is_changed |= text.is_some();
        self.text.push_str(text.as_deref().unwrap_or(raw.get()));
    }

    fn leave_out(&mut self) {
        self.is_changed = true;
    }

    fn finish(mut self, closing: char) -> Option<String> {
        self.text.push(closing);
        self.is_changed.then_some(self.text)
    }
}

/// The members of an object in their order, including repeated ones.
struct Object<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Name<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Object<'de>, A::Error> {
                let mut object = Vec::new();
                while let Some((Name(name), value)) = members.next_entry()? {
                    object.push((name, value));
                }
                Ok(Object(object))
            }
        }

        deserializer.deserialize_map(Members)
    }
}
