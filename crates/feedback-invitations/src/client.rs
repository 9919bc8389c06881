use customer_api_core::{
    BaseUrl, BuildError, Call, ClientBuilder, Environment, Error, Operation, ProviderClient,
    SendTrace, Settle, rate_limit::Quota, secrecy::SecretString, session::Session,
    settle::Settling,
};

use crate::{CustomerRadar, login::PasswordLogin};

/// Sends invitations for one Customer Radar login.
///
/// Cheap to clone. Clones share their connections, their token and their limit of concurrent calls.
///
/// ```no_run
/// use feedback_invitations::{Client, Programme, Recipient, SendInvitation};
///
/// # async fn run(password: String) -> Result<(), feedback_invitations::Error> {
/// let radar = Client::builder("testing", password).build()?;
/// let programme = Programme::new("client-display-id", "programme-display-id");
/// let dave = Recipient::new("location-display-id").email("abc@gmail.com");
/// let receipt = radar.send(SendInvitation::new(&programme, dave)).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Operations
///
#[doc = include_str!("generated/calls.md")]
#[derive(Clone, Debug)]
pub struct Client {
    core: customer_api_core::Client<CustomerRadar>,
}

impl Client {
    /// Starts a builder for a login, at `https://api.feedback.fyi`.
    ///
    /// The provider issues the user name and the password. They are never printed, and are sent only to the base URL. If one of them
    /// is blank, [`build`](ClientBuilder::build) returns an error.
    ///
    /// The client logs in when a call needs a token, once for all calls that wait, and shares the token with its clones. A token is
    /// valid for the documented 60 minutes, or until the `expiration` of the response if that is earlier. The client renews the token
    /// some minutes earlier. If the provider responds with 401 nevertheless, the client logs in and sends the call once more, because a
    /// 401 proves that nothing was processed. After a refused login, the client does not log in again for a minute, and for longer after
    /// each further refusal, because the account might be locked. In the meantime, calls fail with
    /// [`ErrorKind::Authentication`](crate::ErrorKind).
    ///
    /// Together, the client and its clones make one call at a time, logins included. Other calls wait for their turn, but no longer than
    /// their timeout. The provider documents no limit. [`rate_limiter`](ClientBuilder::rate_limiter) replaces the client's limit.
    ///
    /// See <https://customerradar.zendesk.com/hc/en-us/articles/360000082535-Introduction-to-our-API>.
    pub fn builder(
        username: impl Into<String>,
        password: impl Into<SecretString>,
    ) -> ClientBuilder<Self> {
        let login = PasswordLogin::new(username.into(), password.into());
        ClientBuilder::new(CustomerRadar, Session::new(login)).rate_limiter(Quota::in_flight(1))
    }

    /// Builds a client from the environment variables of the process.
    ///
    /// | variable | holds |
    /// |---|---|
    /// | `RADAR_USERNAME` | the user name |
    /// | `RADAR_PASSWORD` | the password |
    /// | `RADAR_BASE_URL` | the base URL, if it is not `https://api.feedback.fyi` |
    ///
    /// For settings beyond these, see [`builder_from_env`](Self::builder_from_env).
    ///
    /// # Errors
    ///
    /// [`BuildError::Variable`] names a variable that is missing, empty or not Unicode. It never shows a value. Otherwise the same errors
    /// as [`build`](ClientBuilder::build).
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

    /// Starts a builder from variables that come from elsewhere, such as from a test. They have the names that
    /// [`from_env`](Self::from_env) lists.
    ///
    /// # Errors
    ///
    /// [`BuildError::Variable`] names a variable that is missing, empty or not Unicode.
    pub fn builder_from(environment: &Environment) -> Result<ClientBuilder<Self>, BuildError> {
        let username = environment.required("RADAR_USERNAME")?;
        let builder = Self::builder(username, environment.secret("RADAR_PASSWORD")?);
        Ok(match environment.base_url("RADAR_BASE_URL")? {
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
    /// # use feedback_invitations::customer_api_core::{*, error::*, operation::*, request::*, response::*};
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
    /// # async fn run(radar: feedback_invitations::Client) -> Result<(), Error> {
    /// radar.send(Withdraw).await?; // another provider's operation does not compile
    /// # Ok(())
    /// # }
    /// ```
    pub fn send<O: Operation<Service = CustomerRadar>>(
        &self,
        operation: O,
    ) -> impl Future<Output = Result<O::Output, Error>> + Send + use<O> {
        self.core.send(operation)
    }

    /// Prepares a call with its own settings, such as a timeout, or a call whose metadata the caller wants.
    pub fn call<O: Operation<Service = CustomerRadar>>(&self, operation: O) -> Call<O> {
        self.core.call(operation)
    }

    /// Prepares a look, which checks whether a write of unknown outcome happened: see [`Settled`](crate::Settled).
    ///
    /// The provider has no operation that returns an invitation. Therefore the look at an invitation sends nothing, and its verdict is
    /// always `CannotTell`.
    ///
    /// `trace` states when the write was sent. Pass [`Error::trace`], or the trace that the caller stored.
    pub fn settle<'o, O: Settle<Service = CustomerRadar>>(
        &self,
        operation: &'o O,
        trace: SendTrace,
    ) -> Settling<'o, O> {
        self.core.settle(operation, trace)
    }

    /// Returns the URL to which the requests are sent.
    #[must_use]
    pub fn base_url(&self) -> &BaseUrl {
        self.core.base_url()
    }
}

impl ProviderClient for Client {
    type Service = CustomerRadar;

    fn from_core(core: customer_api_core::Client<CustomerRadar>) -> Self {
        Self { core }
    }

    fn core(&self) -> &customer_api_core::Client<CustomerRadar> {
        &self.core
    }
}
