//! The ledger that the processes share.

use std::time::Duration;

use customer_api_ledger::{LedgerError, LedgerErrorKind, LedgerList};
use customer_api_postgres::PostgresLedger;
use proof::processes::LIST;

/// The grace of a sender after its call: as short as possible, because the proof waits for dead senders.
const GRACE: Duration = Duration::from_millis(500);

/// Connects as a process does.
pub(crate) async fn connect(configuration: &str) -> Result<PostgresLedger, LedgerError> {
    let options = PostgresLedger::options().grace(GRACE);
    options.connect(configuration).await
}

/// Connects, and opens the list.
pub(crate) async fn open(configuration: &str) -> Result<(PostgresLedger, LedgerList), LedgerError> {
    let ledger = connect(configuration).await?;
    let list = ledger.list(LIST).await?;
    Ok((ledger, list))
}

/// Asserts that a ledger failed because its server is down.
pub(crate) fn assert_is_down(error: &LedgerError) {
    assert_eq!(error.kind(), LedgerErrorKind::Storage, "{error:?}");
}
