//! The requests that arrived: finding, counting and clearing.

use std::collections::BTreeMap;
use std::time::{Duration, UNIX_EPOCH};

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::Json;
use super::asked::{Asked, Named, Sent};
use super::problem::{FormError, Problem};
use super::records::Chosen;
use super::{Admin, Managing, form, request};
use crate::log::RecordedRequest;
use crate::pulse::Kind;

/// The default and the maximum number of requests in a list.
const USUAL: usize = 1_000;
const MOST: usize = 10_000;

/// The query of a list, which selects requests. A count takes the same fields, except `before` and `limit`.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Filter {
    provider: Option<String>,
    operation: Option<String>,
    applied: Option<bool>,
    status: Option<u16>,
    fault: Option<bool>,
    since: Option<String>,
    after: Option<u64>,
    q: Option<String>,
    before: Option<u64>,
    limit: Option<usize>,
}

/// A filter whose names and times were checked.
struct Wanted {
    filter: Filter,
    since: Duration,
    text: Option<String>,
}

impl Wanted {
    fn new(sandbox: &Managing, filter: Filter) -> Result<Self, FormError> {
        if let Some(provider) = &filter.provider {
            drop(sandbox.chosen(Some(provider))?);
        }
        if let Some(operation) = &filter.operation {
            let mut servers = sandbox.servers.iter();
            let ids = || {
                let servers = sandbox.servers.iter();
                servers.flat_map(|server| server.pipeline().description.get().operation_ids())
            };
            let is_known = servers.any(|server| {
                let description = server.pipeline().description.get();
                description.operation(operation).is_some()
            });
            if !is_known {
                return Err(FormError::unknown("operation", operation, ids()));
            }
        }
        let since = match &filter.since {
            Some(text) => time(text).ok_or_else(|| {
                form::failed(
                    "since".to_owned(),
                    "not a time in RFC 3339, such as 2026-01-02T03:04:05Z",
                )
            })?,
            None => UNIX_EPOCH,
        };
        Ok(Self {
            since: since.duration_since(UNIX_EPOCH).unwrap_or_default(),
            text: filter.q.as_deref().map(str::to_lowercase),
            filter,
        })
    }

    fn fits(&self, request: &RecordedRequest) -> bool {
        let filter = &self.filter;
        let time = request.time.duration_since(UNIX_EPOCH).unwrap_or_default();
        filter
            .applied
            .is_none_or(|applied| applied == request.applied)
            && filter.after.is_none_or(|after| request.id > after)
            && filter
                .status
                .is_none_or(|status| request.status == Some(status))
            && filter
                .fault
                .is_none_or(|fault| request.fault.is_some() == fault)
            && (filter.operation.is_none() || filter.operation == request.operation_id)
            && time >= self.since
            && self.text.as_deref().is_none_or(|text| {
                let body = String::from_utf8_lossy(&request.body);
                request.target.to_lowercase().contains(text) || body.to_lowercase().contains(text)
            })
    }

    /// Calls `read` with each selected request.
    fn for_each(&self, sandbox: &Managing, mut read: impl FnMut(&RecordedRequest)) {
        for server in &sandbox.servers {
            let name = server.pipeline().name;
            if self
                .filter
                .provider
                .as_deref()
                .is_none_or(|wanted| wanted == name)
            {
                server.pipeline().log.for_each(|request, _| {
                    if self.fits(request) {
                        read(request);
                    }
                });
            }
        }
    }
}

/// Reads a time in RFC 3339. In a query, a plus sign that is not escaped means a space, so `+02:00` can arrive as ` 02:00`.
fn time(text: &str) -> Option<std::time::SystemTime> {
    let escaped = || {
        let (time, offset) = text.rsplit_once(' ')?;
        format!("{time}+{offset}").parse().ok()
    };
    let time: Option<jiff::Timestamp> = text.parse().ok().or_else(escaped);
    time.map(std::time::SystemTime::from)
}

pub(super) async fn list(
    Admin(sandbox): Admin,
    Asked(filter): Asked<Filter>,
) -> Result<Json<Value>, Problem> {
    let limit = filter.limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        let detail = format!("`limit` must be from 1 to {MOST}");
        return Err(form::failed("limit".to_owned(), &detail).into());
    }
    let before = filter.before;
    let wanted = Wanted::new(&sandbox, filter)?;
    let (mut matching, mut latest) = (0_usize, BTreeMap::new());
    wanted.for_each(&sandbox, |request| {
        matching += 1;
        if before.is_none_or(|before| request.id < before) {
            latest.insert(request.id, request::summary(request));
            if latest.len() > limit {
                latest.pop_first();
            }
        }
    });
    let logs = sandbox.servers.iter().map(|server| &server.pipeline().log);
    let dropped: usize = logs.map(|log| log.counts().1.dropped).sum();
    let requests: Vec<Value> = latest.into_values().collect();
    Ok(Json(json!({
        "requests": requests,
        "matching": matching,
        "dropped": dropped,
    })))
}

pub(super) async fn count(Admin(sandbox): Admin, Sent(body): Sent) -> Result<Json<Value>, Problem> {
    let filter: Filter = if body.is_empty() {
        Filter::default()
    } else {
        form::read(&body)?
    };
    for (name, is_given) in [
        ("before", filter.before.is_some()),
        ("limit", filter.limit.is_some()),
    ] {
        if is_given {
            let words =
                format!("`{name}` is not allowed for a count, because a count has no pages");
            return Err(form::failed(format!("/{name}"), &words).into());
        }
    }
    let wanted = Wanted::new(&sandbox, filter).map_err(FormError::in_body)?;
    let mut count = 0_usize;
    wanted.for_each(&sandbox, |_| count += 1);
    Ok(Json(json!({ "count": count })))
}

pub(super) async fn one(
    Admin(sandbox): Admin,
    Named(id): Named<u64>,
) -> Result<Json<Value>, Problem> {
    let mut found = None;
    for server in &sandbox.servers {
        server.pipeline().log.for_each(|request, _| {
            if request.id == id {
                found = Some(request::whole(request, &**server));
            }
        });
    }
    let missing = || Problem::new(404, format!("the journal has no request {id}"));
    found.map(Json).ok_or_else(missing)
}

pub(super) async fn clear(
    Admin(sandbox): Admin,
    Asked(chosen): Asked<Chosen>,
) -> Result<StatusCode, Problem> {
    for server in sandbox.chosen(chosen.provider.as_deref())? {
        server.pipeline().log.clear();
    }
    sandbox.pulse.change_of(Kind::Requests);
    Ok(StatusCode::NO_CONTENT)
}
