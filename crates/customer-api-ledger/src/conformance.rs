//! A test suite for implementations of [`Ledger`]. Run the suite in the tests of your implementation.
//!
//! ```
//! # #[cfg(feature = "file")]
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use customer_api_ledger::{FileLedger, conformance};
//!
//! # let path = std::env::temp_dir().join(format!("conformance-{}", std::process::id()));
//! let ledger = FileLedger::create(&path).await?;
//! conformance::check(&ledger).await?;
//! # drop(ledger);
//! # std::fs::remove_file(path)?;
//! # Ok(())
//! # }
//! # #[cfg(feature = "file")]
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(run()).unwrap();
//! ```
//!
//! The suite checks one handle of one process. Write your own tests for the behaviour of a shared store when machines die, connections
//! break or a copy is restored.

use std::{fmt, sync::Arc};

pub use customer_api_core::conformance::Violation;
use customer_api_core::conformance::{Checked, holds, violation};
use tokio::task::JoinSet;

use crate::{
    Claim, Digest, Entry, Intent, Key, Ledger, LedgerError, LedgerErrorKind, LedgerSummary,
    Outcome, Resend, Resolution, State,
};

/// The number of simultaneous claims on one key.
const RIVALS: usize = 16;

/// Checks a ledger that only this suite uses. Leaves behind lists whose names begin with `conformance-`.
///
/// # Errors
///
/// Returns the first rule that the ledger violates.
pub async fn check<L: Ledger + Clone>(ledger: &L) -> Result<(), Violation> {
    let suite = Suite {
        ledger: Arc::new(ledger.clone()),
        list: named(&format!("conformance-{}", unique()))?,
    };
    suite.lists().await?;
    suite.outcomes().await?;
    suite.withdrawals().await?;
    suite.rivals().await?;
    suite.abandoned().await?;
    suite.resolutions().await?;
    suite.contents().await?;
    suite.pages().await
}

