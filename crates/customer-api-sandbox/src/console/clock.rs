//! The sandbox's clock.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::Json;
use super::asked::Sent;
use super::problem::Problem;
use super::{Admin, Managing, form};
use crate::clock::rfc3339_nanos;
use crate::duration;
use crate::pulse::Kind;
use crate::sandbox;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    #[serde(with = "duration::required")]
    by: Duration,
}

pub(super) async fn show(Admin(sandbox): Admin) -> Json<Value> {
    Json(now(&sandbox))
}

pub(super) async fn advance(
    Admin(sandbox): Admin,
    Sent(body): Sent,
) -> Result<Json<Value>, Problem> {
    let advance: Advance = form::read(&body)?;
    let servers = sandbox.servers.each_ref().map(|server| server.pipeline());
    sandbox::advance(&sandbox.clock, &servers, advance.by);
    sandbox.pulse.change_of(Kind::Clock);
    sandbox.pulse.change_of(Kind::State);
    Ok(Json(now(&sandbox)))
}

fn now(sandbox: &Managing) -> Value {
    json!({ "now": rfc3339_nanos(sandbox.clock.now()) })
}
