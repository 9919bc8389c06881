use std::{error::Error, time::Duration};

use customer_api_postgres::PostgresQuota;
use helpdesk_customers::{Client, customer_api_core::rate_limit::SharedQuota};

/// Builds a client of one process. All processes that use the same database and the name `omnidesk-main` make at most
/// three attempts per minute together. Call `quota.flush().await` before the process ends.
async fn connect(
    key: &str,
    origin: &str,
    database: &str,
) -> Result<(Client, SharedQuota), Box<dyn Error>> {
    let slots = PostgresQuota::connect(database).await?;
    let quota = SharedQuota::per_window(slots, "omnidesk-main", 3, Duration::from_secs(60));
    let client = Client::builder(key, origin)
        .rate_limiter(quota.clone())
        .build()?;
    Ok((client, quota))
}

#[cfg(test)]
mod tests {
    use customer_api_sandbox::Sandbox;
    use helpdesk_customers::{Delivery, ErrorKind, ListCustomers};
    use testkit::Postgres;

    use super::*;

    #[tokio::test]
    async fn processes_share_their_quota() {
        let Some(database) = Postgres::start("cookbook") else {
            return;
        };
        let sandbox = Sandbox::start().await.unwrap();
        let server = sandbox.omnidesk();
        let (key, origin) = (server.api_key(), server.base_url());
        // As two processes would connect.
        let database = database.configuration();
        let (one, quota) = connect(&key, origin, &database).await.unwrap();
        let (other, _quota) = connect(&key, origin, &database).await.unwrap();

        one.send(ListCustomers::new()).await.unwrap();
        other.send(ListCustomers::new()).await.unwrap();
        one.send(ListCustomers::new()).await.unwrap();
        quota.flush().await;
        let further = other
            .call(ListCustomers::new())
            .timeout(Duration::from_secs(2));
        let error = further.send().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::RateLimit, Delivery::NotSent)
        );
        assert_eq!(server.requests().len(), 3);
    }
}
