//! Determines whether a customer was created.

use std::collections::HashSet;

use customer_api_core::{
    Error, Response,
    settle::{Compared, Look, Marker, Reason, Settle, Settled},
};

use super::{
    ASK, cannot_tell,
    compare::{self, Sent},
};
use crate::{
    CreateCustomer, Customer, CustomerPage, ListCustomers, Revnue,
    all_customers::names_next,
    link::{self, FurtherCustomers},
};

impl CreateCustomer {
    /// Puts a marker in front of `additional_description`. [`Client::settle`](crate::Client::settle) finds exactly this customer by
    /// the marker.
    ///
    /// Call `marked` after [`additional_description`](Self::additional_description), which would otherwise replace the marker. **Every user
    /// who can see the customer in Revnue also sees the marker**, for example `[ref:order-4711~vpx3]`.
    pub fn marked(self, marker: &Marker) -> Self {
        let text = marker.in_text(self.body.additional_description.as_deref());
        self.additional_description(text)
    }
}

/// Reads the company's customers, and looks for the [marker](CreateCustomer::marked), or without a marker, for the name.
///
/// | verdict | when |
/// |---|---|
/// | `Applied` | exactly one customer shows the marker |
/// | `InEffect` | without a marker: exactly one customer has the name, and all other fields that can be compared are equal. That customer may be older than the call: if you know the greatest id from before the call, compare that id with the id of the evidence |
/// | `NotSeen` | no customer shows the marker, or without a marker, no customer has the name |
/// | `CannotTell` | several customers show the marker or have the name, and may be duplicates; the customer with the name differs in another field; or the list could not be read as a whole |
///
/// A look makes one read per page of the list, and the account's rate limit can slow these reads down.
impl Settle for CreateCustomer {
    type Evidence = Compared<Customer>;

    async fn look(&self, look: &mut Look<Revnue>) -> Result<Settled<Self::Evidence>, Error> {
        let sent = Sent::new(&self.body, false);
        let marker = sent.marker();
        let fits = |customer: &Customer| self.fits(customer, marker.as_ref());
        let (mut found, is_all) = match matching(look, self.body.company, fits).await {
            Err(error) if error.is_decode() => return Ok(cannot_tell(Reason::Unclear)),
            outcome => outcome?,
        };
        let is_all = is_all && look.is_whole();
        let Some(customer) = found.pop() else {
            return Ok(if is_all {
                look.not_seen()
            } else {
                cannot_tell(Reason::Unclear)
            });
        };
        if !found.is_empty() {
            return Ok(cannot_tell(Reason::Several));
        }
        let comparison = sent.compare(&customer, look.is_whole());
        Ok(match marker {
            Some(_) => Settled::Applied(comparison.evidence(customer)),
            None if !is_all => cannot_tell(Reason::Unclear),
            None => comparison.verdict(customer, look, ASK),
        })
    }
}

impl CreateCustomer {
    fn fits(&self, customer: &Customer, marker: Option<&Marker>) -> bool {
        match marker {
            Some(marker) => compare::shows(customer, marker),
            None => {
                let name = customer.name.as_deref().unwrap_or_default();
                name.trim() == self.body.name.trim()
            }
        }
    }
}

/// Returns the matching customers of a company, and whether the whole list was read.
async fn matching(
    look: &mut Look<Revnue>,
    company: u64,
    fits: impl Fn(&Customer) -> bool,
) -> Result<(Vec<Customer>, bool), Error> {
    let (mut found, mut read, mut links) = (Vec::new(), 0, HashSet::new());
    let first = look.client().call(ListCustomers::new(company));
    let mut response: Response<CustomerPage> = look.read_response(first).await?;
    loop {
        let has_next = names_next(response.headers());
        let page = response.into_value();
        read += page.customers.len();
        found.extend(page.customers.into_iter().filter(&fits));
        let Some(next) = page.next else {
            let count = page
                .count
                .map(|count| usize::try_from(count).unwrap_or(usize::MAX));
            let is_all = !has_next && count.is_none_or(|count| count <= read);
            return Ok((found, is_all));
        };
        let place = (look.client().base_url(), ListCustomers::INFO.path);
        let Ok(link) = link::check(&next, place, false, company) else {
            return Ok((found, false));
        };
        // A repeated link means that the pages form a loop.
        if !links.insert(next) {
            return Ok((found, false));
        }
        let further = FurtherCustomers::new(&link, company);
        let call = look.client().call(further).raw_query(link.query());
        response = look.read_response(call).await?;
    }
}
