//! Determines whether a write happened, by reads from the provider. These reads are called a look.
//!
//! Revnue documents no history of a customer. Therefore a look compares the customer's current fields. Only a marker in
//! `additional_description` identifies a write exactly.

mod compare;
#[cfg(feature = "undocumented")]
mod create;
mod delete;
mod update;

use customer_api_core::{
    Error,
    settle::{Look, Marker, Reason, Settled, Why},
};

use crate::{Customer, GetCustomer, ReplaceCustomer, Revnue, UpdateCustomer};

/// The advice for the operator if a look does not show the outcome: whom to ask, and with which data.
const ASK: &str = "look at the customer in Revnue, or ask Revnue's support, with the company, the customer's id and the time of the call";

fn cannot_tell<E>(reason: Reason) -> Settled<E> {
    Settled::CannotTell(Why::new(reason, ASK))
}

impl ReplaceCustomer {
    /// Puts a marker in front of `additional_description`. [`Client::settle`](crate::Client::settle) finds exactly this replacement
    /// by the marker.
    ///
    /// Call `marked` after [`additional_description`](Self::additional_description), which would otherwise replace the marker. **Every user
    /// who can see the customer in Revnue also sees the marker**, for example `[ref:order-4711~vpx3]`.
    pub fn marked(self, marker: &Marker) -> Self {
        let text = marker.in_text(self.body.additional_description.as_deref());
        self.additional_description(text)
    }
}

impl UpdateCustomer {
    /// Puts a marker in front of `additional_description`. [`Client::settle`](crate::Client::settle) finds exactly this update by the
    /// marker.
    ///
    /// **The customer's current text in that field is lost** unless the update sends it: call `marked` after
    /// [`additional_description`](Self::additional_description). Every user who can see the customer in Revnue also sees the marker, for
    /// example `[ref:order-4711~vpx3]`.
    pub fn marked(self, marker: &Marker) -> Self {
        let text = self.body.additional_description.as_ref();
        let text = text.and_then(|text| text.value()).map(String::as_str);
        let text = marker.in_text(text);
        self.additional_description(text)
    }
}

/// The result of a read by id.
enum One {
    Customer(Box<Customer>),
    Missing,
    /// The response is about another customer.
    Unclear,
}

async fn by_id(look: &mut Look<Revnue>, id: u64, company: u64) -> Result<One, Error> {
    match look.read(GetCustomer::new(id, company)).await {
        Ok(customer) if customer.id == id => Ok(One::Customer(Box::new(customer))),
        Ok(_) => Ok(One::Unclear),
        Err(error) if error.is_not_found() => Ok(One::Missing),
        Err(error) => Err(error),
    }
}
