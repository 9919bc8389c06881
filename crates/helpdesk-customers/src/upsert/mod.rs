//! Creates or updates a customer, depending on whether the customer exists.

mod error;
#[cfg(feature = "ledger")]
mod once;

use std::fmt;

use crate::{
    Client, CreateCustomerCrud, Customer, Found, SearchByExternalId, UpdateCustomerByExternalId,
    WriteResult,
};

pub use error::{UpsertError, UpsertErrorKind, UpsertStep};
#[cfg(feature = "ledger")]
pub use once::UpsertedOnce;

/// The wanted state of a customer, who may or may not exist, for [`Client::upsert`].
///
/// Both names are required, because the provider requires them to create a customer.
#[derive(Clone)]
#[must_use = "nothing happens until a client is given it"]
pub struct Upsert {
    external_id: String,
    search: SearchByExternalId,
    create: CreateCustomerCrud,
    update: UpdateCustomerByExternalId,
}

/// The result of an upsert.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Upserted {
    /// No customer had the id, and the customer was created. The provider does not return its own id of the customer.
    #[non_exhaustive]
    Created {
        /// The provider's response to the creation.
        response: WriteResult,
    },
    /// The customer existed, and was changed.
    #[non_exhaustive]
    Updated {
        /// The customer before the change, as the search showed it.
        before: Box<Customer>,
        /// The provider's response to the change.
        response: WriteResult,
    },
}

impl Upsert {
    /// Makes an upsert of the customer with your own id in a brand.
    pub fn new(
        external_id: impl Into<String>,
        brand_id: u64,
        firstname: impl Into<String>,
        lastname: impl Into<String>,
    ) -> Self {
        let (id, firstname, lastname) = (external_id.into(), firstname.into(), lastname.into());
        Self {
            search: SearchByExternalId::new(&*id, brand_id),
            create: CreateCustomerCrud::new(&*id, brand_id, &*firstname, &*lastname),
            update: UpdateCustomerByExternalId::new(&*id, brand_id)
                .firstname(firstname)
                .lastname(lastname),
            external_id: id,
        }
    }

    /// Adds a custom field, by its name in Omnidesk without `custom_`.
    pub fn custom_field(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let (name, value) = (name.into(), value.into());
        self.create = self.create.custom_field(&*name, &*value);
        self.update = self.update.custom_field(name, value);
        self
    }

    /// Adds a channel: its type, best given by its [number](crate::Channel::Id) in the admin settings, and the address. On an existing
    /// customer, the channel is added or changed. No other channel is removed.
    pub fn channel(mut self, channel_type: impl Into<String>, value: impl Into<String>) -> Self {
        let (channel_type, value) = (channel_type.into(), value.into());
        self.create = self.create.channel(&*channel_type, &*value);
        self.update = self.update.channel(channel_type, value);
        self
    }
}

/// Shows only the creation, because both writes have the same fields.
impl fmt::Debug for Upsert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Upsert").field(&self.create).finish()
    }
}

impl Client {
    /// Creates a customer, or changes the customer if it exists: one search by your own id, then one write.
    ///
    /// ```no_run
    /// use helpdesk_customers::{Channel, Upsert, Upserted};
    ///
    /// # async fn run(omnidesk: helpdesk_customers::Client) -> Result<(), helpdesk_customers::UpsertError> {
    /// let ana = Upsert::new("cust-1", 1, "Ana", "Lopez")
    ///     .channel(Channel::Id(1), "ana@shop.example")
    ///     .custom_field("tier", "gold");
    /// match omnidesk.upsert(ana).await? {
    ///     Upserted::Created { .. } => println!("a new customer"),
    ///     Upserted::Updated { before, .. } => println!("was {} channels", before.channels.len()),
    ///     _ => {}
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// `upsert` creates only if the search returns an empty list. It updates only if exactly one customer of the response matches: the
    /// customer's external id is yours or is not shown, and the customer shows at least one id. In every other case `upsert` writes
    /// nothing and returns an error.
    ///
    /// The customer is not locked between the two calls: two programs that upsert the same new customer at the same moment
    /// may both create it. The write is never repeated automatically once it may have happened. A search that lags behind a creation
    /// does not find the customer, so a second upsert may create the customer again. With the feature `ledger`, `upsert_once` does not.
    ///
    /// Needs the permissions `CUSTOMER_READ` and `CUSTOMER_CUD`.
    ///
    /// # Errors
    ///
    /// An [`UpsertError`] states which step failed. Its [`delivery`](UpsertError::delivery) states whether anything was written.
    pub async fn upsert(&self, customer: Upsert) -> Result<Upserted, UpsertError> {
        let Upsert {
            external_id,
            search,
            create,
            update,
        } = customer;
        let found = self.send(search).await;
        let found = found.map_err(|error| UpsertError::call(UpsertStep::Search, error))?;
        match decide(found, &external_id)? {
            None => match self.send(create).await {
                Ok(response) => Ok(Upserted::Created { response }),
                Err(error) => Err(UpsertError::call(UpsertStep::Create, error)),
            },
            Some(before) => match self.send(update).await {
                Ok(response) => Ok(Upserted::Updated { before, response }),
                Err(error) => Err(UpsertError::call(UpsertStep::Update, error)),
            },
        }
    }
}

/// Returns the one customer that matches, or `None` if the search found no customer.
fn decide(found: Found, external_id: &str) -> Result<Option<Box<Customer>>, UpsertError> {
    let customers = match found {
        Found::Nobody => return Ok(None),
        Found::Customers(customers) => customers,
        Found::Unclear(_) => return Err(UpsertError::search(UpsertErrorKind::Unclear)),
    };
    // Whether the search compares whole ids is not documented. A customer without an external id counts as the requested one.
    let mut candidates = customers.into_iter().filter(|customer| {
        let id = customer.external_id.as_deref();
        id.is_none_or(|id| id == external_id)
    });
    match (candidates.next(), candidates.next()) {
        // The provider may write "no such customer" as a customer without any id.
        (Some(customer), None) if customer.id.is_none() && customer.external_id.is_none() => {
            Err(UpsertError::search(UpsertErrorKind::Unclear))
        }
        (Some(customer), None) => Ok(Some(Box::new(customer))),
        (None, _) => Err(UpsertError::search(UpsertErrorKind::OtherCustomers)),
        (Some(_), Some(_)) => Err(UpsertError::search(UpsertErrorKind::SeveralCustomers)),
    }
}