/// Returns a text that no other run of the suite has.
fn unique() -> String {
    let claim = named("suite").map(|key| Claim::new(key.clone(), key));
    let token = claim.map_or([0; 16], |claim| *claim.token());
    token.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn named(text: &str) -> Result<Key, Violation> {
    Key::new(text).map_err(|error| violation("the suite's names are valid keys", &error))
}

fn done<T>(rule: &'static str, outcome: Result<T, LedgerError>) -> Result<T, Violation> {
    outcome.map_err(|error| violation(rule, &error))
}

fn fails<T: fmt::Debug>(
    rule: &'static str,
    outcome: Result<T, LedgerError>,
    kind: LedgerErrorKind,
) -> Checked {
    match outcome {
        Err(error) if error.kind() == kind => Ok(()),
        other => Err(violation(rule, &other)),
    }
}

const WORKS: &str = "an allowed operation succeeds";

struct Suite<L> {
    ledger: Arc<L>,
    list: Key,
}

impl<L: Ledger> Suite<L> {
    fn claim(&self, key: &str) -> Result<Claim, Violation> {
        Ok(Claim::new(self.list.clone(), named(key)?))
    }

    async fn begin(&self, claim: &Claim, resend: Resend) -> Result<Option<Entry>, Violation> {
        done(
            WORKS,
            self.ledger.begin(claim, &Intent::new(None, resend)).await,
        )
    }

    /// Begins a key. Returns a violation if the ledger does not begin it.
    async fn begun(&self, key: &str, resend: Resend) -> Result<Claim, Violation> {
        let claim = self.claim(key)?;
        let known = self.begin(&claim, resend).await?;
        holds("a key that may begin is begun", known.is_none(), &known)?;
        Ok(claim)
    }

    async fn finish(&self, claim: &Claim, outcome: Outcome) -> Checked {
        let state = done(WORKS, self.ledger.finish(claim, &outcome).await)?;
        let key = claim.key().as_str();
        self.state_is(
            "`finish` returns the state that is on record",
            key,
            Some(&state),
        )
        .await
    }

    async fn entry(&self, key: &str) -> Result<Option<Entry>, Violation> {
        done(WORKS, self.ledger.entry(&self.list, &named(key)?).await)
    }

    async fn state_is(&self, rule: &'static str, key: &str, state: Option<&State>) -> Checked {
        let entry = self.entry(key).await?;
        let now = entry.as_ref().map(|entry| &entry.state);
        holds(rule, now == state, &now)
    }

    async fn lists(&self) -> Checked {
        let ledger = &self.ledger;
        let missing = LedgerErrorKind::NoSuchList;
        let rule = "an operation on a missing list fails";
        let (claim, key) = (self.claim("a")?, named("a")?);
        let intent = Intent::default();
        fails(rule, ledger.begin(&claim, &intent).await, missing)?;
        fails(rule, ledger.entry(&self.list, &key).await, missing)?;
        fails(rule, ledger.summary(&self.list).await, missing)?;
        fails(rule, ledger.unknown(&self.list, None, 9).await, missing)?;
        done(WORKS, ledger.create_list(&self.list, "order").await)?;
        let again = ledger.create_list(&self.list, "order").await;
        fails(
            "a list is created once",
            again,
            LedgerErrorKind::AlreadyExists,
        )?;
        let lists = done(WORKS, ledger.lists().await)?;
        let is_there = lists
            .iter()
            .any(|list| list.name == self.list && list.operation == "order");
        holds("a list that was created is listed", is_there, &lists)
    }

    async fn outcomes(&self) -> Checked {
        let reference = Some("o-1".to_owned());
        let refused = State::Refused {
            status: Some(422),
            code: Some("NO".to_owned()),
            not_before: None,
        };
        for (key, outcome, state, again) in [
            (
                "accepted",
                Outcome::accepted(Some("o-1")),
                State::Accepted { reference },
                false,
            ),
            (
                "refused",
                Outcome::refused(Some(422), Some("NO")),
                refused,
                false,
            ),
            ("not-sent", Outcome::not_sent(), State::NotSent, true),
            ("unknown", Outcome::unknown(), State::Unknown, false),
        ] {
            let claim = self.begun(key, Resend::none()).await?;
            let rule = "a key that was begun is on its way";
            self.state_is(rule, key, Some(&State::Sending)).await?;
            let entry = self.entry(key).await?;
            let began = entry.and_then(|entry| entry.began);
            holds("an entry records when it was begun", began.is_some(), &key)?;
            let other = self.claim(key)?;
            let known = self
                .begin(&other, Resend::none().refused().unknown())
                .await?;
            let is_sending = known
                .as_ref()
                .is_some_and(|entry| entry.state == State::Sending);
            holds("a key on its way never begins", is_sending, &known)?;
            let rule = "only the claim that has the key settles it";
            let lost = LedgerErrorKind::ClaimLost;
            fails(rule, self.ledger.finish(&other, &outcome).await, lost)?;
            self.finish(&claim, outcome).await?;
            self.state_is("an outcome is stored as it was given", key, Some(&state))
                .await?;
            let known = self.begin(&self.claim(key)?, Resend::none()).await?;
            let rule = "without `Resend`, only a key that was not sent begins again";
            holds(rule, known.is_none() == again, &known)?;
        }
        let claim = self.begun("refused", Resend::none().refused()).await?;
        self.finish(&claim, Outcome::unknown()).await?;
        for outcome in [
            Outcome::refused(Some(409), Some("DUPLICATE")),
            Outcome::not_sent(),
        ] {
            let claim = self.begun("refused", Resend::none().unknown()).await?;
            self.finish(&claim, outcome).await?;
            let rule = "a refusal does not remove the doubt about an earlier write";
            self.state_is(rule, "refused", Some(&State::Unknown))
                .await?;
        }
        let claim = self.begun("refused", Resend::none().unknown()).await?;
        self.finish(&claim, Outcome::accepted(None)).await?;
        let all = Resend::none().refused().unknown().refused_for_now();
        let known = self.begin(&self.claim("refused")?, all).await?;
        holds(
            "an accepted key never begins again",
            known.is_some(),
            &known,
        )
    }

    async fn withdrawals(&self) -> Checked {
        let claim = self.begun("withdrawn", Resend::none()).await?;
        done(WORKS, self.ledger.withdraw(&claim).await)?;
        let rule = "a key whose claim was withdrawn is as it was";
        self.state_is(rule, "withdrawn", None).await?;
        done(
            "withdrawing a claim again succeeds",
            self.ledger.withdraw(&claim).await,
        )?;

        let first = self.claim("withdrawn")?;
        let intent = Intent::new(Some(digest(1)), Resend::none());
        let known = done(WORKS, self.ledger.begin(&first, &intent).await)?;
        holds("a key that may begin is begun", known.is_none(), &known)?;
        let soon = crate::clock::now();
        let refused = Outcome::refused(Some(400), Some("NO"));
        let refused = match soon {
            Some(time) => refused.with_not_before(time),
            None => refused,
        };
        self.finish(&first, refused).await?;
        let before = self.entry("withdrawn").await?;
        let second = self.begun("withdrawn", Resend::none().refused()).await?;
        done(WORKS, self.ledger.withdraw(&first).await)?;
        let rule = "a claim that does not have the key withdraws nothing";
        self.state_is(rule, "withdrawn", Some(&State::Sending))
            .await?;
        done(WORKS, self.ledger.withdraw(&second).await)?;
        let after = self.entry("withdrawn").await?;
        holds(
            "a key whose claim was withdrawn is as it was",
            before == after,
            &(before, after),
        )
    }

    /// Checks simultaneous claims on one key: on a new key, and on a key that may begin again.
    async fn rivals(&self) -> Checked {
        self.rivals_for(Outcome::not_sent()).await?;
        self.rivals_for(Outcome::accepted(None)).await
    }

    async fn rivals_for(&self, outcome: Outcome) -> Checked {
        let key = named("rivals")?;
        let mut tasks = JoinSet::new();
        for _ in 0..RIVALS {
            let ledger = Arc::clone(&self.ledger);
            let claim = Claim::new(self.list.clone(), key.clone());
            tasks.spawn(async move {
                let intent = Intent::new(None, Resend::none());
                ledger
                    .begin(&claim, &intent)
                    .await
                    .map(|known| (claim, known))
            });
        }
        let mut winners = Vec::new();
        while let Some(outcome) = tasks.join_next().await {
            let outcome = outcome.map_err(|error| violation(WORKS, &error))?;
            let (claim, known) = done(WORKS, outcome)?;
            winners.extend(known.is_none().then_some(claim));
        }
        holds(
            "of several simultaneous claims, one gets the key",
            winners.len() == 1,
            &winners.len(),
        )?;
        for winner in winners {
            // Begins with the same claim again, as a sender does if it did not learn that its claim has the key.
            let known = self.begin(&winner, Resend::none()).await?;
            holds("a claim that has the key keeps it", known.is_none(), &known)?;
            self.finish(&winner, outcome.clone()).await?;
        }
        Ok(())
    }

    /// A ledger may record the outcome of an abandoned claim a little later. Therefore the suite repeats the read.
    async fn abandoned(&self) -> Checked {
        for (key, outcome, state) in [
            ("dropped-unsent", None, None),
            (
                "dropped-sent",
                Some(Outcome::unknown()),
                Some(State::Unknown),
            ),
        ] {
            let claim = self.begun(key, Resend::none()).await?;
            self.ledger.abandon(&claim, outcome.as_ref());
            let mut now = None;
            for _ in 0..10_000 {
                now = self.entry(key).await?.map(|entry| entry.state);
                if now == state {
                    break;
                }
                tokio::task::yield_now().await;
            }
            holds(
                "the outcome of an abandoned claim is recorded",
                now == state,
                &now,
            )?;
        }
        Ok(())
    }

    async fn resolutions(&self) -> Checked {
        let not_unknown = LedgerErrorKind::NotUnknown;
        let claim = self.begun("resolved", Resend::none()).await?;
        let rule = "only an unknown key is resolved";
        let known = self
            .entry("resolved")
            .await?
            .unwrap_or_else(|| nothing(claim.key()));
        let early = self
            .ledger
            .resolve(&self.list, &known, Resolution::Sent)
            .await;
        fails(rule, early, not_unknown)?;
        self.finish(&claim, Outcome::unknown()).await?;
        let first = self
            .entry("resolved")
            .await?
            .unwrap_or_else(|| nothing(claim.key()));
        holds(
            "after a single write, `doubt_since` is empty",
            first.doubt_since.is_none(),
            &first,
        )?;
        // This write has a digest, and the first write had none. Therefore the entries of the two writes differ, even if both writes begin
        // within one tick of the clock.
        let anew = self.claim("resolved")?;
        let intent = Intent::new(Some(digest(1)), Resend::none().unknown());
        let begun = done(WORKS, self.ledger.begin(&anew, &intent).await)?;
        holds(
            "an unknown key begins again with `Resend::unknown`",
            begun.is_none(),
            &begun,
        )?;
        self.finish(&anew, Outcome::unknown()).await?;
        let again = self.entry("resolved").await?;
        let since = again.and_then(|entry| entry.doubt_since);
        holds(
            "a key that was begun again in doubt records since when",
            since == first.began && since.is_some(),
            &since,
        )?;
        let late = self
            .ledger
            .resolve(&self.list, &first, Resolution::NotSent)
            .await;
        let rule = "a resolution does not apply to a key that was begun again";
        fails(rule, late, not_unknown)?;
        let known = self
            .entry("resolved")
            .await?
            .unwrap_or_else(|| nothing(claim.key()));
        let resolved = self
            .ledger
            .resolve(&self.list, &known, Resolution::NotSent)
            .await;
        done(WORKS, resolved)?;
        let rule = "a resolved key has the resolved state";
        self.state_is(rule, "resolved", Some(&State::NotSent))
            .await?;
        let entry = self.entry("resolved").await?;
        let since = entry.and_then(|entry| entry.doubt_since);
        holds(
            "a resolved key is no longer in doubt",
            since.is_none(),
            &since,
        )?;
        let rule = "the claim of a resolved key is lost";
        let late = self.ledger.finish(&anew, &Outcome::accepted(None)).await;
        fails(rule, late, LedgerErrorKind::ClaimLost)
    }

    async fn contents(&self) -> Checked {
        let begin = async |number, resend| {
            let claim = self.claim("content")?;
            let intent = Intent::new(Some(digest(number)), resend);
            let known = done(WORKS, self.ledger.begin(&claim, &intent).await)?;
            Ok::<_, Violation>((claim, known))
        };
        let (claim, _) = begin(1, Resend::none()).await?;
        self.finish(&claim, Outcome::unknown()).await?;
        let entry = self.entry("content").await?;
        let kept = entry.and_then(|entry| entry.digest);
        holds(
            "the digest of a content is kept",
            kept == Some(digest(1)),
            &kept,
        )?;
        let (_, known) = begin(2, Resend::none().unknown()).await?;
        let rule = "a key that may have been sent never begins with other content";
        holds(rule, known.is_some(), &known)
    }

    async fn pages(&self) -> Checked {
        let mut expected = Vec::new();
        for text in ["ä", "Z", "a b", "a'b", "a\"b", "😀", "a", "%", "\\", "a_b"] {
            let key = format!("page-{text}");
            let claim = self.begun(&key, Resend::none()).await?;
            self.finish(&claim, Outcome::unknown()).await?;
            expected.push(named(&key)?);
        }
        expected.sort();
        let (mut found, mut last) = (Vec::<Key>::new(), Some(named("page-")?));
        loop {
            let page = self.ledger.unknown(&self.list, last.as_ref(), 3).await;
            let page = done(WORKS, page)?;
            let is_last = page.len() < 3;
            last = page.last().cloned();
            found.extend(page);
            if is_last {
                break;
            }
        }
        found.retain(|key| key.as_str().starts_with("page-"));
        let rule = "the unknown keys come in the order of their bytes, each once";
        holds(rule, found == expected, &found)?;
        let summary: LedgerSummary = done(WORKS, self.ledger.summary(&self.list).await)?;
        let is_right = summary.sending == 1 && summary.unknown == 13 && summary.total() == 19;
        holds(
            "a summary counts every key in its state",
            is_right,
            &summary,
        )
    }
}

fn nothing(key: &Key) -> Entry {
    Entry::new(key.clone(), State::NotSent)
}

fn digest(number: u8) -> Digest {
    Digest::from_parts(1, [number; 32])
}
