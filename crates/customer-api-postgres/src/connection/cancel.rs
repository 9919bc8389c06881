//! Statements that were given up, and must not be carried out later.

use std::sync::Arc;

use tokio_postgres::{Client, config::SslMode};

use super::{Connection, tls::Tls};

impl Connection {
    /// Asks the server to give up what a connection runs, without waiting for it.
    ///
    /// A server does not notice that a connection is closed while its statement waits for a lock. It would claim a key for a sender that
    /// gave up long ago.
    pub(super) fn cancel(&self, client: &Arc<Client>) {
        let (token, timeout) = (client.cancel_token(), self.timeout);
        let is_plain = self.config.get_ssl_mode() == SslMode::Disable;
        tokio::spawn(async move {
            let asked = async {
                if is_plain {
                    drop(token.cancel_query(tokio_postgres::NoTls).await);
                } else if let Ok(tls) = Tls::new() {
                    drop(token.cancel_query(tls).await);
                }
            };
            // If it can't be asked, the claim ends with its own time.
            let _ = tokio::time::timeout(timeout, asked).await;
        });
    }
}
