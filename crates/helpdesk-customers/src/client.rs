use customer_api_core::{
    BaseUrl, BuildError, Call, ClientBuilder, Environment, Error, Operation, ProviderClient,
    SendTrace, Settle,
    auth::{ApiKey, KeyCredential},
    http::HeaderName,
    settle::Settling,
};

use crate::Omnidesk;

/// Calls the Customer controller of one Omnidesk account.
///
/// Cheap to clone; clones share their connections.
///
/// ```no_run
/// use helpdesk_customers::{Client, SearchByExternalId};
///
/// # async fn run(api_key: String) -> Result<(), helpdesk_customers::Error> {
/// let omnidesk = Client::builder(api_key, "https://account.omnidesk.com").build()?;
/// let found = omnidesk.send(SearchByExternalId::new("cust-1", 1)).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Operations
///
#[doc = include_str!("generated/calls.md")]
#[derive(Clone, Debug)]
pub struct Client {
    core: customer_api_core::Client<Omnidesk>,
}

impl Client {
    /// Starts a builder for a key and the origin of its account, such as `https://account.omnidesk.com`.
    ///
    /// The origin has no default, because every account has its own subdomain and the provider's pages disagree about the domain. Pass the
    /// origin without `/api/v2`, which is part of every operation's path. [`base_url`](ClientBuilder::base_url) can replace the origin.
    ///
    /// Each key has its own permissions. The docs of every operation state which one the operation needs. The key is never printed. It is
    /// sent only to the origin, in the header that the provider writes as `apiKey`. On the wire the header is `apikey`, because header
    /// names are case-insensitive (RFC 9110, section 5.1) and the HTTP library writes them in lower case. If the key contains characters
    /// that are not allowed in a header, [`build`](ClientBuilder::build) returns an error.
    ///
    /// See <https://docs.omnidesk.io/omnidesk/api/authentication>.
    pub fn builder(api_key: impl Into<ApiKey>, origin: impl Into<String>) -> ClientBuilder<Self> {
        let credential = KeyCredential::header(HeaderName::from_static("apikey"), api_key);
        // The `accept` header has the value that all of the provider's examples send.
        ClientBuilder::new(Omnidesk::default(), credential)
            .base_url(origin)
            .header("accept", "*/*")
    }

    /// Builds a client from the environment variables of the process.
    ///
    /// | variable | contains |
    /// |---|---|
    /// | `OMNIDESK_API_KEY` | the key |
    /// | `OMNIDESK_BASE_URL` | the origin of the account, such as `https://account.omnidesk.com`; there is no default |
    ///
    /// For settings beyond these, see [`builder_from_env`](Self::builder_from_env).
    ///
    /// # Errors
    ///
    /// [`BuildError::Variable`] names a variable that is missing, empty or not Unicode. It never shows a value. The other errors are those
    /// of [`build`](ClientBuilder::build).
    pub fn from_env() -> Result<Self, BuildError> {
        Self::builder_from_env()?.build()
    }

    /// Starts a builder from the environment variables of the process, which [`from_env`](Self::from_env) lists.
    ///
    /// # Errors
    ///
    /// [`BuildError::Variable`] names a variable that is missing, empty or not Unicode.
    pub fn builder_from_env() -> Result<ClientBuilder<Self>, BuildError> {
        Self::builder_from(&Environment::process())
    }

    /// Starts a builder from variables that come from elsewhere, such as from a test. The variables have the names that
    /// [`from_env`](Self::from_env) lists.
    ///
    /// # Errors
    ///
    /// [`BuildError::Variable`] names a variable that is missing, empty or not Unicode.
    pub fn builder_from(environment: &Environment) -> Result<ClientBuilder<Self>, BuildError> {
        let key = environment.secret("OMNIDESK_API_KEY")?;
        Ok(Self::builder(
            key,
            environment.required_base_url("OMNIDESK_BASE_URL")?,
        ))
    }

    /// Makes a call, and returns the operation's output.
    ///
    /// # Errors
    ///
    /// The [`delivery`](Error::delivery) of every [`Error`] states whether the call happened.
    ///
    /// # Examples
    ///
    /// ```compile_fail,E0271
    /// # use helpdesk_customers::customer_api_core::{*, error::*, operation::*, request::*, response::*};
    /// # #[derive(Debug)] struct Bank;
    /// # impl Service for Bank {
    /// #     fn name(&self) -> &'static str { "bank" }
    /// #     fn user_agent(&self) -> &'static str { "bank" }
    /// # }
    /// # struct Withdraw;
    /// # impl Operation for Withdraw {
    /// #     type Service = Bank;
    /// #     type Output = ();
    /// #     const INFO: &'static OperationInfo = &OperationInfo::new("withdraw", Method::Post, "/withdrawals");
    /// #     fn encode(&self, _: &mut Encoder<'_>) -> Result<(), ValidationError> { Ok(()) }
    /// #     fn decode(body: &ResponseBody) -> Result<(), DecodeError> { body.ignore() }
    /// # }
    /// # async fn run(omnidesk: helpdesk_customers::Client) -> Result<(), Error> {
    /// omnidesk.send(Withdraw).await?; // another provider's operation does not compile
    /// # Ok(())
    /// # }
    /// ```
    pub fn send<O: Operation<Service = Omnidesk>>(
        &self,
        operation: O,
    ) -> impl Future<Output = Result<O::Output, Error>> + Send + use<O> {
        self.core.send(operation)
    }

    /// Prepares a call. Use it to set options for one call, such as a timeout, or to read the response's metadata.
    pub fn call<O: Operation<Service = Omnidesk>>(&self, operation: O) -> Call<O> {
        self.core.call(operation)
    }

    /// Prepares a look, which checks with the provider whether a write of unknown outcome happened: see [`Settled`](crate::Settled). The
    /// look sends only reads.
    ///
    /// `trace` states when the write was sent. Pass [`Error::trace`], or the trace that the caller stored.
    pub fn settle<'o, O: Settle<Service = Omnidesk>>(
        &self,
        operation: &'o O,
        trace: SendTrace,
    ) -> Settling<'o, O> {
        self.core.settle(operation, trace)
    }

    /// Returns the base URL of all requests.
    #[must_use]
    pub fn base_url(&self) -> &BaseUrl {
        self.core.base_url()
    }
}

impl ProviderClient for Client {
    type Service = Omnidesk;

    fn from_core(core: customer_api_core::Client<Omnidesk>) -> Self {
        Self { core }
    }

    fn core(&self) -> &customer_api_core::Client<Omnidesk> {
        &self.core
    }
}
