//! Finds the customer that a write was about.

use customer_api_core::{Error, ErrorKind, settle::Look};

use crate::{Customer, Found, GetCustomer, Omnidesk, SearchByChannelValue, SearchByExternalId};

/// The result of a search for one customer.
#[derive(Debug, PartialEq)]
pub(super) enum One {
    Customer(Box<Customer>),
    Nobody,
    Several,
    /// The response can be read in more than one way.
    Unclear,
}

/// Reads the customer by Omnidesk's id.
pub(super) async fn by_id(look: &mut Look<Omnidesk>, id: u64) -> Result<One, Error> {
    match look.read(GetCustomer::new(id)).await {
        Ok(customer) if customer.id == Some(id) => Ok(One::Customer(Box::new(customer))),
        Ok(_) => Ok(One::Unclear),
        Err(error) if error.is_not_found() => Ok(One::Nobody),
        Err(error) if is_unclear(&error) => Ok(One::Unclear),
        Err(error) => Err(error),
    }
}

/// Searches for the customer by your own id.
pub(super) async fn by_external_id(
    look: &mut Look<Omnidesk>,
    external_id: &str,
    brand_id: u64,
) -> Result<One, Error> {
    let search = SearchByExternalId::new(external_id, brand_id);
    let found = searched(look.read(search).await)?;
    Ok(one_of(found, |customer| {
        let id = customer.external_id.as_deref();
        id.is_none_or(|id| id == external_id)
    }))
}

/// Searches for the customer by an address.
pub(super) async fn by_channel(
    look: &mut Look<Omnidesk>,
    value: &str,
    brand_id: u64,
) -> Result<One, Error> {
    let found = having_channel(look, value, brand_id).await?;
    Ok(one_of(found, |_| true))
}

/// Searches for all customers with an address.
pub(super) async fn having_channel(
    look: &mut Look<Omnidesk>,
    value: &str,
    brand_id: u64,
) -> Result<Found, Error> {
    searched(look.read(SearchByChannelValue::new(value, brand_id)).await)
}

fn searched(found: Result<Found, Error>) -> Result<Found, Error> {
    match found {
        // The response of a search that finds no customer is not documented.
        Err(error) if error.is_not_found() || is_unclear(&error) => {
            Ok(Found::Unclear(serde_json::Value::Null))
        }
        found => found,
    }
}

/// Returns the only customer that fits. It is not documented whether a search compares whole values, so `fits` checks each found
/// customer.
fn one_of(found: Found, fits: impl Fn(&Customer) -> bool) -> One {
    let customers = match found {
        Found::Nobody => return One::Nobody,
        Found::Customers(customers) => customers,
        Found::Unclear(_) => return One::Unclear,
    };
    let mut fitting = customers.into_iter().filter(|customer| fits(customer));
    match (fitting.next(), fitting.next()) {
        // The provider may write "no such customer" as a customer without any id.
        (Some(customer), None) if customer.id.is_none() && customer.external_id.is_none() => {
            One::Unclear
        }
        (Some(customer), None) => One::Customer(Box::new(customer)),
        (Some(_), Some(_)) => One::Several,
        (None, _) => One::Unclear,
    }
}

/// Whether a refusal may mean that there is no such customer.
pub(super) fn is_unclear(error: &Error) -> bool {
    error.kind() == ErrorKind::Rejected || matches!(error.status(), Some(400 | 410 | 422))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(customers: serde_json::Value) -> Found {
        Found::Customers(serde_json::from_value(customers).unwrap())
    }

    #[test]
    fn only_one_customer_is_one() {
        let all = |_: &Customer| true;
        assert_eq!(one_of(Found::Nobody, all), One::Nobody);
        assert_eq!(one_of(Found::Unclear(json!({})), all), One::Unclear);
        let two = || found(json!([{"id": 1}, {"id": 2}]));
        assert_eq!(one_of(two(), all), One::Several);
        assert!(matches!(
            one_of(two(), |one| one.id == Some(2)),
            One::Customer(_)
        ));
        // A search that finds only other customers shows nothing about this one.
        assert_eq!(one_of(two(), |_| false), One::Unclear);
        assert_eq!(one_of(found(json!([{"firstname": ""}])), all), One::Unclear);
    }
}
