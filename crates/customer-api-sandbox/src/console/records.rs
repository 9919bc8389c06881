//! The records of the providers: reading, replacing, resetting.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::answer::Json;
use super::asked::{Asked, Named, Sent};
use super::problem::{FormError, Problem};
use super::{Admin, Managing, form};
use crate::customer_radar::SentInvitation;
use crate::omnidesk::OmnideskCrmSync;
use crate::pulse::Kind;
use crate::ravelin::Review;

/// The form of Ravelin's records. Counters are ignored, so that records that were read can be written back.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ReviewsForm {
    pub(super) reviews: Vec<Review>,
    #[serde(rename = "applied")]
    _applied: IgnoredAny,
    #[serde(rename = "open_scrolls")]
    _open_scrolls: IgnoredAny,
}

/// The form of Omnidesk's and Revnue's records.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields, bound = "T: Deserialize<'de>")]
pub(super) struct CustomersForm<T> {
    customers: Vec<T>,
    /// Only Omnidesk has CRM syncs.
    pub(super) crm_syncs: Vec<OmnideskCrmSync>,
    #[serde(rename = "applied")]
    _applied: IgnoredAny,
    #[serde(rename = "throttled")]
    _throttled: IgnoredAny,
}

impl<T> Default for CustomersForm<T> {
    fn default() -> Self {
        Self {
            customers: Vec::new(),
            crm_syncs: Vec::new(),
            _applied: IgnoredAny,
            _throttled: IgnoredAny,
        }
    }
}

impl<T> CustomersForm<T> {
    /// Returns the customers, each with an id. A customer without an id gets the next free id.
    pub(super) fn with_ids(mut self, id: impl Fn(&mut T) -> &mut u64) -> Result<Vec<T>, FormError> {
        let mut taken = BTreeSet::new();
        for (place, customer) in self.customers.iter_mut().enumerate() {
            let id = *id(customer);
            check_id(&format!("/customers/{place}/id"), id, &mut taken)?;
        }
        let mut next = 1;
        for customer in &mut self.customers {
            let id = id(customer);
            if *id == 0 {
                while taken.contains(&next) {
                    next += 1;
                }
                taken.insert(next);
                *id = next;
            }
        }
        Ok(self.customers)
    }
}

/// The greatest id that a caller can set: the last one that every JSON parser reads exactly. The greater ids that the
/// sandbox assigns later still fit into a `u64`.
const GREATEST_ID: u64 = (1 << 53) - 1;

/// Checks an id that was given. Zero means no id.
pub(super) fn check_id(pointer: &str, id: u64, taken: &mut BTreeSet<u64>) -> Result<(), FormError> {
    let problem = if id > GREATEST_ID {
        format!("the greatest id is {GREATEST_ID}")
    } else if id != 0 && !taken.insert(id) {
        "another one has this id".to_owned()
    } else {
        return Ok(());
    };
    Err(form::failed(pointer.to_owned(), &problem))
}

/// The form of Customer Radar's records.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct OutboxForm {
    pub(super) outbox: Vec<SentInvitation>,
    #[serde(rename = "applied")]
    _applied: IgnoredAny,
    #[serde(rename = "suppressed")]
    _suppressed: IgnoredAny,
    #[serde(rename = "logins")]
    _logins: IgnoredAny,
    #[serde(rename = "refused_logins")]
    _refused_logins: IgnoredAny,
    #[serde(rename = "refused_tokens")]
    _refused_tokens: IgnoredAny,
    #[serde(rename = "throttled")]
    _throttled: IgnoredAny,
    #[serde(rename = "live_tokens")]
    _live_tokens: IgnoredAny,
}

/// The provider that a request names in its query.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Chosen {
    pub(super) provider: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expire {
    what: Expiring,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Expiring {
    Tokens,
    Scrolls,
}

pub(super) async fn all(Admin(sandbox): Admin) -> Json<Value> {
    let servers = sandbox.servers.iter();
    let records = servers.map(|server| (server.pipeline().name.to_owned(), server.records()));
    Json(records.collect::<Map<_, _>>().into())
}

pub(super) async fn one(
    Admin(sandbox): Admin,
    Named(provider): Named<String>,
) -> Result<Json<Value>, Problem> {
    let server = sandbox.server(&provider)?;
    Ok(Json(server.records()))
}

pub(super) async fn replace(
    Admin(sandbox): Admin,
    Named(provider): Named<String>,
    Sent(body): Sent,
) -> Result<Json<Value>, Problem> {
    let server = sandbox.server(&provider)?;
    server.replace_records(form::read(&body)?)?;
    sandbox.pulse.change_of(Kind::State);
    Ok(Json(server.records()))
}

pub(super) async fn reset(
    Admin(sandbox): Admin,
    Asked(chosen): Asked<Chosen>,
    sent: Sent,
) -> Result<StatusCode, Problem> {
    sent.nothing()?;
    sandbox.reset_records(chosen.provider.as_deref())?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn expire(Admin(sandbox): Admin, Sent(body): Sent) -> Result<StatusCode, Problem> {
    let expire: Expire = form::read(&body)?;
    for server in &sandbox.servers {
        match expire.what {
            Expiring::Tokens => server.pipeline().provider.expire_tokens(),
            Expiring::Scrolls => server.pipeline().provider.expire_scrolls(),
        }
    }
    sandbox.pulse.change_of(Kind::State);
    Ok(StatusCode::NO_CONTENT)
}

impl Managing {
    /// Restores the records that were set at the start.
    pub(super) fn reset_records(&self, provider: Option<&str>) -> Result<(), Problem> {
        for server in self.chosen(provider)? {
            let start = self.start().records.get(server.pipeline().name).cloned();
            match start {
                // The records were accepted when they were set.
                Some(records) => server.replace_records(records)?,
                None => server.pipeline().reset_records(),
            }
        }
        self.pulse.change_of(Kind::State);
        Ok(())
    }

    /// Sets the records, now and after each reset.
    pub(crate) fn seed(&self, records: Value) -> Result<(), FormError> {
        let records: Map<String, Value> = form::read_at("", records)?;
        for (provider, records) in records {
            let records: Map<String, Value> = form::read_at(&format!("/{provider}"), records)?;
            let server = self.server(&provider)?;
            server
                .replace_records(records.clone())
                .map_err(|error| FormError {
                    pointer: format!("/{provider}{}", error.pointer),
                    ..error
                })?;
            self.start().records.insert(provider, records);
        }
        self.pulse.change_of(Kind::State);
        Ok(())
    }
}
