//! The sandbox as a whole: health and reset.

use std::sync::atomic::Ordering;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::answer::Json;
use super::asked::{Asked, Sent};
use super::managed::Managed;
use super::problem::Problem;
use super::records::Chosen;
use super::{Admin, Managing};
use crate::clock::rfc3339_nanos;
use crate::pulse::Kind;

pub(super) async fn health(Admin(sandbox): Admin) -> Json<Value> {
    Json(sandbox.health())
}

impl Managing {
    pub(crate) fn health(&self) -> Value {
        let providers: Vec<Value> = self
            .servers
            .iter()
            .map(|server| describe(&**server))
            .collect();
        let logs = self.servers.iter().map(|server| &server.pipeline().log);
        let (mut kept, mut dropped, mut limits) = (0, 0, crate::log::Limits::default());
        for log in logs {
            let (here, counts) = log.counts();
            kept += here;
            dropped += counts.dropped;
            limits = log.limits();
        }
        json!({
            "status": "ok",
            "version": env!("CARGO_PKG_VERSION"),
            "now": rfc3339_nanos(self.clock.now()),
            "journal": {
                "kept": kept,
                "dropped": dropped,
                "limit": limits.requests,
                "limit_bytes": limits.bytes,
            },
            "providers": providers,
        })
    }
}

fn describe(server: &dyn Managed) -> Value {
    let pipeline = server.pipeline();
    let (_, counts) = pipeline.log.counts();
    let environment = server.environment().into_iter();
    let environment: Map<String, Value> = environment
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    json!({
        "name": pipeline.name,
        "title": server.title(),
        "about": server.about(),
        "base_url": server.base_url(),
        "accepting": pipeline.is_accepting.load(Ordering::Relaxed),
        "environment": environment,
        "operations": pipeline.description.get().operation_ids(),
        "requests": counts.all,
        "applied": counts.applied,
        "faults": pipeline.faults.pending(),
        "pending_writes": pipeline.late.count(),
    })
}

pub(super) async fn reset(
    Admin(sandbox): Admin,
    Asked(chosen): Asked<Chosen>,
    sent: Sent,
) -> Result<StatusCode, Problem> {
    sent.nothing()?;
    let provider = chosen.provider.as_deref();
    for server in sandbox.chosen(provider)? {
        let pipeline = server.pipeline();
        let switches = sandbox.start().switches.get(pipeline.name).cloned();
        if let Some(switches) = switches {
            server.set_switches(switches)?;
        }
        sandbox.reset_faults(server)?;
        // Also closes the connections that a fault keeps open.
        server.refuse().await;
        let accepted = server.accept().await;
        accepted.map_err(|error| Problem::new(500, error.to_string()))?;
        pipeline.log.clear();
    }
    sandbox.reset_records(provider)?;
    for kind in Kind::ALL {
        sandbox.pulse.change_of(kind);
    }
    Ok(StatusCode::NO_CONTENT)
}
