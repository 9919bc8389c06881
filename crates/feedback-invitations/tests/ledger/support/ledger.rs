//! A ledger in a file with one list in it, which most tests use.

use std::{ops::Deref, path::Path};

use feedback_invitations::{
    SendInvitation,
    ledger::{self, LedgerError, LedgerErrorKind, LedgerList},
};

/// The name of the list.
pub(crate) const LIST: &str = "list";

/// A ledger's file, and its list.
#[derive(Clone, Debug)]
pub(crate) struct FileLedger {
    file: ledger::FileLedger,
    list: LedgerList,
}

/// Options for opening one.
pub(crate) struct FileLedgerOptions(ledger::FileLedgerOptions);

impl FileLedger {
    /// Creates the file and the list.
    pub(crate) async fn create(path: impl AsRef<Path>) -> Result<Self, LedgerError> {
        Self::with_new_list(ledger::FileLedger::create(path).await?).await
    }

    /// Opens the file and the list, both of which must be there.
    pub(crate) async fn open(path: impl AsRef<Path>) -> Result<Self, LedgerError> {
        let file = ledger::FileLedger::open(path).await?;
        let list = file.list(LIST).await?;
        Ok(Self { file, list })
    }

    /// Opens the file and the list, or creates what is not there.
    pub(crate) async fn open_or_create(path: impl AsRef<Path>) -> Result<Self, LedgerError> {
        Self::options().open_or_create(path).await
    }

    pub(crate) fn options() -> FileLedgerOptions {
        FileLedgerOptions(ledger::FileLedger::options())
    }

    async fn with_new_list(file: ledger::FileLedger) -> Result<Self, LedgerError> {
        let list = file.create_list(LIST, &SendInvitation::INFO).await?;
        Ok(Self { file, list })
    }

    async fn with_some_list(file: ledger::FileLedger) -> Result<Self, LedgerError> {
        match file.list(LIST).await {
            Ok(list) => Ok(Self { file, list }),
            Err(error) if error.kind() == LedgerErrorKind::NoSuchList => {
                Self::with_new_list(file).await
            }
            Err(error) => Err(error),
        }
    }

    /// Returns the ledger itself, for a wrapper around it.
    pub(crate) fn file(&self) -> &ledger::FileLedger {
        &self.file
    }

    pub(crate) fn path(&self) -> &Path {
        self.file.path()
    }

    pub(crate) fn is_power_loss_safe(&self) -> bool {
        self.file.is_power_loss_safe()
    }
}

impl FileLedgerOptions {
    pub(crate) fn power_loss_safe(self, safe: bool) -> Self {
        Self(self.0.power_loss_safe(safe))
    }

    pub(crate) async fn open_or_create(
        &self,
        path: impl AsRef<Path>,
    ) -> Result<FileLedger, LedgerError> {
        FileLedger::with_some_list(self.0.open_or_create(path).await?).await
    }
}

impl Deref for FileLedger {
    type Target = LedgerList;

    fn deref(&self) -> &LedgerList {
        &self.list
    }
}
