//! The provider's scroll: a first page by time, then further pages by a cursor, which moves on the server and expires after a minute.

use std::{
    fmt,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    time::Duration,
};

use customer_api_core::{
    Delivery, Error, Idempotency, Response, RetryPolicy, Timestamp, async_trait,
    pages::{Fetched, NextLink, PageSource, PagesError, PagesErrorKind},
    retry::{FailedAttempt, RetryDecision, RetryTransient, StopReason},
    time::Deadline,
};

use super::{
    Resume, SinceFormat,
    bookmark::Skip,
    resume::{Delivered, hash, identity, listed},
};
use crate::{AllReviews, Client, Review, ReviewPage, Unreadable};

#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) since: Timestamp,
    pub(super) parameter: String,
    pub(super) format: SinceFormat,
    pub(super) cursor_life: Duration,
    pub(super) rebase_links: bool,
    pub(super) resume: Resume,
}

pub(super) struct Scroll {
    client: Client,
    pub(super) settings: Settings,
    /// The start time of the current scroll. After a resume, it can be later than the start time in the settings.
    since: Timestamp,
    delivered: Delivered,
    /// The reviews that an earlier process delivered. A list that resumes within this process does not change this field.
    skip: Skip,
}

/// The link to the next page, and the time until which it can be used. Cursors with the same link have the same hash.
pub(super) struct Cursor {
    link: NextLink,
    usable: Deadline,
}

impl std::hash::Hash for Cursor {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.link.hash(state);
    }
}

impl Scroll {
    pub(super) fn new(client: Client, settings: Settings, skip: Skip) -> Self {
        let since = settings.since.clone();
        Self {
            client,
            settings,
            since,
            delivered: Delivered::default(),
            skip,
        }
    }

    /// Requests the first page. The request changes nothing at the provider. Therefore it can be retried.
    async fn first(&self) -> Result<Response<ReviewPage>, PagesError> {
        let since = written(&self.since, self.settings.format);
        let call = self
            .client
            .call(AllReviews::new())
            .query(&*self.settings.parameter, since);
        Ok(call.idempotency(Idempotency::Safe).response().await?)
    }

    /// Requests a follow-up, which moves the cursor. The request is sent in time or not at all, and never twice.
    async fn follow(&self, cursor: &Cursor) -> Result<Response<ReviewPage>, PagesError> {
        let usable = cursor.usable.remaining();
        if usable.is_zero() {
            return Err(expired());
        }
        let call = self
            .client
            .call(AllReviews::new())
            .raw_query(cursor.link.query());
        let outcome = call
            .latest_start(usable)
            .retry(OnlyUnsent::default())
            .response()
            .await;
        outcome.map_err(|error| lost(error, cursor))
    }

    /// Checks that no review is older than the start time, in whole seconds.
    fn check_since(&self, reviews: &[Review]) -> Result<(), PagesError> {
        let since = self.since.unix_seconds();
        if reviews
            .iter()
            .any(|review| review.timestamp.unix_seconds() < since)
        {
            return Err(PagesError::new(
                PagesErrorKind::ParameterIgnored,
                format!(
                    "the provider returned reviews older than the start time: it ignores the parameter `{}`",
                    self.settings.parameter
                ),
            ));
        }
        Ok(())
    }

    fn link(&self, page: &ReviewPage) -> Result<Option<NextLink>, PagesError> {
        let Some(link) = page.meta.as_ref().and_then(|meta| meta.next.as_deref()) else {
            return Ok(None);
        };
        if link.is_empty() {
            return Ok(None);
        }
        let link = if self.settings.rebase_links {
            NextLink::query_of(link)
        } else {
            NextLink::check(self.client.base_url(), AllReviews::INFO.path, link)
        };
        link.map(Some)
    }
}

#[async_trait]
impl PageSource for Scroll {
    type Item = Review;
    type Cursor = Cursor;

    async fn fetch(
        &mut self,
        cursor: Option<&Cursor>,
    ) -> Result<Fetched<Review, Cursor>, PagesError> {
        let response = match cursor {
            None => self.first().await?,
            Some(cursor) => self.follow(cursor).await?,
        };
        let usable = Deadline::after(self.life_left(response.attempt_elapsed()));
        let (mut page, unreadable) = response.into_parts();
        let reviews = std::mem::take(&mut page.reviews);
        // A page whose reviews can't be read is not the empty page at the end.
        if reviews.is_empty() && unreadable.is_empty() {
            return self.end();
        }
        self.check_since(&reviews)?;
        let link = self.link(&page)?;
        let fingerprint = fingerprint(&reviews, &unreadable);
        let newest = reviews
            .iter()
            .map(|review| &review.timestamp)
            .max()
            .cloned();
        let (mut reviews, mut unreadable) = match self.settings.resume {
            Resume::Off => (reviews, unreadable),
            Resume::FromNewest | Resume::FromStart => self.admit(reviews, unreadable)?,
        };
        self.skip.apply(&mut reviews, &mut unreadable)?;
        let fetched = match link {
            Some(link) => Fetched::page(reviews, Cursor { link, usable }),
            None => {
                self.delivered.finish()?;
                self.skip.finish()?;
                Fetched::last_without_notice(reviews)
            }
        };
        let fetched = fetched.fingerprint(fingerprint).newest(newest);
        Ok(fetched.unreadable(unreadable))
    }

