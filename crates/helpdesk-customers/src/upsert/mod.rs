//! Create or update, whichever it takes.

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

/// A customer as it shall be, whether it exists or not; for [`Client::upsert`].
///
/// Both names are needed, as the provider needs them to create a customer.
#[derive(Clone)]
#[must_use = "nothing happens until a client is given it"]
pub struct Upsert {
    external_id: String,
    search: SearchByExternalId,
    create: CreateCustomerCrud,
    update: UpdateCustomerByExternalId,
}

/// What became of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Upserted {
    /// There was nobody with the id, and now there is. The provider does not say with which id of its own.
    #[non_exhaustive]
    Created {
        /// What the provider said to it.
        response: WriteResult,
    },
    /// The customer was there, and was changed.
    #[non_exhaustive]
    Updated {
        /// The customer as it was before.
        before: Box<Customer>,
        /// What the provider said to it.
        response: WriteResult,
    },
}

impl Upsert {
    /// A customer by your own id, in a brand.
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

    /// A custom field, by the name that it has in Omnidesk, without `custom_`.
    pub fn custom_field(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let (name, value) = (name.into(), value.into());
        self.create = self.create.custom_field(&*name, &*value);
        self.update = self.update.custom_field(name, value);
        self
    }

    /// An address: the type of its channel, best by the [number](crate::Channel::Id) that it has in the admin settings, and
    /// the address. On a customer that exists, it is added or changed; no other channel is removed.
    pub fn channel(mut self, channel_type: impl Into<String>, value: impl Into<String>) -> Self {
        let (channel_type, value) = (channel_type.into(), value.into());
        self.create = self.create.channel(&*channel_type, &*value);
        self.update = self.update.channel(channel_type, value);
        self
    }
}

/// The two writes have the same fields, so one stands for both.
impl fmt::Debug for Upsert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Upsert").field(&self.create).finish()
    }
}

impl Client {
    /// Creates a customer, or changes it if it is there: one search by your own id, then one write.
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
    /// Only an empty list makes it create, and only a single customer that is not somebody else makes it update. Where the
    /// search's response says neither, nothing is written, and that is an error.
    ///
    /// Nothing holds the customer between the two calls: two programs that upsert the same new customer at the same moment
    /// may both create it. The write is never repeated by itself. A search that lags behind a creation finds nobody, so a second
    /// upsert may create the customer again; with the feature `ledger`, `upsert_once` does not.
    ///
    /// Needs the permissions `CUSTOMER_READ` and `CUSTOMER_CUD`.
    ///
    /// # Errors
    ///
    /// An [`UpsertError`] says which step failed, and by its [`delivery`](UpsertError::delivery) whether anything was written.
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

/// The one customer that is there, or none.
fn decide(found: Found, external_id: &str) -> Result<Option<Box<Customer>>, UpsertError> {
    let customers = match found {
        Found::Nobody => return Ok(None),
        Found::Customers(customers) => customers,
        Found::Unclear(_) => return Err(UpsertError::search(UpsertErrorKind::Unclear)),
    };
    // Whether the search compares whole ids is not documented; a response without the id is taken at its word.
    let mut candidates = customers.into_iter().filter(|customer| {
        let id = customer.external_id.as_deref();
        id.is_none_or(|id| id == external_id)
    });
    match (candidates.next(), candidates.next()) {
        // A customer without any id may be how the provider writes nobody.
        (Some(customer), None) if customer.id.is_none() && customer.external_id.is_none() => {
            Err(UpsertError::search(UpsertErrorKind::Unclear))
        }
        (Some(customer), None) => Ok(Some(Box::new(customer))),
        (None, _) => Err(UpsertError::search(UpsertErrorKind::OtherCustomers)),
        (Some(_), Some(_)) => Err(UpsertError::search(UpsertErrorKind::SeveralCustomers)),
    }
}
