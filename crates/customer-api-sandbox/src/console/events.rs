//! Live events, as server-sent events.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};

use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive};
use axum::response::{IntoResponse, Sse};
use futures_core::Stream;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use super::{Admin, Managing, request};
use crate::pulse::Kind;

/// The number of events that wait for a slow reader. Later events are read from the journal when there is room.
const WAITING: usize = 256;

/// The events of one reader.
pub(super) struct Events(mpsc::Receiver<Event>);

impl Stream for Events {
    type Item = Result<Event, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx).map(|event| event.map(Ok))
    }
}

pub(super) async fn stream(Admin(sandbox): Admin, headers: HeaderMap) -> impl IntoResponse {
    let changes = sandbox.pulse.subscribe();
    let last = headers.get("last-event-id");
    let last = last.and_then(|last| last.to_str().ok()?.parse().ok());
    let now = *changes.borrow();
    let seen = first_seen(last, now);
    let (to, events) = mpsc::channel(WAITING);
    tokio::spawn(follow(Arc::downgrade(&sandbox), changes, seen, to));
    Sse::new(Events(events)).keep_alive(KeepAlive::default())
}

/// Returns the number of the last event that a reader has seen. A number above the current one comes from an earlier sandbox on the same
/// port. Then the reader has seen no event of this sandbox.
fn first_seen(last: Option<u64>, now: u64) -> u64 {
    last.map_or(now, |last| if last > now { 0 } else { last })
}

/// Sends the changes until the reader disconnects or the sandbox stops.
async fn follow(
    sandbox: Weak<Managing>,
    mut changes: watch::Receiver<u64>,
    mut seen: u64,
    to: mpsc::Sender<Event>,
) {
    loop {
        let now = *changes.borrow_and_update();
        let events = match sandbox.upgrade() {
            Some(sandbox) if now > seen => since(&sandbox, seen, now),
            Some(_) => Vec::new(),
            None => return,
        };
        seen = seen.max(now);
        for event in events {
            if to.send(event).await.is_err() {
                return;
            }
        }
        tokio::select! {
            changed = changes.changed() => if changed.is_err() {
                return;
            },
            () = to.closed() => return,
        }
    }
}

/// Returns the events after `seen`, up to `now`.
fn since(sandbox: &Managing, seen: u64, now: u64) -> Vec<Event> {
    let mut requests = Vec::new();
    for server in &sandbox.servers {
        server.pipeline().log.for_each(|request, change| {
            if change > seen && change <= now {
                requests.push((
                    change,
                    request::summary(request),
                    request.applied,
                    request.fault.is_some(),
                ));
            }
        });
    }
    requests.sort_unstable_by_key(|(change, ..)| *change);
    let applied = requests.iter().any(|(_, _, applied, _)| *applied);
    let struck = requests.iter().any(|(_, _, _, struck)| *struck);
    let mut events: Vec<Event> = requests
        .into_iter()
        .filter_map(|(change, summary, ..)| event("request", change, &summary))
        .collect();
    for kind in Kind::ALL {
        let is_changed = (seen + 1..=now).contains(&sandbox.pulse.last_change_of(kind))
            || (kind == Kind::State && applied)
            || (kind == Kind::Faults && struck);
        if is_changed {
            events.extend(event("change", now, &json!({ "what": kind.name() })));
        }
    }
    events
}

fn event(name: &str, id: u64, data: &Value) -> Option<Event> {
    let event = Event::default().event(name).id(id.to_string());
    // JSON of this kind has no line breaks and is never refused.
    event.json_data(data).ok()
}
