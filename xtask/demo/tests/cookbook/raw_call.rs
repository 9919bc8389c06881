use std::error::Error;

use helpdesk_customers::{
    Client,
    customer_api_core::{
        OperationInfo,
        operation::{Method, Raw},
    },
};
use serde_json::Value;

/// An operation that the crate lacks. A `GET` is retried; for a `PUT` or `DELETE` that must not be repeated, add
/// `.with_idempotency(Idempotency::NonIdempotent)`.
const READ: OperationInfo =
    OperationInfo::new("readCustomer", Method::Get, "/api/v2/customer/{id}");

/// Reads a customer as JSON.
async fn read(omnidesk: &Client, id: u64) -> Result<Value, Box<dyn Error>> {
    let body = omnidesk.send(Raw::new(&READ).path("id", id)).await?;
    Ok(body.json()?)
}

#[cfg(test)]
mod tests {
    use customer_api_sandbox::{OmnideskCustomer, Sandbox};

    use super::*;

    #[tokio::test]
    async fn a_raw_call_reads_a_customer() {
        let sandbox = Sandbox::start().await.unwrap();
        let server = sandbox.omnidesk();
        let id = server.seed_customer(OmnideskCustomer::new(1, "cust-1"));
        let omnidesk = Client::builder(server.api_key(), server.base_url());
        let omnidesk = omnidesk.build().unwrap();
        let customer = read(&omnidesk, id).await.unwrap();
        assert!(customer.to_string().contains("cust-1"), "{customer}");
    }
}
