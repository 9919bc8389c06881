//! Finds out whether an event was added to a timeline.

use customer_api_core::{
    Error,
    settle::{Look, Marker, Reason, Settle, Settled},
};

use super::{
    cannot_tell,
    compare::any_text,
    find::{self, One, is_unclear},
};
use crate::{AddExternalEvent, GetTimeline, Omnidesk, Timeline};

impl AddExternalEvent {
    /// Puts a marker into the fragment of the source URL. [`Client::settle`](crate::Client::settle) uses the marker to find exactly this
    /// event.
    ///
    /// **Everyone who sees the event on the customer's timeline in Omnidesk may see the marker**, as `#ref=order-4711` at the end of the
    /// URL. The URL still leads to the same place.
    pub fn marked(mut self, marker: &Marker) -> Self {
        self.body.source_url = marker.in_url(&self.body.source_url);
        self
    }
}

/// Reads the customer's timeline, and looks for the event's [marker](AddExternalEvent::marked).
///
/// | verdict | when |
/// |---|---|
/// | `Applied` | an entry shows the marker, in any of its values |
/// | `NotSeen` | no entry shows the marker. The form of an entry is not documented, so an entry may not show its source URL |
/// | `CannotTell` | the event has no marker; the customer or the timeline is not found; the timeline is not a list; or the customer has no external id, by which timelines are read |
impl Settle for AddExternalEvent {
    type Evidence = Timeline;

    async fn look(&self, look: &mut Look<Omnidesk>) -> Result<Settled<Timeline>, Error> {
        let body = &self.body;
        let Some(marker) = Marker::of_url(&body.source_url) else {
            return Ok(cannot_tell(Reason::NoMarker));
        };
        let external_id = match (&body.external_id, body.customer_id) {
            (Some(external_id), _) => Some(external_id.clone()),
            (None, Some(id)) => match find::by_id(look, id).await? {
                One::Customer(customer) => customer.external_id,
                One::Nobody => return Ok(cannot_tell(Reason::Gone)),
                One::Several | One::Unclear => return Ok(cannot_tell(Reason::Unclear)),
            },
            (None, None) => None,
        };
        let Some(external_id) = external_id else {
            return Ok(cannot_tell(Reason::NotAddressed));
        };
        let timeline = match look
            .read(GetTimeline::new(body.brand_id, external_id))
            .await
        {
            Err(error) if error.is_not_found() || is_unclear(&error) => {
                return Ok(cannot_tell(Reason::Unclear));
            }
            timeline => timeline?,
        };
        Ok(if any_text(&timeline.raw, &|text| marker.is_in_url(text)) {
            Settled::Applied(timeline)
        } else if timeline.entries().is_some() {
            look.not_seen()
        } else {
            cannot_tell(Reason::Unclear)
        })
    }
}
