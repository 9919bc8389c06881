//! Unions that a provider may extend. An object of a kind that the description does not list is kept unchanged.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, DeserializeOwned, Error as _, IgnoredAny, MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

use crate::{
    request::Sensitive,
    response::{Shape, Shaped, read_shaped},
};

/// An enum of objects. The value of one member, the discriminator, decides which variant is read.
///
/// Implemented by generated code.
pub trait OpenUnion: Sized + 'static {
    /// The name of the discriminator.
    const TAG: &'static str;

    /// The listed alternatives.
    const ALTERNATIVES: &'static [Alternative<Self>];

    /// Returns the variant that keeps any other object.
    fn from_unlisted(value: UnlistedObject) -> Self;
}

/// One listed alternative of a union.
#[derive(Debug)]
pub struct Alternative<U> {
    kind: &'static str,
    shape: Shape,
    read: fn(&str) -> serde_json::Result<U>,
}

impl<U> Alternative<U> {
    /// Declares the object of type `T`, whose discriminator has the value `kind`. The argument `read` must decode the object as `T` with
    /// the function [`read`] of this module, and wrap the result in the variant.
    #[must_use]
    pub const fn new<T: Shaped>(
        kind: &'static str,
        read: fn(&str) -> serde_json::Result<U>,
    ) -> Self {
        Self {
            kind,
            shape: T::SHAPE,
            read,
        }
    }
}

/// An object of a union, of a kind that the description does not list.
///
/// The JSON of a received object is kept unchanged, so no member and no digit is lost. `Debug` shows the kind and the size only, because
/// the object may contain personal data.
#[derive(Clone)]
pub struct UnlistedObject {
    kind: Option<Box<str>>,
    json: Box<RawValue>,
}

impl UnlistedObject {
    /// Makes an object to send. Returns `None` unless the value is an object whose member `tag` is a text that is not a listed kind.
    #[must_use]
    pub fn new(tag: &str, listed: &[&str], value: &Value) -> Option<Self> {
        let kind = value.as_object()?.get(tag)?.as_str()?;
        if listed.contains(&kind) {
            return None;
        }
        Some(Self {
            kind: Some(kind.into()),
            json: serde_json::value::to_raw_value(value).ok()?,
        })
    }

    /// Returns the discriminator's value, or `None` if the object has no discriminator or if the discriminator's value is not a text.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }

    /// Returns the JSON of the object. The JSON of a received object is unchanged.
    #[must_use]
    pub fn json(&self) -> &str {
        self.json.get()
    }

    /// Reads the object as a type of your own, or as a [`Value`].
    ///
    /// # Errors
    ///
    /// If the object does not have the form of `T`.
    pub fn read<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_str(self.json.get())
    }

    /// Adds all texts and numbers of the object.
    #[doc(hidden)]
    pub fn sensitive(&self, values: &mut Sensitive<'_>) {
        values.encoded_json(self.json.get().as_bytes());
    }
}

impl PartialEq for UnlistedObject {
    fn eq(&self, other: &Self) -> bool {
        self.json() == other.json()
    }
}

impl Eq for UnlistedObject {}

impl fmt::Debug for UnlistedObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnlistedObject")
            .field("kind", &self.kind)
            .field("bytes", &self.json().len())
            .finish_non_exhaustive()
    }
}

impl Serialize for UnlistedObject {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

/// The maximum nesting of an object. Each object of a union is read by a separate reader, which counts the nesting from zero.
const DEEPEST: usize = 120;

/// Reads an object as the listed alternative that its discriminator names, or else as the variant that keeps any other object.
///
/// # Errors
///
/// If the input is not an object, has two discriminators, is nested too deeply, or does not have the form that its discriminator names.
pub fn deserialize<'de, U: OpenUnion, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<U, D::Error> {
    // The object is read as text, because reading it as a `Value` would lose digits of large numbers.
    let json = Box::<RawValue>::deserialize(deserializer)?;
    if is_too_deep(json.get()) {
        return Err(D::Error::custom("an object that is nested too deeply"));
    }
    let kind = kind(U::TAG, json.get()).map_err(inside)?;
    match kind.as_deref().and_then(listed::<U>) {
        Some(alternative) => (alternative.read)(json.get()).map_err(inside),
        None => Ok(U::from_unlisted(UnlistedObject {
            kind: kind.map(|kind| kind.as_ref().into()),
            json,
        })),
    }
}

