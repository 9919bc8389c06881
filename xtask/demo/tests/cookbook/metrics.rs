use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use ravelin_labels::customer_api_core::observe::{CallEnd, Observer};

/// Counts calls by operation and outcome: `ok`, `not_sent`, `refused` or `unknown`.
#[derive(Clone, Debug, Default)]
struct Metrics(Arc<Mutex<BTreeMap<(&'static str, &'static str), u64>>>);

impl Observer for Metrics {
    fn call_ended(&self, call: &CallEnd) {
        let outcome = call.delivery.map_or("ok", |delivery| delivery.as_str());
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((call.operation.id, outcome)).or_default() += 1;
    }
}

impl Metrics {
    /// Returns the number of calls of an operation that ended with this outcome.
    fn count(&self, operation: &'static str, outcome: &'static str) -> u64 {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.get(&(operation, outcome)).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use customer_api_sandbox::{Fault, Sandbox};
    use ravelin_labels::{Client, LabelCustomer, LastReview, PaymentFraudReview};

    use super::*;

    #[tokio::test]
    async fn calls_are_counted() {
        let sandbox = Sandbox::start().await.unwrap();
        let server = sandbox.ravelin();
        let metrics = Metrics::default();
        let ravelin = Client::builder(server.secret_key())
            .base_url(server.base_url())
            .observer(metrics.clone())
            .build()
            .unwrap();

        ravelin.send(LastReview::new("cust-1")).await.unwrap();
        server
            .fault_on("labelCustomer", Fault::status(503))
            .unwrap();
        let label = LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::Genuine);
        ravelin.send(label).await.unwrap_err();
        assert_eq!(metrics.count("lastReview", "ok"), 1);
        assert_eq!(metrics.count("labelCustomer", "unknown"), 1);
        assert_eq!(metrics.count("labelCustomer", "ok"), 0);
    }
}
