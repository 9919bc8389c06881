//! Makes writes whose responses are lost, and settles their outcomes.

use std::fmt::Debug;

use customer_api_core::{
    Delivery, Operation, ProviderClient, SendTrace, Settle, Settled, settle::Reason,
};
use customer_api_sandbox::{Fault, Server};

/// Returns a fault that loses the response.
pub fn lost(is_applied: bool) -> Fault {
    let lost = Fault::reset_before_head();
    if is_applied { lost.processed() } else { lost }
}

/// Sends a write whose response is lost, and returns its trace.
pub async fn lose<P, C, O>(server: &Server<P>, client: &C, write: O, is_applied: bool) -> SendTrace
where
    C: ProviderClient,
    O: Operation<Service = C::Service>,
    O::Output: Debug,
{
    meet(server, client, write, lost(is_applied)).await
}

/// Sends a write that meets a fault, and returns the write's trace. The fault must leave the outcome unknown.
pub async fn meet<P, C, O>(server: &Server<P>, client: &C, write: O, fault: Fault) -> SendTrace
where
    C: ProviderClient,
    O: Operation<Service = C::Service>,
    O::Output: Debug,
{
    server.fault_on(O::INFO.id, fault).unwrap();
    let error = client.core().send(write).await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::Unknown);
    error.trace().unwrap()
}

/// Sends a write whose response is lost, checks with one look whether the write was applied, and returns the verdict.
pub async fn settle<P, C, O>(
    server: &Server<P>,
    client: &C,
    write: &O,
    is_applied: bool,
) -> Settled<O::Evidence>
where
    C: ProviderClient,
    O: Settle<Service = C::Service> + Clone,
    O::Output: Debug,
{
    let trace = lose(server, client, write.clone(), is_applied).await;
    client.core().settle(write, trace).look().await.unwrap()
}

/// Returns a verdict as a word, without its evidence.
#[must_use]
pub fn word<E>(verdict: &Settled<E>) -> &'static str {
    match verdict {
        Settled::Applied(_) => "applied",
        Settled::InEffect(_) => "in effect",
        Settled::Superseded(_) => "superseded",
        Settled::NotSeen { .. } => "not seen",
        Settled::CannotTell(_) => "cannot tell",
        _ => "new",
    }
}

/// Returns the reason for the verdict `CannotTell`.
pub fn reason<E: Debug>(verdict: Settled<E>) -> Reason {
    match verdict {
        Settled::CannotTell(why) => why.reason(),
        other => panic!("the verdict is {other:?}"),
    }
}
