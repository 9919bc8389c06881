use std::time::Duration;

use super::{AuthState, Expected, FaultCase, Observed, Table, all, expected, observe};
use crate::{Entry, Provider};

/// The time that tokio's timers, which count in milliseconds, may add to a call.
const TICKS: Duration = Duration::from_millis(10);

/// Runs every operation of a provider against every fault. Returns the results.
///
/// # Panics
///
/// Panics if a call's result differs from the rule.
#[must_use]
pub fn run<P: Provider>() -> Table {
    let operations = P::operations();
    let login = operations
        .iter()
        .find(|entry| Some(entry.info.id) == P::FACTS.login);
    let mut table = Table::new(P::CRATE);
    drive::<P>(
        |_| "No.".to_owned(),
        |case, entry, standing, observed| {
            let login = login.unwrap_or(entry).info;
            let expected = expected(case, &P::FACTS, entry.info, login, standing);
            check(case, entry, &expected, &observed);
            table.add(case, entry.info, &P::FACTS, standing, &expected);
        },
    );
    table
}

/// Runs every operation of a provider against every fault, and shows each outcome. `says` returns the server's message
/// for the operation of that id.
///
/// Runs on a separate runtime. Client and server share a thread whose clock jumps to the next timer whenever both are
/// idle, so that waits are measured without waiting.
///
/// # Panics
///
/// Panics if no runtime can be made.
pub fn drive<P: Provider>(
    says: impl Fn(&str) -> String,
    mut show: impl FnMut(&FaultCase, &Entry<P::Client>, AuthState, Observed),
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build();
    runtime.unwrap().block_on(async {
        let operations = P::operations();
        let mut provider = P::start().await.unwrap();
        for case in all() {
            // At the start of each case, the sample calls need a server that has executed no write.
            if provider.applied() > 0 {
                provider = P::start().await.unwrap();
            }
            for entry in &operations {
                for standing in standings::<P>(entry) {
                    let target = match standing {
                        AuthState::Ready => entry.info.id,
                        AuthState::LoggingIn => P::FACTS.login.unwrap_or_default(),
                    };
                    let says = says(target);
                    if let Some(observed) = observe(&provider, &case, entry, *standing, &says).await
                    {
                        show(&case, entry, *standing, observed);
                    }
                }
            }
        }
    });
}

fn standings<P: Provider>(entry: &Entry<P::Client>) -> &'static [AuthState] {
    if entry.info.authenticated && P::FACTS.login.is_some() {
        &[AuthState::Ready, AuthState::LoggingIn]
    } else {
        &[AuthState::Ready]
    }
}

fn check<C>(case: &FaultCase, entry: &Entry<C>, expected: &Expected, observed: &Observed) {
    let (shortest, longest) = expected.elapsed;
    let error = observed.outcome.error.as_ref();
    let is_as_expected = observed.told == expected.told
        && observed.attempts == expected.attempts
        && observed.received == expected.received
        && observed.applied == expected.carried_out
        && observed.logins == expected.logins
        && error.and_then(customer_api_core::Error::retry_after) == expected.retry_after
        && (shortest..=longest + TICKS).contains(&observed.elapsed)
        && observed.elsewhere == 0;
    assert!(
        is_as_expected,
        "{entry:?}, {}:\n  {expected:?} is right\n  {observed:?} came of it",
        case.name
    );
}
