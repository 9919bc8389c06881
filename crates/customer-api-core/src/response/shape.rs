//! The JSON form of a type that is read, for the repair of unexpected values.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeOwned, DeserializeSeed, Error, IntoDeserializer, MapAccess, Visitor,
        value::MapAccessDeserializer,
    },
};

use super::repair::Name;
use crate::{
    open_union::{self, OpenUnion},
    time::{Date, Timestamp},
};

/// A type that declares its JSON form, so that one unexpected value does not make the whole response unreadable.
///
/// [`ResponseBody::read`](super::ResponseBody::read) reads such a type. Generated models implement this trait. Implement [`Record`] for
/// your own object. For any other type, declare a shape that matches how the type is read:
///
/// ```
/// use customer_api_core::response::{Shape, Shaped};
/// use serde::Deserialize;
///
/// /// Read from any text.
/// #[derive(Deserialize)]
/// struct Colour(String);
///
/// impl Shaped for Colour {
///     const SHAPE: Shape = Shape::text::<Self>();
/// }
/// ```
pub trait Shaped: DeserializeOwned {
    /// The JSON form.
    const SHAPE: Shape;

    /// Reads a value. A [`Record`] is read from an object only, although serde would also accept an array.
    ///
    /// # Errors
    ///
    /// The errors of the deserializer.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

/// An object with named members.
///
/// A repair does not change members that are not listed here. Therefore list every member that can fail to be read.
///
/// ```
/// use customer_api_core::{
///     bytes::Bytes,
///     response::{Member, Record, ResponseBody, Shaped, UnreadableKind},
/// };
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Parcel {
///     id: u64,
///     note: Option<String>,
/// }
///
/// impl Record for Parcel {
///     const MEMBERS: &'static [Member] = &[
///         Member::strict("id", u64::SHAPE),
///         Member::optional("note", Option::<String>::SHAPE),
///     ];
/// }
///
/// let body = ResponseBody::new(Bytes::from_static(br#"[{"id":1,"note":7},{"id":"?"},{"id":2,"note":{}}]"#));
/// let parcels: Vec<Parcel> = body.read()?;
/// assert_eq!(parcels[0].note.as_deref(), Some("7"));
/// assert_eq!((parcels[1].id, &parcels[1].note), (2, &None));
/// let odd: Vec<_> = body.unreadable();
/// assert_eq!(odd[1].kind(), UnreadableKind::Record);
/// assert_eq!((odd[2].path(), odd[2].raw()), ("[2].note", "{}"));
/// # Ok::<(), customer_api_core::error::DecodeError>(())
/// ```
pub trait Record: DeserializeOwned {
    /// The members, in any order.
    const MEMBERS: &'static [Member];
}

/// The JSON form of a value, and a check whether the value can be read.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub(super) form: Form,
    /// Reads a JSON text and drops the value.
    pub(super) check: fn(&str) -> serde_json::Result<()>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    Any,
    Text,
    Number,
    Nullable(&'static Shape),
    List(&'static Shape),
    Map(&'static Shape),
    Record(fn() -> &'static [Member]),
    /// A union. The function returns the shape of the object that the discriminator names, or `None` if the union does not list that
    /// object.
    Union(fn(&str) -> Option<&'static Shape>),
}

impl Shape {
    /// Declares a value of any form. A value that can't be read as `T` is not repaired.
    #[must_use]
    pub const fn any<T: Shaped>() -> Self {
        Self::of::<T>(Form::Any)
    }

    /// Declares a text, such as an id, an enum or a time. A number or a boolean is converted to a text if `T` can be read from that text.
    #[must_use]
    pub const fn text<T: Shaped>() -> Self {
        Self::of::<T>(Form::Text)
    }

    /// Declares a number. A text that contains a number is converted to that number if `T` can be read from the number.
    #[must_use]
    pub const fn number<T: Shaped>() -> Self {
        Self::of::<T>(Form::Number)
    }

    /// Declares a union of several objects. The discriminator names the object, and the members are repaired as members of that object.
    #[doc(hidden)]
    #[must_use]
    pub const fn union<T: Shaped + OpenUnion>() -> Self {
        Self::of::<T>(Form::Union(open_union::alternative::<T>))
    }

    const fn of<T: Shaped>(form: Form) -> Self {
        Self {
            form,
            check: check::<T>,
        }
    }
}

/// A member of a [`Record`].
#[derive(Clone, Copy, Debug)]
pub struct Member {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) need: Need,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    Optional,
    Required,
    Strict,
    /// The discriminator of an object that a union lists, and its only value. The discriminator has no field.
    Tag(&'static str),
}

impl Member {
    /// Declares a member that can be missing. A value that can't be read is omitted.
    #[must_use]
    pub const fn optional(name: &'static str, shape: Shape) -> Self {
        Self::new(name, shape, Need::Optional)
    }

    /// Declares a member without which the object can't be read.
    #[must_use]
    pub const fn required(name: &'static str, shape: Shape) -> Self {
        Self::new(name, shape, Need::Required)
    }

    /// Declares a member whose value is never changed, such as an id, a cursor or a total. If its value can't be read unchanged, the
    /// object can't be read.
    ///
    /// There is one exception: in a list of objects, each object is repaired, or omitted if it can't be read.
    #[must_use]
    pub const fn strict(name: &'static str, shape: Shape) -> Self {
        Self::new(name, shape, Need::Strict)
    }

    /// Declares the discriminator of an object that a union lists: a text that is the same in every such object, and is not read into a
    /// field. It must be the first member. Another value is omitted and reported.
    #[doc(hidden)]
    #[must_use]
    pub const fn tag(name: &'static str, value: &'static str) -> Self {
        Self::new(name, String::SHAPE, Need::Tag(value))
    }

    const fn new(name: &'static str, shape: Shape, need: Need) -> Self {
        Self { name, shape, need }
    }
}

/// Reads a value with [`Shaped::read`]. Use this for serde's `deserialize_with`.
///
/// # Errors
///
/// The errors of the deserializer.
pub fn shaped<'de, D: Deserializer<'de>, T: Shaped>(deserializer: D) -> Result<T, D::Error> {
    T::read(deserializer)
}

/// A value that is read with [`Shaped::read`].
pub(super) struct Read<T>(pub(super) T);

impl<'de, T: Shaped> Deserialize<'de> for Read<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self)
    }
}

/// Reads a JSON text with [`Shaped::read`].
pub(crate) fn read_shaped<T: Shaped>(text: &str) -> serde_json::Result<T> {
    serde_json::from_str(text).map(|Read(value)| value)
}

fn check<T: Shaped>(text: &str) -> serde_json::Result<()> {
    read_shaped::<T>(text).map(|_| ())
}

impl<T: Record> Shaped for T {
    const SHAPE: Shape = Shape::of::<T>(Form::Record(|| T::MEMBERS));

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);

        impl<'de, T: Record> Visitor<'de> for Members<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
                match T::MEMBERS.first() {
                    Some(Member {
                        name,
                        need: Need::Tag(value),
                        ..
                    }) => T::deserialize(MapAccessDeserializer::new(Tagged {
                        members,
                        name,
                        value,
                    })),
                    _ => T::deserialize(MapAccessDeserializer::new(members)),
                }
            }
        }

