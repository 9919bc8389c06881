//! The known state of a database, and its comparison with the state that is found.

use std::time::SystemTime;

use tokio_postgres::Row;

/// The place of a write: its position in the server's log, in bytes, and its line of history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    position: i64,
    /// The timeline, and the object ids of the database and the table.
    line: String,
}

impl Mark {
    /// Reads the columns of [`MARK`](super::MARK).
    pub(super) fn read(row: &Row) -> Option<Self> {
        Some(Self {
            position: row.try_get("position").ok()?,
            line: row.try_get("line").ok()?,
        })
    }

    /// Returns whether `now` is a possible place of a write that began after this mark was read.
    pub(super) fn is_continued_by(&self, now: &Self) -> bool {
        self.line == now.line && self.position <= now.position
    }
}

/// The known state of a program's database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    /// A hash of the ledger's digest key. It distinguishes an empty ledger from the original one. The file does not store the key itself,
    /// because anyone who has the key can guess the content of writes.
    pub(super) ledger: String,
    /// The timeline, the object ids of the database and the table, and the identifier of the server's files.
    pub(super) history: String,
    /// The time at which an operator last accepted the history, or at which the ledger was created.
    pub(super) accepted: SystemTime,
    /// The highest position of an acknowledged commit, in bytes of the server's log.
    pub(super) position: i64,
}

impl Known {
    /// Returns the known state after a connection has passed the check.
    pub(super) fn after(before: Option<Self>, now: &Now) -> Self {
        let before = before.filter(|known| known.accepted == now.accepted);
        let durable = if now.is_settled { now.position } else { 0 };
        Self {
            ledger: now.ledger.clone(),
            history: now.actual.clone(),
            accepted: now.accepted,
            position: before.map_or(0, |known| known.position).max(durable),
        }
    }

    pub(super) fn mark(&self) -> Mark {
        let line = self.history.rsplit_once('-');
        Mark {
            position: self.position,
            line: line.map_or_else(String::new, |(line, _)| line.to_owned()),
        }
    }

    /// Updates the position from the mark of an acknowledged write. Returns whether the position has changed.
    pub(super) fn advance(&mut self, now: &Mark) -> bool {
        let is_news = self.mark().is_continued_by(now) && self.position < now.position;
        if is_news {
            self.position = now.position;
        }
        is_news
    }
}

/// The current state of a database, and the history that its ledger recorded.
#[derive(Clone, Debug)]
pub(super) struct Now {
    pub(super) ledger: String,
    pub(super) recorded: String,
    pub(super) actual: String,
    pub(super) accepted: SystemTime,
    pub(super) position: i64,
    /// Whether the whole log was on the disk, so that the position survives a crash.
    pub(super) is_settled: bool,
}

