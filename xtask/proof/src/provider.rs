use customer_api_core::{ClientBuilder, ProviderClient};
use customer_api_sandbox::{SandboxError, Server};

use crate::{Entry, Facts, Texts};

/// A provider's client and its sandbox.
pub trait Provider: Sized {
    /// The provider crate.
    const CRATE: &'static str;
    /// The facts about the provider.
    const FACTS: Facts;
    /// Its client.
    type Client: ProviderClient<Service: Default> + Clone + std::fmt::Debug + Send + Sync + 'static;
    /// Its sandbox.
    type Imitation;

    /// Starts a sandbox in which every call of [`operations`](Self::operations) succeeds, in that order.
    fn start() -> impl Future<Output = Result<Self, SandboxError>>;

    /// Returns the provider's server in the sandbox.
    fn server(&self) -> &Server<Self::Imitation>;

    /// Returns the number of writes that the provider's server executed.
    fn applied(&self) -> usize;

    /// Returns a client for the sandbox, without a quota that slows it down.
    fn builder(&self) -> ClientBuilder<Self::Client>;

    /// Returns a write with this unique word, which occurs in it once.
    fn marked_write(word: &str) -> Entry<Self::Client>;

    /// Returns every operation, in an order in which they can be called one after another.
    fn operations() -> Vec<Entry<Self::Client>>;
}

/// A provider whose calls need no sandbox. The test inspects the calls, or responds to them.
pub trait Offline: Provider {
    /// Returns a client with a chosen transport, without a quota that slows it down.
    fn offline() -> ClientBuilder<Self::Client>;

    /// Returns the response to a login, if calls need one.
    fn login_response() -> Option<&'static str> {
        None
    }

    /// Returns every operation, with one of these texts in every field that accepts any text.
    fn worded(words: &Texts<'_>) -> Vec<Entry<Self::Client>>;
}
