use std::time::Duration;

use customer_api_core::{
    BaseUrl, BuildError, Call, ClientBuilder, Environment, Error, Operation, ProviderClient,
    SendTrace, Settle,
    auth::{ApiKey, KeyCredential},
    rate_limit::Quota,
    settle::Settling,
};

use crate::Revnue;

/// The company of an account that has only one, as the provider documents it.
///
/// Every call except a deletion must name its company. There is no default, because in an account with several companies, a wrong company
/// leads to another customer's data.
pub const SINGLE_COMPANY: u64 = 1;

/// Calls the customer endpoints of one Revnue account.
///
/// Cheap to clone. Clones share their connections and one rate limit.
///
/// ```no_run
/// use revnue_customers::{Client, GetCustomer, SINGLE_COMPANY};
///
/// # async fn run(token: String) -> Result<(), revnue_customers::Error> {
/// let revnue = Client::builder(token).build()?;
/// let customer = revnue.send(GetCustomer::new(4211, SINGLE_COMPANY)).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Operations
///
#[doc = include_str!("generated/calls.md")]
#[derive(Clone, Debug)]
pub struct Client {
    core: customer_api_core::Client<Revnue>,
}

impl Client {
    /// Starts a client for a token, at `https://dashboard-api.revnue.com`.
    ///
    /// The service has moved hosts. If your account is at another host, such as `https://api.dashboard.strev.ai`, set it with
    /// [`base_url`](ClientBuilder::base_url), without `/api/v2`, which is part of every operation's path. The client never tries
    /// another host.
    ///
    /// An administrator creates the token in the account's settings. The token is never printed, and is sent only to the base URL.
    /// [`build`](ClientBuilder::build) refuses a token with characters that are not allowed in a header.
    ///
    /// The client and its clones together make at most 20 calls per minute. Further calls wait for a permit, at most until their timeout.
    /// The provider's pages state both 20 and 100, for the whole account. To set another limit, use
    /// [`rate_limiter`](ClientBuilder::rate_limiter).
    ///
    /// See <https://developer.revnue.com/reference/authentication> and <https://developer.revnue.com/reference/rate-limit>.
    pub fn builder(token: impl Into<ApiKey>) -> ClientBuilder<Self> {
        let credential = KeyCredential::bearer(token);
        ClientBuilder::new(Revnue::default(), credential)
            .rate_limiter(Quota::per_window(20, Duration::from_secs(60)))
    }

    /// Builds a client from the environment variables of the process.
    ///
    /// | variable | contains |
    /// |---|---|
    /// | `REVNUE_TOKEN` | the token |
    /// | `REVNUE_BASE_URL` | the base URL, if it is not `https://dashboard-api.revnue.com` |
    ///
    /// For settings beyond these, see [`builder_from_env`](Self::builder_from_env).
    ///
    /// # Errors
    ///
    /// [`BuildError::Variable`] names a variable that is missing, empty or not Unicode. It never shows a value. The other errors are
    /// those of [`build`](ClientBuilder::build).
    pub fn from_env() -> Result<Self, BuildError> {
        Self::builder_from_env()?.build()
    }

    /// Starts a client from the environment variables of the process. The variables are those of [`from_env`](Self::from_env).
    ///
    /// # Errors
    ///
    /// [`BuildError::Variable`] names a variable that is missing, empty or not Unicode.
    pub fn builder_from_env() -> Result<ClientBuilder<Self>, BuildError> {
        Self::builder_from(&Environment::process())
    }

    /// Starts a client from variables that are kept elsewhere, for instance in a test. The names are those of
    /// [`from_env`](Self::from_env).
    ///
    /// # Errors
    ///
    /// [`BuildError::Variable`] names a variable that is missing, empty or not Unicode.
    pub fn builder_from(environment: &Environment) -> Result<ClientBuilder<Self>, BuildError> {
        let builder = Self::builder(environment.secret("REVNUE_TOKEN")?);
        Ok(match environment.base_url("REVNUE_BASE_URL")? {
            Some(base_url) => builder.base_url(base_url),
            None => builder,
        })
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
    /// # use revnue_customers::customer_api_core::{*, error::*, operation::*, request::*, response::*};
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
    /// # async fn run(revnue: revnue_customers::Client) -> Result<(), Error> {
    /// revnue.send(Withdraw).await?; // another provider's operation does not compile
    /// # Ok(())
    /// # }
    /// ```
    pub fn send<O: Operation<Service = Revnue>>(
        &self,
        operation: O,
    ) -> impl Future<Output = Result<O::Output, Error>> + Send + use<O> {
        self.core.send(operation)
    }

    /// Prepares a call. Use it to set options for one call, such as a timeout, or to read the response's metadata.
    pub fn call<O: Operation<Service = Revnue>>(&self, operation: O) -> Call<O> {
        self.core.call(operation)
    }

    /// Prepares a look, which checks with the provider whether a write of unknown outcome happened: see [`Settled`](crate::Settled). The
    /// look sends only reads.
    ///
    /// `trace` records when the write was sent. It is [`Error::trace`], or a stored copy of it.
    pub fn settle<'o, O: Settle<Service = Revnue>>(
        &self,
        operation: &'o O,
        trace: SendTrace,
    ) -> Settling<'o, O> {
        self.core.settle(operation, trace)
    }

    /// The base URL of all requests.
    #[must_use]
    pub fn base_url(&self) -> &BaseUrl {
        self.core.base_url()
    }
}

impl ProviderClient for Client {
    type Service = Revnue;

    fn from_core(core: customer_api_core::Client<Revnue>) -> Self {
        Self { core }
    }

    fn core(&self) -> &customer_api_core::Client<Revnue> {
        &self.core
    }
}
