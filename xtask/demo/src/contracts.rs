//! A contract manager lists customers under a limit that all programs with the provider's account
//! share.

use std::time::Duration;

use customer_api_sandbox::{RevnueCustomer, RevnueListResponse, RevnueOptions, Sandbox};
use revnue_customers::{
    Client, SINGLE_COMPANY,
    customer_api_core::rate_limit::{Quota, Unlimited},
};

use crate::{Failure, account::Account};

const CUSTOMERS: usize = 45;
const PAGE: usize = 5;

/// The limit of the provider's account, in a window shorter than the provider's minute.
const CALLS: usize = 4;
const WINDOW: Duration = Duration::from_secs(1);

pub(crate) async fn work(account: &mut Account) -> Result<(), Failure> {
    let options = RevnueOptions::default()
        .rate_limit(CALLS, WINDOW)
        .list_response(RevnueListResponse::Pages(PAGE));
    let sandbox = Sandbox::builder().revnue(options).start().await?;
    let revnue = sandbox.revnue();
    for number in 1..=CUSTOMERS {
        revnue.seed_customer(RevnueCustomer::new(
            SINGLE_COMPANY,
            format!("Customer {number}"),
        ));
    }
    let builder = || Client::builder(revnue.token()).base_url(revnue.base_url());

    account.step(&format!(
        "list {CUSTOMERS} customers in pages of {PAGE}, with a limit of {CALLS} calls per second for the account"
    ));
    let careful = builder()
        .rate_limiter(Quota::per_window(CALLS, WINDOW))
        .build()?;
    let listed = read(account, &careful).await?;
    account.expect("customers", listed, CUSTOMERS)?;
    account.expect("429s", revnue.throttled_count(), 0)?;
    account.show("the client waited for its permits; the provider never refused a call");

    account.step("list them with a client that does not know the limit");
    let careless = builder().rate_limiter(Unlimited).build()?;
    let listed = read(account, &careless).await?;
    account.expect("customers", listed, CUSTOMERS)?;
    account.expect("throttled", revnue.throttled_count() > 0, true)?;
    account.show(format!(
        "throttled {} times; the client waited for each Retry-After, and the list is complete",
        revnue.throttled_count()
    ));
    Ok(())
}

async fn read(account: &mut Account, revnue: &Client) -> Result<usize, Failure> {
    let mut customers = revnue.customers(SINGLE_COMPANY);
    let mut names = std::collections::BTreeSet::new();
    while let Some(page) = customers.next_page().await? {
        names.extend(page.items.into_iter().filter_map(|customer| customer.name));
        account.show(format!(
            "page {}: {:>2} customers",
            page.number,
            names.len()
        ));
    }
    Ok(names.len())
}
