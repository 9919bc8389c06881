use std::sync::{Arc, PoisonError, RwLock};

use ravelin_labels::{
    BuildError, Client,
    customer_api_core::{auth::ApiKey, secrecy::SecretString},
};

/// The key that is valid now. The part of the program that learns of a new key replaces it here.
#[derive(Clone)]
struct CurrentKey(Arc<RwLock<SecretString>>);

impl CurrentKey {
    fn new(key: impl Into<SecretString>) -> Self {
        Self(Arc::new(RwLock::new(key.into())))
    }

    fn replace(&self, key: impl Into<SecretString>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = key.into();
    }

    /// Returns a key that is read before each attempt.
    fn watched(&self) -> ApiKey {
        let Self(key) = self.clone();
        ApiKey::from_fn(move || key.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

/// Builds a client that follows the key, without a restart.
fn connect(key: &CurrentKey, base_url: &str) -> Result<Client, BuildError> {
    Client::builder(key.watched()).base_url(base_url).build()
}

#[cfg(test)]
mod tests {
    use customer_api_sandbox::Sandbox;
    use ravelin_labels::LastReview;

    use super::*;

    #[tokio::test]
    async fn a_new_key_is_used_without_a_restart() {
        let sandbox = Sandbox::start().await.unwrap();
        let server = sandbox.ravelin();
        let key = CurrentKey::new("sk_expired");
        let ravelin = connect(&key, server.base_url()).unwrap();

        let error = ravelin.send(LastReview::new("cust-1")).await.unwrap_err();
        assert_eq!(error.status(), Some(401));
        key.replace(server.secret_key());
        ravelin.send(LastReview::new("cust-1")).await.unwrap();
    }
}
