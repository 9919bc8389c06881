use customer_api_ledger::{
    CallExt as _, Key, LedgerErrorKind, LedgerList, Once, OnceErrorKind, Resolution, State,
    settle::SettlePolicy,
};

use super::{Upsert, UpsertError, UpsertStep, decide, unchanged};
use crate::{Client, Customer, WriteResult};

/// The result of an upsert whose creation has a key in a ledger.
#[derive(Debug)]
#[non_exhaustive]
pub enum UpsertedOnce {
    /// The search found no customer with the id. This call created the customer, or an earlier call did and the search does not show the
    /// customer yet.
    Created(Once<WriteResult>),
    /// The customer existed, and was changed.
    #[non_exhaustive]
    Updated {
        /// The customer before the change, as the search showed it.
        before: Box<Customer>,
        /// The provider's response to the change.
        response: WriteResult,
    },
    /// The customer existed, and the search showed every value that the upsert would write. Only the search was sent. The conditions are
    /// those of [`Client::upsert`].
    #[non_exhaustive]
    Unchanged {
        /// The customer, as the search showed it.
        customer: Box<Customer>,
    },
}

impl Client {
    /// Does the same as [`upsert`](Self::upsert), and creates a customer at most once per key, whatever the search shows.
    ///
    /// A search may lag behind a creation. A repeated upsert then does not find the customer, and would create the customer a second time.
    /// The ledger records the first creation, even if its outcome is unknown. `policy` states how to look for the first creation.
    ///
    /// `creations` is a list for [`CreateCustomerCrud`](crate::CreateCustomerCrud). `key` names the customer's creation. Your own id of the
    /// customer is a good key, if it is not personal data. An update needs no key, because repeating it leaves the customer in the same
    /// state.
    ///
    /// If the customer exists, no entry is added for the key, whether the customer is updated or [`Unchanged`](UpsertedOnce::Unchanged). If
    /// the key has an entry of unknown outcome for this creation, the entry is settled as made. An entry for other content stays as it is.
    /// A key without an entry stays free: if a later search no longer finds the customer, `upsert_once` with that key creates the customer.
    ///
    /// ```no_run
    /// use helpdesk_customers::{
    ///     Upsert, UpsertError, UpsertedOnce,
    ///     ledger::{Key, LedgerList, settle::SettlePolicy},
    /// };
    ///
    /// # async fn run(omnidesk: helpdesk_customers::Client, creations: LedgerList, key: Key) -> Result<(), UpsertError> {
    /// let ana = Upsert::new("cust-1", 1, "Ana", "Lopez");
    /// match omnidesk.upsert_once(ana, &creations, key, SettlePolicy::new()).await? {
    ///     UpsertedOnce::Created(_) => println!("created"),
    ///     UpsertedOnce::Updated { .. } => println!("updated"),
    ///     UpsertedOnce::Unchanged { .. } => println!("nothing to change"),
    ///     _ => {}
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// An [`UpsertError`] states which step failed. Its [`delivery`](UpsertError::delivery) states whether anything was written.
    #[cfg_attr(docsrs, doc(cfg(feature = "ledger")))]
    pub async fn upsert_once(
        &self,
        customer: Upsert,
        creations: &LedgerList,
        key: Key,
        policy: SettlePolicy,
    ) -> Result<UpsertedOnce, UpsertError> {
        let Upsert {
            external_id,
            search,
            create,
            update,
            always_write,
        } = customer;
        let call = self.call(create);
        // Read before the search, so that the search's result is newer than this entry.
        let known = match creations.known(&call, &key).await {
            Ok(known) => known,
            // The entry is for other content, not for this customer's creation.
            Err(error) if error.kind() == OnceErrorKind::KeyReused => None,
            Err(error) => return Err(UpsertError::once(error)),
        };
        let found = self.send(search).await;
        let found = found.map_err(|error| UpsertError::call(UpsertStep::Search, error))?;
        let Some(customer) = decide(found, &external_id)? else {
            let call = call.once(creations, key).settle_unknown(policy);
            let once = call.send().await;
            return once.map(UpsertedOnce::Created).map_err(UpsertError::once);
        };
        // The customer exists, so a creation of unknown outcome counts as made.
        if let Some(known) = known.filter(|entry| entry.state == State::Unknown) {
            let ledger = creations.ledger();
            let resolved = ledger
                .resolve(creations.name(), &known, Resolution::Sent)
                .await;
            match resolved {
                // The entry was settled or sent again after it was read, for example by another upsert.
                Err(error) if error.kind() == LedgerErrorKind::NotUnknown => {}
                resolved => resolved.map_err(UpsertError::ledger)?,
            }
        }
        if !always_write && unchanged::has_all(&customer, &update) {
            return Ok(UpsertedOnce::Unchanged { customer });
        }
        match self.send(update).await {
            Ok(response) => Ok(UpsertedOnce::Updated {
                before: customer,
                response,
            }),
            Err(error) => Err(UpsertError::call(UpsertStep::Update, error)),
        }
    }
}