        deserializer.deserialize_map(Members(PhantomData))
    }
}

/// The members of an object without its discriminator, whose value is checked.
struct Tagged<A> {
    members: A,
    name: &'static str,
    value: &'static str,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Tagged<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        while let Some(Name(name)) = self.members.next_key()? {
            if name != self.name {
                return seed.deserialize(name.into_deserializer()).map(Some);
            }
            self.members.next_value_seed(Only(self.value))?;
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.members.next_value_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.members.size_hint()
    }
}

/// Reads one text, and refuses every other value.
struct Only(&'static str);

impl<'de> DeserializeSeed<'de> for Only {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Only {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the text `{}`", self.0)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        if text == self.0 {
            Ok(())
        } else {
            Err(E::custom("the discriminator has another value"))
        }
    }
}

impl<T: Shaped> Shaped for Option<T> {
    const SHAPE: Shape = Shape::of::<Self>(Form::Nullable(&T::SHAPE));

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Option::<Read<T>>::deserialize(deserializer)?;
        Ok(value.map(|Read(value)| value))
    }
}

impl<T: Shaped> Shaped for Vec<T> {
    const SHAPE: Shape = Shape::of::<Self>(Form::List(&T::SHAPE));

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = Vec::<Read<T>>::deserialize(deserializer)?;
        Ok(items.into_iter().map(|Read(item)| item).collect())
    }
}

impl<T: Shaped> Shaped for BTreeMap<String, T> {
    const SHAPE: Shape = Shape::of::<Self>(Form::Map(&T::SHAPE));

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);

        impl<'de, T: Shaped> Visitor<'de> for Entries<T> {
            type Value = BTreeMap<String, T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
                let mut map = BTreeMap::new();
                while let Some((key, Read(value))) = entries.next_entry()? {
                    map.insert(key, value);
                }
                Ok(map)
            }
        }

        deserializer.deserialize_map(Entries(PhantomData))
    }
}

macro_rules! shaped {
    ($($form:ident: $($type:ty),+;)+) => {
        $($(impl Shaped for $type {
            const SHAPE: Shape = Shape::$form::<Self>();
        })+)+
    };
}

shaped! {
    text: String, Timestamp, Date;
    number: i32, i64, u64, f64;
    any: bool, serde_json::Value;
}