impl Now {
    pub(super) fn read(row: &Row) -> Option<Self> {
        let position: i64 = row.try_get("position").ok()?;
        // `flushed` is read before `position`. If they are equal, nothing was written in between.
        let flushed: i64 = row.try_get("flushed").ok()?;
        Some(Self {
            ledger: row.try_get("ledger").ok()?,
            recorded: row.try_get("history").ok()?,
            actual: row.try_get("now").ok()?,
            accepted: row.try_get("accepted").ok()?,
            is_settled: flushed == position,
            position,
        })
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Same,
    /// The same files on a later timeline, and no known write is missing.
    Failover,
    Restored,
}

/// Decides whether a database is the known one.
pub(super) fn judge(known: Option<&Known>, now: &Now, trusts_failover: bool) -> Verdict {
    let verdict = if now.recorded == now.actual {
        Verdict::Same
    } else if trusts_failover && is_later_timeline(&now.recorded, &now.actual) {
        Verdict::Failover
    } else {
        return Verdict::Restored;
    };
    let Some(known) = known else {
        return verdict;
    };
    // An earlier acceptance time means a copy from before the last acceptance. After a later acceptance, the known position no longer
    // counts.
    if known.ledger != now.ledger || now.accepted < known.accepted {
        return Verdict::Restored;
    }
    let is_continued =
        known.history == now.actual || is_later_timeline(&known.history, &now.actual);
    // A timeline becomes known only after the ledger has recorded it. If the ledger has recorded only a timeline before the known one, this
    // is not the known database, even if its current timeline has the known number: another replica was promoted too, and gave its new
    // timeline the same number.
    let is_recorded_still = !is_later_timeline(&now.recorded, &known.history);
    let is_complete = is_continued && is_recorded_still && known.position <= now.position;
    if now.accepted == known.accepted && !is_complete {
        return Verdict::Restored;
    }
    verdict
}

/// Returns whether two histories differ only in the timeline, and `now` has the later one. A timeline has eight hexadecimal digits.
fn is_later_timeline(before: &str, now: &str) -> bool {
    match (before.split_once('-'), now.split_once('-')) {
        (Some((before, files)), Some((now, same))) => files == same && before < now,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    const FIRST: &str = "00000001-16400-7";
    const SECOND: &str = "00000002-16400-7";

    fn known() -> Known {
        Known {
            ledger: "ab".to_owned(),
            history: FIRST.to_owned(),
            accepted: UNIX_EPOCH + Duration::from_secs(9),
            position: 500,
        }
    }

    fn now(recorded: &str, actual: &str, position: i64) -> Now {
        Now {
            ledger: "ab".to_owned(),
            recorded: recorded.to_owned(),
            actual: actual.to_owned(),
            accepted: UNIX_EPOCH + Duration::from_secs(9),
            position,
            is_settled: true,
        }
    }

    #[test]
    fn a_database_is_the_same_only_if_nothing_that_is_known_is_missing() {
        let verdict = |now: &Now| judge(Some(&known()), now, false);
        assert_eq!(verdict(&now(FIRST, FIRST, 500)), Verdict::Same);
        assert_eq!(verdict(&now(FIRST, FIRST, 499)), Verdict::Restored);
        for other in [SECOND, "00000001-16401-7", "00000001-16400-8", ""] {
            assert_eq!(
                verdict(&now(FIRST, other, 900)),
                Verdict::Restored,
                "{other}"
            );
            let first = judge(None, &now(FIRST, other, 900), false);
            assert_eq!(first, Verdict::Restored, "{other}");
        }
        // An empty ledger has replaced the known one.
        let mut empty = now(FIRST, FIRST, 900);
        empty.ledger = "cd".to_owned();
        empty.accepted += Duration::from_secs(1);
        assert_eq!(verdict(&empty), Verdict::Restored);
    }

    #[test]
    fn what_an_operator_accepts_is_the_same_and_a_copy_from_before_is_not() {
        let mut accepted = now(SECOND, SECOND, 9);
        accepted.accepted += Duration::from_secs(1);
        assert_eq!(judge(Some(&known()), &accepted, false), Verdict::Same);
        let known = Known::after(Some(known()), &accepted);
        assert_eq!(known.position, 9);
        assert_eq!(
            judge(Some(&known), &now(FIRST, FIRST, 900), false),
            Verdict::Restored
        );
    }

    #[test]
    fn a_failover_that_is_trusted_is_a_later_timeline_and_nothing_else() {
        let trusted = |now: &Now| judge(Some(&known()), now, true);
        assert_eq!(trusted(&now(FIRST, SECOND, 500)), Verdict::Failover);
        // A replica that lagged behind.
        assert_eq!(trusted(&now(FIRST, SECOND, 499)), Verdict::Restored);
        for other in ["00000000-16400-7", "00000002-16401-7", "00000002-16400-8"] {
            assert_eq!(
                trusted(&now(FIRST, other, 900)),
                Verdict::Restored,
                "{other}"
            );
        }
        // Another program followed the failover before.
        assert_eq!(
            judge(Some(&known()), &now(SECOND, SECOND, 500), false),
            Verdict::Same
        );
        let mut later = known();
        later.history = SECOND.to_owned();
        assert_eq!(
            judge(Some(&later), &now(FIRST, FIRST, 900), true),
            Verdict::Restored
        );
        // Another replica that was not informed of the first failover, and gave its timeline the same number.
        assert_eq!(
            judge(Some(&later), &now(FIRST, SECOND, 900), true),
            Verdict::Restored
        );
    }

    #[test]
    fn a_position_is_known_only_once_it_is_on_the_disk() {
        let mut flushing = now(FIRST, FIRST, 900);
        flushing.is_settled = false;
        assert_eq!(Known::after(Some(known()), &flushing).position, 500);
        assert_eq!(Known::after(None, &flushing).position, 0);
        let mut known = known();
        let mark = |position, line: &str| Mark {
            position,
            line: line.to_owned(),
        };
        assert!(known.advance(&mark(600, "00000001-16400")));
        assert!(!known.advance(&mark(550, "00000001-16400")));
        assert!(!known.advance(&mark(700, "00000002-16400")));
        assert_eq!(known.position, 600);
    }
}
