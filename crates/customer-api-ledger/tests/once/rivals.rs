//! Another sender uses the same key, and both settle what becomes unknown.

use customer_api_core::{
    async_trait,
    before_send::{BeforeSend, Upcoming, Withheld},
};
use customer_api_ledger::{
    Begun, CallExt as _, LedgerList, Once, Outcome, Resend, State, settle::SettlePolicy,
};

use crate::{
    settle::shows,
    shop::{Folder, Order, key, script},
};

/// A sender that takes the key while this call waits, and does not learn the outcome of its own call.
struct Rival(LedgerList);

#[async_trait]
impl BeforeSend for Rival {
    async fn before_send(&self, _: &Upcoming<'_>) -> Result<(), Withheld> {
        let begun = self.0.begin(&key("case-1"), Resend::none()).await?;
        let Begun::Started(claim) = begun else {
            return Ok(());
        };
        self.0.finish(&claim, &Outcome::unknown()).await?;
        Ok(())
    }
}

#[tokio::test]
async fn what_another_sender_left_unknown_meanwhile_is_looked_for() {
    let folder = Folder::new("meanwhile");
    let list = folder.orders().await;
    let (client, transport) = script([shows("[ref:order-4711~vpx3] tea")]);
    let call = client.call(Order("tea")).before_send(Rival(list.clone()));
    let call = call.once(&list, key("case-1"));
    let once = call.settle_unknown(SettlePolicy::new()).send().await;
    let Ok(Once::Already(entry)) = once else {
        panic!("{once:?}");
    };
    assert_eq!(entry.state, State::Accepted { reference: None });
    assert_eq!(list.summary().await.unwrap().accepted, 1);
    assert_eq!(transport.requests().len(), 1, "one look, and nothing sent");
}
