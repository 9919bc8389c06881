//! Creates or updates a customer, depending on whether the customer exists.

mod error;
#[cfg(feature = "ledger")]
mod once;
mod unchanged;

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
#[must_use = "an upsert does nothing until it is passed to a client"]
pub struct Upsert {
    external_id: String,
    search: SearchByExternalId,
    create: CreateCustomerCrud,
    update: UpdateCustomerByExternalId,
    always_write: bool,
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
    /// The customer existed, and the search showed every value that the upsert would write. Nothing was written.
    ///
    /// Only an upsert without channels and custom fields can have this result: see [`Client::upsert`].
    #[non_exhaustive]
    Unchanged {
        /// The customer, as the search showed it.
        customer: Box<Customer>,
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
            always_write: false,
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

    /// Updates an existing customer even if the search shows every value already.
    ///
    /// How soon a search shows a write is not documented. Use this where an earlier write to the same customer may not be shown yet, or may
    /// still happen because its outcome is unknown. In both cases, a search can show values that the customer no longer has, or soon will
    /// not have.
    pub fn always_write(mut self) -> Self {
        self.always_write = true;
        self
    }
}

/// Shows only the creation, because both writes have the same fields.
impl fmt::Debug for Upsert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upsert")
            .field("create", &self.create)
            .field("always_write", &self.always_write)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Creates a customer, or changes the customer if it exists: one search by your own id, then at most one write.
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
    ///     Upserted::Updated { before, .. } => println!("had {} channels", before.channels.len()),
    ///     Upserted::Unchanged { .. } => println!("has these values already"),
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
    /// Needs the permissions `CUSTOMER_READ` and `CUSTOMER_CUD`.
    ///
    /// # When nothing is written
    ///
    /// The result is [`Upserted::Unchanged`], and the search was the only request, if all of these hold:
    ///
    /// - The search found exactly one matching customer.
    /// - The upsert has no channel and no custom field. The provider does not document how responses show either, so they can't be
    ///   compared and are always written.
    /// - The search shows your own id, the first name and the last name as JSON strings that are equal to the upsert's, byte by byte.
    ///   If a name is missing, empty, `null` or a number, or differs in case, spaces or Unicode form, the update is sent.
    /// - The upsert was not made with [`always_write`](Upsert::always_write).
    ///
    /// The provider documents no response of the search. Two things are inferred: that a search shows a name as it is stored, and that it
    /// finds only customers of the brand that it names. A customer in a response shows no brand id to compare.
    ///
    /// How soon a search shows a write is not documented either. If an earlier write to the customer is not shown yet, or its outcome is
    /// unknown and it can still happen, the customer may end up with the earlier write's names although the result is `Unchanged`. For such
    /// a customer, use [`always_write`](Upsert::always_write).
    ///
    /// # Other programs, and searches that lag
    ///
    /// The customer is not locked between the two calls: two programs that upsert the same new customer at the same moment may both create
    /// it. The write is never repeated automatically once it may have happened. A search that lags behind a creation does not find the
    /// customer, so a second upsert may create the customer again. With the feature `ledger`, `upsert_once` prevents that.
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
            always_write,
        } = customer;
        let found = self.send(search).await;
        let found = found.map_err(|error| UpsertError::call(UpsertStep::Search, error))?;
        match decide(found, &external_id)? {
            None => match self.send(create).await {
                Ok(response) => Ok(Upserted::Created { response }),
                Err(error) => Err(UpsertError::call(UpsertStep::Create, error)),
            },
            Some(customer) if !always_write && unchanged::has_all(&customer, &update) => {
                Ok(Upserted::Unchanged { customer })
            }
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