/// Converts the error of an object that was read separately from the whole text. The error's line and column are counted from the start of
/// the object. The words `of the object` follow them, because `serde_json` would take a line and column at the end of a message for a
/// position in the whole text.
fn inside<E: de::Error>(error: serde_json::Error) -> E {
    E::custom(format_args!("{error} of the object"))
}

/// Reads the object of an alternative.
///
/// # Errors
///
/// If the text is not such an object.
pub fn read<T: Shaped>(json: &str) -> serde_json::Result<T> {
    read_shaped(json)
}

/// Returns the shape of the listed alternative that an object's discriminator names.
pub(crate) fn alternative<U: OpenUnion>(json: &str) -> Option<&'static Shape> {
    let kind = kind(U::TAG, json).ok()??;
    listed::<U>(&kind).map(|alternative| &alternative.shape)
}

fn listed<U: OpenUnion>(kind: &str) -> Option<&'static Alternative<U>> {
    U::ALTERNATIVES
        .iter()
        .find(|alternative| alternative.kind == kind)
}

/// Returns the discriminator's value, if it is a text.
fn kind<'a>(tag: &str, json: &'a str) -> serde_json::Result<Option<Cow<'a, str>>> {
    struct Kind<'t>(&'t str);

    #[derive(Deserialize)]
    struct Name<'n>(#[serde(borrow)] Cow<'n, str>);

    impl<'de> Visitor<'de> for Kind<'_> {
        type Value = Option<&'de RawValue>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
            let mut found = None;
            while let Some(Name(name)) = members.next_key()? {
                if name != self.0 {
                    members.next_value::<IgnoredAny>()?;
                } else if found.replace(members.next_value()?).is_some() {
                    // It is unknown which of the two values counts.
                    return Err(de::Error::custom("the discriminator occurs twice"));
                }
            }
            Ok(found)
        }
    }

    let found = serde_json::Deserializer::from_str(json).deserialize_map(Kind(tag))?;
    let text = found.and_then(|value| serde_json::from_str::<Name<'a>>(value.get()).ok());
    Ok(text.map(|Name(text)| text))
}

/// Returns whether lists and objects of a JSON text are nested more than [`DEEPEST`] levels deep.
fn is_too_deep(json: &str) -> bool {
    let mut depth = 0_usize;
    let (mut is_text, mut is_escaped) = (false, false);
    for byte in json.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            b'{' | b'[' if !is_text => depth += 1,
            b'}' | b']' if !is_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_discriminator_is_found_wherever_it_is_and_however_it_is_written() {
        for (text, found) in [
            (r#"{"kind":"a"}"#, Some("a")),
            (r#"{"in":{"kind":"b"},"\u006bind":"\u0061"}"#, Some("a")),
            (r#"{ "x" : ["kind"], "kind" : "" }"#, Some("")),
            (r#"{"Kind":"a"}"#, None),
            (r#"{"kind":1}"#, None),
            (r#"{"kind":null}"#, None),
            ("{}", None),
        ] {
            assert_eq!(kind("kind", text).unwrap().as_deref(), found, "{text}");
        }
        for text in [
            r#"{"kind":"a","kind":"a"}"#,
            r#"["kind","a"]"#,
            r#""a""#,
            "null",
        ] {
            assert!(kind("kind", text).is_err(), "{text}");
        }
    }

    #[test]
    fn depth_is_that_of_lists_and_objects_and_not_of_texts() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(!is_too_deep(&nested(DEEPEST)));
        assert!(is_too_deep(&nested(DEEPEST + 1)));
        assert!(is_too_deep(&"{\"a\":".repeat(DEEPEST + 1)));
        assert!(!is_too_deep(&format!("[{}]", vec!["{}"; 500].join(","))));
        let text = json!(["[".repeat(500), "\\\"".repeat(9) + &"{".repeat(500)]);
        assert!(!is_too_deep(&text.to_string()));
    }

    #[test]
    fn an_object_to_send_is_one_that_is_not_listed() {
        let new = |value: Value| UnlistedObject::new("kind", &["a"], &value);
        let object = new(json!({ "kind": "b", "email": "planted" })).unwrap();
        assert_eq!(object.kind(), Some("b"));
        assert_eq!(object.json(), r#"{"email":"planted","kind":"b"}"#);
        assert!(!format!("{object:?}").contains("planted"));
        for value in [
            json!({ "kind": "a" }),
            json!({ "kind": 1 }),
            json!({}),
            json!("b"),
        ] {
            assert_eq!(new(value.clone()), None, "{value}");
        }
    }
}
