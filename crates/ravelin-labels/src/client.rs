use std::time::Duration;

use customer_api_core::{
    BaseUrl, BuildError, Call, ClientBuilder, Environment, Error, Operation, ProviderClient,
    SendTrace, Settle,
    auth::{ApiKey, KeyCredential},
    settle::Settling,
};

use crate::Ravelin;

/// The prefixes of keys for browsers and apps. The label endpoints don't accept these keys.
const PUBLISHABLE: [&str; 2] = ["pk_", "publishable_key_"];

fn refuse_publishable(key: &str) -> Result<(), &'static str> {
    if PUBLISHABLE.iter().any(|prefix| key.starts_with(prefix)) {
        return Err("it is a publishable key; the label endpoints take a secret key (sk_…)");
    }
    Ok(())
}

/// Calls Ravelin's label endpoints.
///
/// Cheap to clone. Clones share their connections.
///
/// ```no_run
/// use ravelin_labels::{Client, LastReview};
///
/// # async fn run(secret_key: String) -> Result<(), ravelin_labels::Error> {
/// let ravelin = Client::builder(secret_key).build()?;
/// let last = ravelin.send(LastReview::new("cust-1")).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Operations
///
#[doc = include_str!("generated/calls.md")]
#[derive(Clone, Debug)]
pub struct Client {
    core: customer_api_core::Client<Ravelin>,
}

impl Client {
    /// Starts a client for a secret key, which begins with `sk_` or `secret_key_`.
    ///
    /// The key selects the provider's live or test environment. Both are at `https://api.ravelin.com`. The key is never
    /// printed, and is sent only to the base URL.
    ///
    /// [`build`](ClientBuilder::build) refuses a publishable key, and a key with characters that are not allowed in a header.
    /// See <https://developer.ravelin.com/api/authentication>.
    pub fn builder(secret_key: impl Into<ApiKey>) -> ClientBuilder<Self> {
        let key = secret_key.into().checked(refuse_publishable);
        let credential = KeyCredential::scheme("token", key);
        ClientBuilder::new(Ravelin::default(), credential)
    }

    /// Builds a client from the environment variables of the process.
    ///
    /// | variable | contains |
    /// |---|---|
    /// | `RAVELIN_SECRET_KEY` | the secret key |
    /// | `RAVELIN_BASE_URL` | the base URL, if it is not `https://api.ravelin.com` |
    ///
    /// For settings beyond these, see [`builder_from_env`](Self::builder_from_env).
    ///
    /// # Errors
    ///
    /// [`BuildError::Variable`] names a variable that is missing, empty or not Unicode. The error never shows a value. The other
    /// errors are those of [`build`](ClientBuilder::build).
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
        let builder = Self::builder(environment.secret("RAVELIN_SECRET_KEY")?);
        Ok(match environment.base_url("RAVELIN_BASE_URL")? {
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
    /// # use ravelin_labels::customer_api_core::{*, error::*, operation::*, request::*, response::*};
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
    /// # async fn run(ravelin: ravelin_labels::Client) -> Result<(), Error> {
    /// ravelin.send(Withdraw).await?; // another provider's operation does not compile
    /// # Ok(())
    /// # }
    /// ```
    pub fn send<O: Operation<Service = Ravelin>>(
        &self,
        operation: O,
    ) -> impl Future<Output = Result<O::Output, Error>> + Send + use<O> {
        self.core.send(operation)
    }

    /// Prepares a call. Use it to set options for one call, such as a timeout, or to read the response's metadata.
    pub fn call<O: Operation<Service = Ravelin>>(&self, operation: O) -> Call<O> {
        self.core.call(operation)
    }

    /// Prepares to check with the provider whether a write of unknown outcome happened. See [`Settled`](crate::Settled). The check
    /// sends only reads.
    ///
    /// `trace` records when the write was sent. Pass [`Error::trace`], or a stored copy of that trace.
    pub fn settle<'o, O: Settle<Service = Ravelin>>(
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

    pub(crate) fn connect_timeout(&self) -> Duration {
        self.core.connect_timeout()
    }
}

impl ProviderClient for Client {
    type Service = Ravelin;

    fn from_core(core: customer_api_core::Client<Ravelin>) -> Self {
        Self { core }
    }

    fn core(&self) -> &customer_api_core::Client<Ravelin> {
        &self.core
    }
}
