//! Claims, from their beginning to their outcome or resolution.

use std::time::SystemTime;

use customer_api_core::Timestamp;
use customer_api_ledger::{
    Claim, Entry, Intent, Key, LedgerError, LedgerErrorKind, Outcome, Resolution, State,
};
use tokio_postgres::{Row, types::Type};

use super::{
    Inner, no_such_list,
    row::{self, Found, code, write_digest},
};
use crate::{connection::Value, history::Mark};

impl Inner {
    pub(super) async fn find(&self, list: &Key, key: &Key) -> Result<Option<Found>, LedgerError> {
        let values: [Value<'_>; 2] = [(&list.as_str(), Type::TEXT), (&key.as_str(), Type::TEXT)];
        let rows = self
            .connection
            .query(&self.statements.entry, &values)
            .await?;
        let row = rows.first().ok_or_else(no_such_list)?;
        Found::read(row)
    }

    pub(super) async fn begin(
        &self,
        claim: &Claim,
        intent: &Intent,
    ) -> Result<Option<Entry>, LedgerError> {
        let (list, key) = (claim.list().as_str(), claim.key().as_str());
        let token = claim.token().as_slice();
        let digest = intent.digest.as_ref().map(write_digest);
        let began = times(intent.began.as_ref());
        let longest = intent.longest.unwrap_or(self.options.longest);
        let seconds = longest
            .saturating_add(self.options.grace)
            .as_secs_f64()
            .min(1e9);
        let values: [Value<'_>; 6] = [
            (&list, Type::TEXT),
            (&key, Type::TEXT),
            (&token, Type::BYTEA),
            (&digest, Type::BYTEA),
            (&began, Type::TIMESTAMPTZ),
            (&seconds, Type::FLOAT8),
        ];
        let before = self.history.mark();
        loop {
            let rows = self
                .connection
                .query(&self.statements.insert, &values)
                .await?;
            if let Some(row) = rows.first() {
                return self.witness(before.as_ref(), row).await.map(|()| None);
            }
            let Some(found) = self.find(claim.list(), claim.key()).await? else {
                // Another claim prevented the insertion, but has been withdrawn since then. Try again.
                continue;
            };
            // This claim already has the key: an earlier run of the statement took effect, but its response was lost.
            if found.is_held_by(claim.token()) {
                return match found.entry.state {
                    State::Sending => Ok(None),
                    _ => Err(claim_lost(
                        "the claim's time was over before the statement's result arrived",
                    )),
                };
            }
            if !intent.may_begin(&found.entry) {
                return Ok(Some(found.entry));
            }
            let mut again = values.to_vec();
            again.push((&found.revision, Type::INT8));
            let rows = self
                .connection
                .query(&self.statements.begin_again, &again)
                .await?;
            if let Some(row) = rows.first() {
                return self.witness(before.as_ref(), row).await.map(|()| None);
            }
        }
    }

    /// Checks that an acknowledged write continues the known history of the database. A pooler may have switched to a database that was
    /// restored to an earlier state.
    async fn witness(&self, before: Option<&Mark>, row: &Row) -> Result<(), LedgerError> {
        if self.history.is_continued(before, row) {
            return Ok(());
        }
        self.connection.renew().await
    }

    pub(super) async fn withdraw(&self, claim: &Claim) -> Result<(), LedgerError> {
        let (list, key) = (claim.list().as_str(), claim.key().as_str());
        let token = claim.token().as_slice();
        let values: [Value<'_>; 3] = [
            (&list, Type::TEXT),
            (&key, Type::TEXT),
            (&token, Type::BYTEA),
        ];
        self.connection
            .query(&self.statements.withdraw, &values)
            .await?;
        Ok(())
    }

    pub(super) async fn finish(
        &self,
        claim: &Claim,
        outcome: &Outcome,
    ) -> Result<State, LedgerError> {
        let state = outcome.state();
        let (status, words, not_before) = match state {
            State::Accepted { reference } => (None, reference.as_deref(), None),
            State::Refused {
                status,
                code,
                not_before,
            } => (
                status.map(i32::from),
                code.as_deref(),
                times(not_before.as_ref()),
            ),
            State::Sending | State::NotSent | State::Unknown => (None, None, None),
        };
        let number = code(state);
        let (list, key) = (claim.list().as_str(), claim.key().as_str());
        let token = claim.token().as_slice();
        let values: [Value<'_>; 7] = [
            (&list, Type::TEXT),
            (&key, Type::TEXT),
            (&token, Type::BYTEA),
            (&number, Type::INT2),
            (&status, Type::INT4),
            (&words, Type::TEXT),
            (&not_before, Type::TIMESTAMPTZ),
        ];
        let before = self.history.mark();
        let rows = self
            .connection
            .query(&self.statements.finish, &values)
            .await?;
        if let Some(row) = rows.first() {
            self.witness(before.as_ref(), row).await?;
            return row::read_state(row);
        }
        // An earlier run of the statement may have taken effect, and its response may have been lost.
        let found = self.find(claim.list(), claim.key()).await?;
        let found = found.filter(|found| found.is_held_by(claim.token()));
        let is_refusal = matches!(state, State::Refused { .. } | State::NotSent);
        match found.map(|found| found.entry.state) {
            Some(now) if code(&now) == number => return Ok(now),
            Some(State::Unknown) if is_refusal => return Ok(State::Unknown),
            _ => {}
        }
        Err(claim_lost(
            "the claim no longer has the key: its outcome was recorded, or the key was begun again",
        ))
    }

    pub(super) async fn resolve(
        &self,
        list: &Key,
        known: &Entry,
        resolution: Resolution,
    ) -> Result<(), LedgerError> {
        let number = code(&match resolution {
            Resolution::Sent => State::Accepted { reference: None },
            Resolution::NotSent => State::NotSent,
        });
        let found = self.find(list, &known.key).await?;
        let found = found.filter(|found| found.entry == *known && known.state == State::Unknown);
        let not_unknown = |reason| LedgerError::new(LedgerErrorKind::NotUnknown, reason);
        let found = found.ok_or_else(|| {
            not_unknown(
                "there is nothing to resolve: the key is not unknown, or was begun again since",
            )
        })?;
        // The token distinguishes this resolution from all others, in case its response is lost.
        let own = Claim::new(list.clone(), known.key.clone());
        let token = own.token().as_slice();
        let (name, key) = (list.as_str(), known.key.as_str());
        let values: [Value<'_>; 5] = [
            (&name, Type::TEXT),
            (&key, Type::TEXT),
            (&number, Type::INT2),
            (&found.revision, Type::INT8),
            (&token, Type::BYTEA),
        ];
        let before = self.history.mark();
        let rows = self
            .connection
            .query(&self.statements.resolve, &values)
            .await?;
        if let Some(row) = rows.first() {
            return self.witness(before.as_ref(), row).await;
        }
        let now = self.find(list, &known.key).await?;
        if now.is_some_and(|now| now.is_held_by(own.token())) {
            return Ok(());
        }
        Err(not_unknown(
            "the key changed while it was resolved: look at it again",
        ))
    }
}

fn times(time: Option<&Timestamp>) -> Option<SystemTime> {
    time.map(Timestamp::to_system_time)
}

fn claim_lost(reason: &'static str) -> LedgerError {
    LedgerError::new(LedgerErrorKind::ClaimLost, reason)
}
