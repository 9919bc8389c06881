//! Decides whether an update would change the customer that a search found.

use serde_json::Value;

use crate::{Customer, UpdateCustomerByExternalId};

/// Whether the search shows that the customer already has every value that the update would write.
///
/// A value that can't be compared for certain counts as different. The names of custom fields in responses and the form of a channel are
/// not documented, so an update with either of them always counts as a change. Only the documented form of a value is compared: `7` is not
/// `"7"`, because the provider may keep `"007"`.
pub(super) fn has_all(customer: &Customer, update: &UpdateCustomerByExternalId) -> bool {
    let body = &update.body;
    let shows = |name, wanted: &str| {
        // An empty text may also mean that the search does not show the value.
        !wanted.is_empty() && customer.raw.get(name).and_then(Value::as_str) == Some(wanted)
    };
    let names = [("firstname", &body.firstname), ("lastname", &body.lastname)];
    body.custom_field.names().next().is_none()
        && body.channel.pairs().next().is_none()
        // The id must be equal, because the search may also find customers by a part of an id.
        && shows("external_primary_id", &body.external_id)
        && names
            .into_iter()
            .all(|(name, wanted)| wanted.as_deref().is_none_or(|wanted| shows(name, wanted)))
}
