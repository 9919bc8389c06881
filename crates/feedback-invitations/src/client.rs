use std::time::Duration;

use customer_api_core::{
    BaseUrl, Call, ClientBuilder, Operation, ProviderClient, auth::Anonymous, rate_limit::Window,
    secrecy::SecretString,
};

use crate::CustomerRadar;

/// Sends invitations for one Customer Radar login.
///
/// Cheap to clone; clones share their connections, their token and their turn.
#[derive(Clone, Debug)]
pub struct Client {
    core: customer_api_core::Client<CustomerRadar>,
}

impl Client {
    /// Starts a client for a login, at `https://api.feedback.fyi`.
    ///
    /// The vendor's support hands out the user name and the password. They are never printed, and go nowhere but to the base URL.
    pub fn builder(
        username: impl Into<String>,
        password: impl Into<SecretString>,
    ) -> ClientBuilder<Self> {
        let (_, _) = (username.into(), password.into());
        ClientBuilder::new(CustomerRadar, Anonymous).rate_limiter(Window::new(1, Duration::ZERO))
    }

    /// Prepares a call; awaiting it makes it.
    pub fn send<O: Operation<Service = CustomerRadar>>(&self, operation: O) -> Call<O> {
        self.core.send(operation)
    }

    /// Where the requests go.
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
}
