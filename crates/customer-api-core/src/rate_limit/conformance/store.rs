//! The rules of every [`SlotStore`].

use std::time::Duration;

use super::Violation;
use crate::{
    conformance::{Checked, holds, violation},
    error::StoreError,
    random,
    rate_limit::{SlotClaim, SlotStore, Taken},
};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// The length of the windows, holds and stops that end while the suite runs. All others are so long that a slow computer does not matter.
const SHORT: Duration = Duration::from_millis(300);

/// Checks a store through two handles, such as those of two machines. Leaves slots behind, in quotas with random names.
///
/// Takes about a second.
///
/// # Errors
///
/// The first rule that the store breaks.
pub async fn check_store<S: SlotStore>(one: &S, other: &S) -> Result<(), Violation> {
    let name = random::token().map(|byte| format!("{byte:02x}")).concat();
    let suite = Suite { one, other, name };
    suite.slots().await?;
    suite.soonest_first().await?;
    suite.ends().await?;
    suite.stops().await?;
    suite.times_end().await
}

struct Suite<'s, S> {
    one: &'s S,
    other: &'s S,
    name: String,
}

fn works<T>(outcome: Result<T, StoreError>) -> Result<T, Violation> {
    outcome.map_err(|error| violation("what is allowed succeeds", &error))
}

