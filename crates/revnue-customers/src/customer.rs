use std::{collections::BTreeMap, fmt};

use customer_api_core::{
    error::DecodeError,
    generated::Redacted,
    response::{FromBody, Member, Record, ResponseBody, Shaped, shaped},
};
use serde::{Deserialize, Deserializer, Serialize};

use crate::{ContactType, FieldValue};

/// A customer, as returned by Revnue.
///
/// Every field except `id` may be null, because a replacement nulls every field that it does not set. Dates are texts as the provider
/// sends them. Their form is not documented. Fields that this crate does not know are ignored.
///
/// A value whose type differs from the documented one is converted if the conversion is unambiguous. Otherwise its field is `None`.
/// [`Response::unreadable`](crate::Response::unreadable) and [`Page::unreadable`](crate::Page::unreadable) report both cases. A customer
/// whose `id` is not a number can't be read. **Never build a [`ReplaceCustomer`](crate::ReplaceCustomer) from a customer with a field that
/// could not be read: it would erase the field at Revnue.**
///
/// A customer can't be sent back. A write takes an id for [`category`](Self::category) and for [`country`](Self::country). It takes the
/// values of [`template`](Self::template) as a list in which each value has the id of its field. It also needs the company, which no
/// response contains.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Customer {
    /// Revnue's id.
    pub id: u64,
    /// The name.
    #[serde(default)]
    pub name: Option<String>,
    /// The category. A write takes the category's id.
    #[serde(default, deserialize_with = "shaped")]
    pub category: Option<Category>,
    /// The contact person.
    #[serde(default, deserialize_with = "shaped")]
    pub contact_person: Option<ContactPerson>,
    /// The first line of the address.
    #[serde(default)]
    pub address_line_1: Option<String>,
    /// The second line of the address.
    #[serde(default)]
    pub address_line_2: Option<String>,
    /// The city.
    #[serde(default)]
    pub city: Option<String>,
    /// The state or province.
    #[serde(default)]
    pub state_province: Option<String>,
    /// The postal code.
    #[serde(default)]
    pub zip_postal_code: Option<String>,
    /// The country's name. A write takes the country's id.
    #[serde(default)]
    pub country: Option<String>,
    /// The phone number.
    #[serde(default)]
    pub phone: Option<String>,
    /// The mobile number.
    #[serde(default)]
    pub mobile: Option<String>,
    /// The fax number.
    #[serde(default)]
    pub fax: Option<String>,
    /// The web site.
    #[serde(default)]
    pub website: Option<String>,
    /// A description.
    #[serde(default)]
    pub general_description: Option<String>,
    /// Whether a non-disclosure agreement is signed.
    #[serde(default)]
    pub nda_signed: Option<bool>,
    /// The date of the non-disclosure agreement's signature, as Revnue sends it.
    #[serde(default)]
    pub nda_signed_date: Option<String>,
    /// Whether a master service agreement is signed.
    #[serde(default)]
    pub msa_signed: Option<bool>,
    /// The date of the master service agreement's signature, as Revnue sends it.
    #[serde(default)]
    pub msa_signed_date: Option<String>,
    /// A further description.
    #[serde(default)]
    pub supplementary_description: Option<String>,
    /// Another description.
    #[serde(default)]
    pub additional_description: Option<String>,
    /// The values of custom fields.
    #[serde(default, deserialize_with = "shaped")]
    pub template: Option<CustomerTemplate>,
}

/// A category, as returned by Revnue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Category {
    /// The category's id. A write takes this id.
    #[serde(default)]
    pub id: Option<u64>,
    /// The category's name.
    #[serde(default)]
    pub name: Option<String>,
}

/// A customer's contact person, as returned by Revnue.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContactPerson {
    /// The name.
    #[serde(default)]
    pub name: Option<String>,
    /// The e-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// The subject for which the person is the contact.
    #[serde(default, rename = "type")]
    pub contact_type: Option<ContactType>,
}

