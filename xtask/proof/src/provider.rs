use customer_api_core::{ClientBuilder, ProviderClient};
use customer_api_sandbox::{SandboxError, Server};

use crate::{Entry, Facts, Texts};

/// A provider's client, and its imitation to call.
pub trait Provider: Sized {
    /// The provider crate.
    const CRATE: &'static str;
    /// What is known of it.
    const FACTS: Facts;
    /// Its client.
    type Client: ProviderClient<Service: Default> + Clone + std::fmt::Debug + Send + Sync + 'static;
    /// Its imitation.
    type Imitation;

    /// Starts an imitation in which every sample succeeds, even after those before it in the table.
    fn start() -> impl Future<Output = Result<Self, SandboxError>>;

    /// The imitation.
    fn server(&self) -> &Server<Self::Imitation>;

    /// How many writes it carried out.
    fn applied(&self) -> usize;

    /// A client for the imitation, which is not slowed down by a quota of its own.
    fn builder(&self) -> ClientBuilder<Self::Client>;

    /// A write that can be told from others by this word, which stands in it once.
    fn marked_write(word: &str) -> Entry<Self::Client>;

    /// Every operation, in an order in which they can be called one after another.
    fn operations() -> Vec<Entry<Self::Client>>;
}

/// A provider whose calls need no imitation: they are made to be looked at, or answered by whoever tests.
pub trait Offline: Provider {
    /// A client whose transport is the caller's to choose, and which is not slowed down by a quota of its own.
    fn offline() -> ClientBuilder<Self::Client>;

    /// What a login is answered, where calls need one.
    fn login_response() -> Option<&'static str> {
        None
    }

    /// Every operation, with a text of the caller's in every field that takes any.
    fn worded(words: &Texts<'_>) -> Vec<Entry<Self::Client>>;
}