impl<S: SlotStore> Suite<'_, S> {
    fn claim(
        &self,
        class: &'static str,
        slots: usize,
        window: Duration,
        hold: Duration,
    ) -> SlotClaim {
        SlotClaim::new(&*self.name, class, slots, window, hold)
    }

    fn stores(&self) -> [&S; 2] {
        [self.one, self.other]
    }

    async fn slots(&self) -> Checked {
        let claim = || self.claim("slots", 2, HOUR, 3 * HOUR);
        let (first, second, third) = (claim(), claim(), claim());
        let rule = "a claim gets a free slot, and keeps it if it asks again";
        for (store, claim) in [
            (self.one, &first),
            (self.other, &first),
            (self.other, &second),
        ] {
            granted(rule, store, claim).await?;
        }
        for store in self.stores() {
            let rule = "no claim gets a slot while all are taken";
            let waits = full(rule, store, &third).await?;
            let rule =
                "a claim without a slot waits at most one window, because an attempt may end now";
            let is_window = |wait: &Duration| *wait > HOUR / 2 && *wait <= HOUR;
            holds(rule, waits.iter().all(is_window), &waits)?;
        }
        let rule = "classes and quotas do not hinder each other";
        let class = self.claim("other", 1, HOUR, HOUR);
        granted(rule, self.one, &class).await?;
        let name = format!("{}0", self.name);
        let quota = SlotClaim::new(name, first.class(), 1, HOUR, HOUR);
        granted(rule, self.one, &quota).await?;

        works(self.other.release(&first).await)?;
        let rule = "a slot that was released is free now";
        granted(rule, self.one, &third).await?;
        works(self.other.release(&first).await)?;
        let rule = "a claim that is released again frees no slot of another claim";
        full(rule, self.one, &claim()).await.map(drop)
    }

    async fn soonest_first(&self) -> Checked {
        let claim = |window| self.claim("soonest", 2, window, 3 * HOUR);
        for window in [HOUR, 10 * MINUTE] {
            let over = claim(window);
            granted("a claim gets a free slot", self.one, &over).await?;
            works(self.one.complete(&over, None).await)?;
        }
        let rule = "no claim gets a slot while all are taken";
        let waits = full(rule, self.other, &claim(2 * HOUR)).await?;
        let rule = "the first time is that of the slot that is free first";
        let is_short = |wait: &Duration| *wait > MINUTE && *wait <= 10 * MINUTE;
        holds(rule, waits.first().is_some_and(is_short), &waits)
    }

    async fn ends(&self) -> Checked {
        // The hold is much shorter than the window.
        let claim = || self.claim("ends", 1, HOUR, MINUTE);
        let (first, next, never) = (claim(), claim(), claim());
        works(self.one.complete(&never, None).await)?;
        works(self.one.release(&never).await)?;
        let rule = "reporting the end of a claim without a slot takes no slot";
        granted(rule, self.one, &first).await?;
        works(self.other.complete(&first, None).await)?;
        let rule = "a slot stays taken for one window after its attempt";
        let soon = full(rule, self.one, &next).await?;
        let is_window = soon.iter().all(|wait| *wait > HOUR / 2 && *wait <= HOUR);
        holds(rule, is_window, &soon)?;
        tokio::time::sleep(SHORT).await;
        works(self.other.complete(&first, None).await)?;
        works(self.other.complete(&never, None).await)?;
        granted(
            "a claim whose attempt is over keeps its slot",
            self.one,
            &first,
        )
        .await?;
        let rule = "an end that is reported again changes nothing";
        let later = full(rule, self.one, &next).await?;
        let is_kept = later.first() < soon.first().map(|wait| *wait - SHORT / 2).as_ref();
        holds(rule, is_kept, &(soon, later))
    }

    async fn stops(&self) -> Checked {
        let claim = |class| self.claim(class, 2, HOUR, 3 * HOUR);
        let class = "stopped-first";
        works(self.one.complete(&claim(class), Some(HOUR)).await)?;
        for store in self.stores() {
            let rule = "a stop counts for all, even if its claim never had a slot";
            let waits = full(rule, store, &claim(class)).await?;
            let is_stop = waits.iter().all(|wait| *wait > HOUR / 2 && *wait <= HOUR);
            holds(rule, is_stop, &waits)?;
        }

        let class = "stops";
        let (kept, stopping) = (claim(class), claim(class));
        let rule = "a stop of a class does not stop another class";
        for claim in [&kept, &stopping] {
            granted(rule, self.one, claim).await?;
        }
        works(self.one.complete(&stopping, Some(3 * HOUR)).await)?;
        works(self.other.complete(&claim(class), Some(MINUTE)).await)?;
        for store in self.stores() {
            let rule = "a shorter stop does not replace a longer one";
            let waits = full(rule, store, &claim(class)).await?;
            let is_longer = waits.iter().all(|wait| *wait > 2 * HOUR);
            holds(rule, is_longer, &waits)?;
        }
        granted("a stop takes no slot away", self.other, &kept).await?;
        works(self.other.complete(&kept, Some(5 * HOUR)).await)?;
        let rule = "a longer stop replaces a shorter one";
        let waits = full(rule, self.one, &claim(class)).await?;
        let is_longer = waits.iter().all(|wait| *wait > 4 * HOUR);
        holds(rule, is_longer, &waits)
    }

    async fn times_end(&self) -> Checked {
        let dead = || self.claim("dead", 1, HOUR, SHORT);
        let long = || self.claim("long", 1, SHORT, HOUR);
        let over = || self.claim("over", 2, SHORT, HOUR);
        let stopped = || self.claim("stopped", 1, HOUR, HOUR);
        let (ended, going_on) = (over(), over());
        for claim in [&dead(), &long(), &ended, &going_on] {
            granted("a claim gets a free slot", self.one, claim).await?;
        }
        works(self.one.complete(&ended, None).await)?;
        works(self.one.complete(&stopped(), Some(SHORT)).await)?;
        tokio::time::sleep(SHORT * 2).await;
        let rule = "the slot of a process that died is free after its hold";
        granted(rule, self.other, &dead()).await?;
        let rule = "a slot is held until its hold ends, not only for a window";
        full(rule, self.other, &long()).await?;
        let rule = "a slot is free one window after its attempt, not after its hold";
        granted(rule, self.other, &over()).await?;
        let rule = "the end of one attempt does not end another one";
        full(rule, self.other, &over()).await?;
        let rule = "a stop ends when its time is over";
        granted(rule, self.other, &stopped()).await
    }
}

async fn granted<S: SlotStore>(rule: &'static str, store: &S, claim: &SlotClaim) -> Checked {
    let taken = works(store.take(claim).await)?;
    holds(rule, taken == Taken::Granted, &taken)
}

/// Returns the times after which the next slots may be free.
async fn full<S: SlotStore>(
    rule: &'static str,
    store: &S,
    claim: &SlotClaim,
) -> Result<Vec<Duration>, Violation> {
    let taken = works(store.take(claim).await)?;
    let Taken::Full(waits) = taken else {
        return Err(violation(rule, &taken));
    };
    let rule = "a claim without a slot gets at least one time, and the soonest first";
    holds(rule, !waits.is_empty() && waits.is_sorted(), &waits)?;
    Ok(waits)
}