/// The values of a customer's custom fields, as returned by Revnue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CustomerTemplate {
    /// The id of the template that defines the fields.
    #[serde(default)]
    pub id: Option<u64>,
    /// The values by Revnue's keys. Whether the keys are names or ids is not documented.
    #[serde(default, deserialize_with = "null_as_default")]
    pub fields: BTreeMap<String, FieldValue>,
}

impl Record for Customer {
    const MEMBERS: &'static [Member] = &[
        Member::strict("id", u64::SHAPE),
        Member::optional("name", Option::<String>::SHAPE),
        Member::optional("category", Option::<Category>::SHAPE),
        Member::optional("contact_person", Option::<ContactPerson>::SHAPE),
        Member::optional("address_line_1", Option::<String>::SHAPE),
        Member::optional("address_line_2", Option::<String>::SHAPE),
        Member::optional("city", Option::<String>::SHAPE),
        Member::optional("state_province", Option::<String>::SHAPE),
        Member::optional("zip_postal_code", Option::<String>::SHAPE),
        Member::optional("country", Option::<String>::SHAPE),
        Member::optional("phone", Option::<String>::SHAPE),
        Member::optional("mobile", Option::<String>::SHAPE),
        Member::optional("fax", Option::<String>::SHAPE),
        Member::optional("website", Option::<String>::SHAPE),
        Member::optional("general_description", Option::<String>::SHAPE),
        Member::optional("nda_signed", Option::<bool>::SHAPE),
        Member::optional("nda_signed_date", Option::<String>::SHAPE),
        Member::optional("msa_signed", Option::<bool>::SHAPE),
        Member::optional("msa_signed_date", Option::<String>::SHAPE),
        Member::optional("supplementary_description", Option::<String>::SHAPE),
        Member::optional("additional_description", Option::<String>::SHAPE),
        Member::optional("template", Option::<CustomerTemplate>::SHAPE),
    ];
}

impl Record for Category {
    const MEMBERS: &'static [Member] = &[
        Member::optional("id", Option::<u64>::SHAPE),
        Member::optional("name", Option::<String>::SHAPE),
    ];
}

impl Record for ContactPerson {
    const MEMBERS: &'static [Member] = &[
        Member::optional("name", Option::<String>::SHAPE),
        Member::optional("email", Option::<String>::SHAPE),
        Member::optional("type", Option::<ContactType>::SHAPE),
    ];
}

impl Record for CustomerTemplate {
    const MEMBERS: &'static [Member] = &[
        Member::optional("id", Option::<u64>::SHAPE),
        Member::optional("fields", Option::<BTreeMap<String, FieldValue>>::SHAPE),
    ];
}

/// Reads a value, or its default for `null`.
fn null_as_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

impl<O> FromBody<O> for Customer {
    fn from_body(body: &ResponseBody) -> Result<Self, DecodeError> {
        body.read()
    }
}

impl fmt::Debug for Customer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Customer")
            .field("id", &self.id)
            .field("name", &Redacted(&self.name))
            .field("category", &self.category)
            .field("contact_person", &self.contact_person)
            .field("address_line_1", &Redacted(&self.address_line_1))
            .field("address_line_2", &Redacted(&self.address_line_2))
            .field("city", &self.city)
            .field("state_province", &self.state_province)
            .field("zip_postal_code", &Redacted(&self.zip_postal_code))
            .field("country", &self.country)
            .field("phone", &Redacted(&self.phone))
            .field("mobile", &Redacted(&self.mobile))
            .field("fax", &Redacted(&self.fax))
            .field("website", &self.website)
            .field("general_description", &Redacted(&self.general_description))
            .field("nda_signed", &self.nda_signed)
            .field("nda_signed_date", &self.nda_signed_date)
            .field("msa_signed", &self.msa_signed)
            .field("msa_signed_date", &self.msa_signed_date)
            .field(
                "supplementary_description",
                &Redacted(&self.supplementary_description),
            )
            .field(
                "additional_description",
                &Redacted(&self.additional_description),
            )
            .field("template", &self.template)
            .finish()
    }
}

impl fmt::Debug for ContactPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContactPerson")
            .field("name", &Redacted(&self.name))
            .field("email", &Redacted(&self.email))
            .field("contact_type", &self.contact_type)
            .finish()
    }
}
