//! An operation of a provider, for proofs that cover all operations.

use std::{fmt, pin::Pin};

use customer_api_core::{Error, Idempotency, Operation, ProviderClient};

/// The result of a call, without its output type.
type Outcome = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// One operation of a provider, with a function that calls it.
pub struct Entry<C> {
    /// The operation's id in the provider's description.
    pub id: &'static str,
    /// Whether the operation changes nothing. Such an operation is retried after a failure.
    pub reads: bool,
    call: Box<dyn Fn(&C) -> Outcome>,
}

impl<C: ProviderClient> Entry<C> {
    /// Makes an entry whose operation is built again for every call.
    #[must_use]
    pub fn new<O: Operation<Service = C::Service>>(make: fn() -> O) -> Self {
        Self {
            id: O::INFO.id,
            reads: O::INFO.idempotency == Idempotency::Safe,
            call: Box::new(move |client| {
                let call = client.core().send(make());
                Box::pin(async move { call.await.map(drop) })
            }),
        }
    }

    /// Calls the operation.
    ///
    /// # Errors
    ///
    /// Returns the errors of the call.
    pub async fn call(&self, client: &C) -> Result<(), Error> {
        (self.call)(client).await
    }
}

impl<C> fmt::Debug for Entry<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}
