use std::fmt;

use customer_api_core::{
    error::DecodeError,
    generated::Redacted,
    response::{FromBody, Member, Record, ResponseBody, Shape, Shaped},
};
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, Visitor, value::MapAccessDeserializer},
};

use crate::{Category, Customer, FieldValue};

/// A customer in Revnue's response to a write.
///
/// The response is not documented. It may have the form of a read or of a write, or it may be empty. Therefore the fields that identify the
/// customer are read in every form, and [`raw`](Self::raw) contains the whole response. A field that can't be read is `None`, and
/// [`Response::unreadable`](crate::Response::unreadable) reports it. To be sure of the other fields, read the customer again.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WrittenCustomer {
    /// Revnue's id, whether it arrived as a number or as a text of digits.
    pub id: Option<u64>,
    /// The name.
    pub name: Option<String>,
    /// The category.
    pub category: Option<Reference>,
    /// The country.
    pub country: Option<Reference>,
    /// The raw response. It contains personal data: think before logging it.
    pub raw: FieldValue,
}

/// A reference in a response, by id, by name, or by both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reference {
    /// The id, if the response has a number.
    pub id: Option<u64>,
    /// The name, if the response has a text.
    pub name: Option<String>,
}

impl WrittenCustomer {
    /// Returns the customer, if the response has the form of a read.
    #[must_use]
    pub fn customer(&self) -> Option<Customer> {
        serde_json::from_str(self.raw.json()).ok()
    }

    fn read(body: &ResponseBody) -> Result<Option<Self>, DecodeError> {
        let Some(raw) = body.optional_json::<FieldValue>()? else {
            return Ok(None);
        };
        let fields: Fields = body.read()?;
        Ok(Some(Self {
            id: fields.id,
            name: fields.name,
            category: fields.category,
            country: fields.country,
            raw,
        }))
    }
}

#[cfg(feature = "undocumented")]
impl FromBody<crate::CreateCustomer> for Option<WrittenCustomer> {
    fn from_body(body: &ResponseBody) -> Result<Self, DecodeError> {
        WrittenCustomer::read(body)
    }
}

impl FromBody<crate::ReplaceCustomer> for Option<WrittenCustomer> {
    fn from_body(body: &ResponseBody) -> Result<Self, DecodeError> {
        WrittenCustomer::read(body)
    }
}

impl FromBody<crate::UpdateCustomer> for Option<WrittenCustomer> {
    fn from_body(body: &ResponseBody) -> Result<Self, DecodeError> {
        WrittenCustomer::read(body)
    }
}

/// The fields that are read from a response.
#[derive(Deserialize)]
struct Fields {
    #[serde(default)]
    id: Option<u64>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    category: Option<Reference>,
    #[serde(default)]
    country: Option<Reference>,
}

impl Record for Fields {
    const MEMBERS: &'static [Member] = &[
        Member::optional("id", Option::<u64>::SHAPE),
        Member::optional("name", Option::<String>::SHAPE),
        Member::optional("category", Option::<Reference>::SHAPE),
        Member::optional("country", Option::<Reference>::SHAPE),
    ];
}

impl Shaped for Reference {
    const SHAPE: Shape = Shape::any::<Self>();
}

/// Reads an id, a name, or an object with either.
impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;

        impl<'de> Visitor<'de> for Forms {
            type Value = Reference;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id, a name, or an object with either")
            }

            fn visit_u64<E: de::Error>(self, id: u64) -> Result<Reference, E> {
                Ok(Reference {
                    id: Some(id),
                    name: None,
                })
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Reference, E> {
                Ok(Reference {
                    id: None,
                    name: Some(name.to_owned()),
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Reference, A::Error> {
                let Category { id, name } =
                    Category::deserialize(MapAccessDeserializer::new(members))?;
                Ok(Reference { id, name })
            }
        }

        deserializer.deserialize_any(Forms)
    }
}

impl fmt::Debug for WrittenCustomer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WrittenCustomer")
            .field("id", &self.id)
            .field("name", &Redacted(&self.name))
            .field("category", &self.category)
            .field("country", &self.country)
            .field("raw", &self.raw)
            .finish()
    }
}
