mod builder;
mod shared;

use std::{fmt, future::Future, marker::PhantomData, sync::Arc, time::Duration};

pub use builder::ClientBuilder;
pub(crate) use shared::Shared;

use crate::{
    Error,
    auth::Auth,
    base_url::BaseUrl,
    call::Call,
    operation::Operation,
    service::Service,
    settle::{SendTrace, Settle, Settling},
};

/// Makes the calls of one provider.
///
/// Cheap to clone. Clones share connections, credential and rate limit. A provider crate wraps this client in a client type of its own.
pub struct Client<S> {
    shared: Arc<Shared>,
    service: PhantomData<fn() -> S>,
}

impl<S: Service> Client<S> {
    /// Starts a client for a provider and a credential.
    pub fn builder(service: S, auth: impl Auth) -> ClientBuilder<Self> {
        ClientBuilder::new(service, auth)
    }

    /// Makes a call and returns the operation's output. The future borrows nothing.
    ///
    /// # Errors
    ///
    /// The [`delivery`](Error::delivery) of every [`Error`] states whether the call happened.
    pub fn send<O: Operation<Service = S>>(
        &self,
        operation: O,
    ) -> impl Future<Output = Result<O::Output, Error>> + Send + use<O, S> {
        self.call(operation).send()
    }

    /// Prepares a call with its own settings.
    pub fn call<O: Operation<Service = S>>(&self, operation: O) -> Call<O> {
        Call::new(Arc::clone(&self.shared), operation)
    }

    /// Prepares to find out whether a write of unknown outcome happened. Nothing is sent before [`look`](Settling::look) or
    /// [`look_for`](Settling::look_for) is called. Both methods send only reads.
    ///
    /// `trace` states when the write was sent. Pass [`Error::trace`], or the trace that the caller stored.
    pub fn settle<'o, O: Settle<Service = S>>(
        &self,
        operation: &'o O,
        trace: SendTrace,
    ) -> Settling<'o, O> {
        Settling::new(self.clone(), operation, trace)
    }

    pub(crate) fn of(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            service: PhantomData,
        }
    }

    /// Returns the timeout of a call that does not set its own.
    pub(crate) fn timeout(&self) -> Duration {
        self.shared.timeout
    }

    /// Returns the address to which requests are sent.
    #[must_use]
    pub fn base_url(&self) -> &BaseUrl {
        &self.shared.base_url
    }

    /// Returns the limit of the time to connect.
    #[must_use]
    pub fn connect_timeout(&self) -> Duration {
        self.shared.connect_timeout
    }
}

impl<S> Clone for Client<S> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            service: PhantomData,
        }
    }
}

impl<S> fmt::Debug for Client<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("service", &self.shared.service.name())
            .field("base_url", &self.shared.base_url.as_str())
            .field("transport", &self.shared.transport)
            .field("auth", &self.shared.auth)
            .field("retry", &self.shared.retry)
            .field("backoff", &self.shared.backoff)
            .field("rate_limiter", &self.shared.rate_limiter)
            .field("timeout", &self.shared.timeout)
            .field("attempt_timeout", &self.shared.attempt_timeout)
            .finish_non_exhaustive()
    }
}

/// A provider crate's own client, which wraps the shared one.
///
/// ```
/// use customer_api_core::{
///     Call, Client, ClientBuilder, Error, Operation, ProviderClient, Service, auth::KeyCredential,
/// };
///
/// #[derive(Debug)]
/// struct Shop;
///
/// impl Service for Shop {
///     fn name(&self) -> &'static str {
///         "shop"
///     }
///     fn user_agent(&self) -> &'static str {
///         "shop-client/1.0"
///     }
/// }
///
/// struct ShopClient(Client<Shop>);
///
/// impl ShopClient {
///     fn builder(token: &str) -> ClientBuilder<Self> {
///         ClientBuilder::new(Shop, KeyCredential::bearer(token))
///     }
///     fn send<O: Operation<Service = Shop>>(
///         &self,
///         operation: O,
///     ) -> impl Future<Output = Result<O::Output, Error>> + Send + use<O> {
///         self.0.send(operation)
///     }
///     fn call<O: Operation<Service = Shop>>(&self, operation: O) -> Call<O> {
///         self.0.call(operation)
///     }
/// }
///
/// impl ProviderClient for ShopClient {
///     type Service = Shop;
///     fn from_core(client: Client<Shop>) -> Self {
///         Self(client)
///     }
///     fn core(&self) -> &Client<Shop> {
///         &self.0
///     }
/// }
///
/// let shop = ShopClient::builder("a-token").base_url("https://shop.example").build()?;
/// # Ok::<(), customer_api_core::BuildError>(())
/// ```
pub trait ProviderClient {
    /// The provider.
    type Service: Service;

    /// Wraps the shared client.
    fn from_core(client: Client<Self::Service>) -> Self;

    /// Returns the shared client, for code that works with every provider's client.
    fn core(&self) -> &Client<Self::Service>;
}

impl<S: Service> ProviderClient for Client<S> {
    type Service = S;

    fn from_core(client: Self) -> Self {
        client
    }

    fn core(&self) -> &Self {
        self
    }
}