    fn restart(&mut self, failure: PagesError) -> Result<(), PagesError> {
        let is_lost = matches!(
            failure.kind(),
            PagesErrorKind::Expired | PagesErrorKind::Interrupted
        );
        if !is_lost {
            return Err(failure);
        }
        let since = match self.settings.resume {
            Resume::Off => return Err(failure),
            Resume::FromNewest => self.delivered.resume_from_newest(&self.settings.since),
            Resume::FromStart => {
                self.delivered.resume_from_start();
                Some(self.settings.since.clone())
            }
        };
        match since {
            Some(since) => {
                self.since = since;
                Ok(())
            }
            None => Err(failure.into_kind(
                PagesErrorKind::ResumeImpossible,
                "the list can't resume: its reviews did not come from the oldest to the newest",
            )),
        }
    }

    /// Returns `true`, because scrolls of this kind often use one id for all pages.
    fn keeps_cursor(&self) -> bool {
        true
    }
}

impl Scroll {
    /// Returns how long a follow-up can still be sent. The provider's minute may begin with the head of the response.
    /// Therefore the time of the whole attempt is subtracted. The time to connect is also subtracted, because it passes before
    /// the follow-up is sent.
    fn life_left(&self, attempt: Duration) -> Duration {
        let life = self.settings.cursor_life;
        let margin = life / 12 + self.client.connect_timeout().min(life / 4);
        life.saturating_sub(margin).saturating_sub(attempt)
    }

    /// Removes from a page the records that were delivered before, and the reports about them.
    fn admit(
        &mut self,
        reviews: Vec<Review>,
        mut unreadable: Vec<Unreadable>,
    ) -> Result<(Vec<Review>, Vec<Unreadable>), PagesError> {
        let admitted = self.delivered.admit(listed(reviews, &unreadable))?;
        let is_new = |index| {
            let place = admitted.binary_search_by_key(&index, |listed| listed.index);
            place.is_ok()
        };
        unreadable.retain(|report| report.record().is_none_or(is_new));
        let reviews = admitted.into_iter().filter_map(|listed| listed.review);
        Ok((reviews.collect(), unreadable))
    }

    fn end(&mut self) -> Result<Fetched<Review, Cursor>, PagesError> {
        self.delivered.finish()?;
        self.skip.finish()?;
        Ok(Fetched::end())
    }
}

/// Omits the delivered reviews, which may be many.
impl fmt::Debug for Scroll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scroll")
            .field("client", &self.client)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

fn written(since: &Timestamp, format: SinceFormat) -> String {
    match format {
        SinceFormat::Rfc3339 => since.as_str().to_owned(),
        SinceFormat::UnixSeconds => since.unix_seconds().to_string(),
        SinceFormat::UnixMillis => since.unix_nanoseconds().div_euclid(1_000_000).to_string(),
    }
}

/// Retries a follow-up only if nothing was sent, whatever the client's policy is: any request that was sent may have moved the cursor.
#[derive(Debug, Default)]
struct OnlyUnsent(RetryTransient);

impl RetryPolicy for OnlyUnsent {
    fn decide(&self, attempt: &FailedAttempt) -> RetryDecision {
        match attempt.delivery {
            Delivery::NotSent => self.0.decide(attempt),
            Delivery::Refused | Delivery::Unknown => {
                RetryDecision::Stop(StopReason::MayHaveHappened)
            }
        }
    }
}

/// Returns the list's error for the failure of a follow-up.
fn lost(error: Error, cursor: &Cursor) -> PagesError {
    if error.is_unauthorized() || error.is_validation() {
        return error.into();
    }
    let reason = match error.delivery() {
        Delivery::NotSent if cursor.usable.remaining().is_zero() || error.is_rate_limited() => {
            return expired().with_source(error);
        }
        Delivery::NotSent => "a follow-up could not be sent, and its cursor will expire",
        Delivery::Refused | Delivery::Unknown => "a follow-up failed, and its page may be lost",
    };
    PagesError::new(PagesErrorKind::Interrupted, reason).with_source(error)
}

fn expired() -> PagesError {
    PagesError::new(
        PagesErrorKind::Expired,
        "the cursor expired before the next page could be requested",
    )
}

fn fingerprint(reviews: &[Review], unreadable: &[Unreadable]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for record in unreadable
        .iter()
        .filter(|record| record.left_out().is_some())
    {
        hash(record.raw()).hash(&mut hasher);
    }
    for review in reviews {
        identity(review).hash(&mut hasher);
    }
    hasher.finish()
}
