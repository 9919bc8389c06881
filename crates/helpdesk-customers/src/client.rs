use customer_api_core::{
    BaseUrl, BuildError, Call, ClientBuilder, Environment, Error, Operation, ProviderClient,
    SendTrace, Settle, auth::StaticCredential, http::HeaderName, secrecy::SecretString,
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
#[derive(Clone, Debug)]
pub struct Client {
    core: customer_api_core::Client<Omnidesk>,
}

impl Client {
    /// Starts a client for a key and the origin of its account, such as `https://account.omnidesk.com`.
    ///
    /// There is no default: every account has a subdomain of its own, and the provider's pages disagree about the domain. Give
    /// the origin without `/api/v2`, which is part of every operation's path. It may be given again, by
    /// [`base_url`](ClientBuilder::base_url).
    ///
    /// The key has permissions of its own; the docs of every operation say which one it needs. It is never printed, and goes
    /// nowhere but to the origin, in the header that the provider writes `apiKey`. The names of headers have no case (RFC 9110,
    /// section 5.1), and on the wire it is `apikey`: the HTTP library writes all of them in lower case. A key that can't
    /// stand in a header is refused by [`build`](ClientBuilder::build).
    ///
    /// See <https://docs.omnidesk.io/omnidesk/api/authentication>.
    pub fn builder(
        api_key: impl Into<SecretString>,
        origin: impl Into<String>,
    ) -> ClientBuilder<Self> {
        let credential =
            StaticCredential::header_key(HeaderName::from_static("apikey"), api_key.into());
        // As in all of the provider's examples.
        ClientBuilder::new(Omnidesk::default(), credential)
            .base_url(origin)
            .header("accept", "*/*")
    }

    /// Builds a client from the environment variables of the process.
    ///
    /// | variable | holds |
    /// |---|---|
    /// | `OMNIDESK_API_KEY` | the key |
    /// | `OMNIDESK_BASE_URL` | the origin of the account, such as `https://account.omnidesk.com`; there is no default |
    ///
    /// For settings beyond these, see [`builder_from_env`](Self::builder_from_env).
    ///
    /// # Errors
    ///
    /// [`BuildError::Variable`] names a variable that is missing, empty or not Unicode; it never shows a value. Otherwise as of
    /// [`build`](ClientBuilder::build).
    pub fn from_env() -> Result<Self, BuildError> {
        Self::builder_from_env()?.build()
    }

    /// Starts a client from the environment variables of the process, those of [`from_env`](Self::from_env).
    ///
    /// # Errors
    ///
    /// [`BuildError::Variable`] names a variable that is missing, empty or not Unicode.
    pub fn builder_from_env() -> Result<ClientBuilder<Self>, BuildError> {
        Self::builder_from(&Environment::process())
    }

    /// Starts a client from variables that are kept elsewhere, such as a test's, by the names of [`from_env`](Self::from_env).
    ///
    /// # Errors
    ///
    /// [`BuildError::Variable`] names a variable that is missing, empty or not Unicode.
    pub fn builder_from(environment: &Environment) -> Result<ClientBuilder<Self>, BuildError> {
        let key = environment.secret("OMNIDESK_API_KEY")?;
        Ok(Self::builder(
            key,
            environment.required("OMNIDESK_BASE_URL")?,
        ))
    }

    /// Makes a call, and gives the operation's output.
    ///
    /// # Errors
    ///
    /// Every [`Error`] says, by its [`delivery`](Error::delivery), whether the call happened.
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

    /// Prepares a call with settings of its own, such as a timeout, or one whose metadata is wanted.
    pub fn call<O: Operation<Service = Omnidesk>>(&self, operation: O) -> Call<O> {
        self.core.call(operation)
    }

    /// Prepares to find out by looking whether a write happened whose outcome is unknown: see [`Settled`](crate::Settled). Only reads are sent.
    ///
    /// `trace` says when the write was sent: [`Error::trace`], or what was stored of it.
    pub fn settle<'o, O: Settle<Service = Omnidesk>>(
        &self,
        operation: &'o O,
        trace: SendTrace,
    ) -> Settling<'o, O> {
        self.core.settle(operation, trace)
    }

    /// Where the requests go.
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
