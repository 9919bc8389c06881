use std::time::Duration;

use super::{FaultCase, Standing, Table, all, expected, observe};
use crate::{Entry, Provider};

/// What tokio's timers, which count in milliseconds, may add to a call.
const TICKS: Duration = Duration::from_millis(10);

/// Lets every operation of a provider meet every fault. Gives what came of it.
///
/// Runs on a runtime of its own: client and server share a thread whose clock jumps to the next timer whenever both are idle,
/// so that waits are measured and not waited for.
///
/// # Panics
///
/// If a call comes to anything but what the rule says.
#[must_use]
pub fn run<P: Provider>() -> Table {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build();
    runtime.unwrap().block_on(meet::<P>())
}

async fn meet<P: Provider>() -> Table {
    let operations = P::operations();
    let login = operations
        .iter()
        .find(|entry| Some(entry.info.id) == P::FACTS.login);
    let mut table = Table::new(P::CRATE);
    let mut provider = P::start().await.unwrap();
    for case in all() {
        // The samples are right for a state in which none of them was carried out.
        if provider.applied() > 0 {
            provider = P::start().await.unwrap();
        }
        for entry in &operations {
            for standing in standings::<P>(entry) {
                let Some(observed) = observe(&provider, &case, entry, *standing).await else {
                    continue;
                };
                let login = login.unwrap_or(entry).info;
                let expected = expected(&case, &P::FACTS, entry.info, login, *standing);
                check(&case, entry, &expected, &observed);
                table.add(&case, entry.info, &P::FACTS, *standing, &expected);
            }
        }
    }
    table
}

fn standings<P: Provider>(entry: &Entry<P::Client>) -> &'static [Standing] {
    if entry.info.authenticated && P::FACTS.login.is_some() {
        &[Standing::Ready, Standing::LoggingIn]
    } else {
        &[Standing::Ready]
    }
}

fn check<C>(
    case: &FaultCase,
    entry: &Entry<C>,
    expected: &super::Expected,
    observed: &super::Observed,
) {
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
