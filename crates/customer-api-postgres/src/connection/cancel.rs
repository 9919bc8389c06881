//! Cancels statements that were given up, so that the server does not carry them out later.

use std::sync::Arc;

use tokio_postgres::{Client, config::SslMode};

use super::{Connection, tls::Tls};

impl Connection {
    /// Asks the server to cancel the current statement of a connection. Returns without waiting for the cancellation.
    ///
    /// While a statement waits for a lock, the server does not notice that the statement's connection is closed. Without the
    /// cancellation, the statement would later claim a key for a sender that gave up long ago.
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
            // If the server can't be asked, and the statement makes a claim later, the claim expires by its own time limit.
            let _ = tokio::time::timeout(timeout, asked).await;
        });
    }
}
