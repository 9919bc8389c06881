//! The scripted faults of requests and connections.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answer::Json;
use super::asked::{Named, Sent};
use super::managed::Managed;
use super::problem::{FormError, Problem};
use super::{Admin, Managing, form};
use crate::fault::{ConnectionFault, Fault, ScriptedFault};
use crate::pulse::Kind;

/// A fault, and the requests that it is for.
struct Placed<'a> {
    server: &'a dyn Managed,
    operation: Option<String>,
    fault: Fault,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Connections {
    provider: Option<String>,
    action: Action,
    times: Option<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Refuse,
    Accept,
    Reset,
    Silence,
    Garbage,
}

pub(super) async fn list(Admin(sandbox): Admin) -> Json<Value> {
    Json(sandbox.scripted_faults())
}

pub(super) async fn replace(
    Admin(sandbox): Admin,
    Sent(body): Sent,
) -> Result<Json<Value>, Problem> {
    sandbox.replace_faults(form::read(&body)?)?;
    Ok(Json(sandbox.scripted_faults()))
}

pub(super) async fn add(
    Admin(sandbox): Admin,
    Sent(body): Sent,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let Placed {
        server,
        operation,
        fault,
    } = sandbox.placed("", form::read(&body)?)?;
    let added = server.pipeline().faults.add(operation, fault);
    sandbox.pulse.change_of(Kind::Faults);
    let shown = shown(server.pipeline().name, &added);
    Ok((StatusCode::CREATED, Json(shown)))
}

pub(super) async fn clear(Admin(sandbox): Admin) -> StatusCode {
    for server in &sandbox.servers {
        server.pipeline().faults.clear();
    }
    sandbox.pulse.change_of(Kind::Faults);
    StatusCode::NO_CONTENT
}

pub(super) async fn remove(
    Admin(sandbox): Admin,
    Named(id): Named<u64>,
) -> Result<StatusCode, Problem> {
    let servers = sandbox.servers.iter();
    let mut removed = servers.map(|server| server.pipeline().faults.remove(id));
    if !removed.any(|removed| removed) {
        return Err(Problem::new(
            404,
            format!("no scripted fault has the id {id}"),
        ));
    }
    sandbox.pulse.change_of(Kind::Faults);
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn connections(
    Admin(sandbox): Admin,
    Sent(body): Sent,
) -> Result<StatusCode, Problem> {
    let wanted: Connections = form::read(&body)?;
    let times = wanted.times.unwrap_or(1);
    if wanted.times.is_some() && matches!(wanted.action, Action::Refuse | Action::Accept) {
        let error = form::failed("/times".to_owned(), "`refuse` and `accept` have no `times`");
        return Err(error.into());
    }
    if times == 0 {
        return Err(form::failed("/times".to_owned(), "`times` must be at least 1").into());
    }
    let servers = sandbox.chosen(wanted.provider.as_deref());
    for server in servers.map_err(FormError::in_body)? {
        match wanted.action {
            Action::Refuse => server.refuse().await,
            Action::Accept => {
                let accepted = server.accept().await;
                accepted.map_err(|error| Problem::new(500, error.to_string()))?;
            }
            Action::Reset => server.fault_next(ConnectionFault::reset().times(times)),
            Action::Silence => server.fault_next(ConnectionFault::silence().times(times)),
            Action::Garbage => server.fault_next(ConnectionFault::garbage().times(times)),
        }
    }
    sandbox.pulse.change_of(Kind::Connections);
    Ok(StatusCode::NO_CONTENT)
}

impl Managing {
    fn scripted_faults(&self) -> Value {
        let mut all = Vec::new();
        for server in &self.servers {
            let pipeline = server.pipeline();
            let scripted = pipeline.faults.all();
            all.extend(scripted.iter().map(|fault| shown(pipeline.name, fault)));
        }
        all.into()
    }

    /// Replaces all faults with those of a list. Changes nothing if a fault in the list is wrong.
    pub(crate) fn replace_faults(&self, faults: Value) -> Result<(), FormError> {
        let faults: Vec<Value> = form::read_at("", faults)?;
        let mut placed = Vec::new();
        for (place, fault) in faults.into_iter().enumerate() {
            placed.push(self.placed(&format!("/{place}"), fault)?);
        }
        for server in &self.servers {
            let name = server.pipeline().name;
            let here = placed
                .iter()
                .filter(|one| one.server.pipeline().name == name);
            let here = here.map(|one| (one.operation.clone(), one.fault.clone()));
            server.pipeline().faults.replace(here);
        }
        self.pulse.change_of(Kind::Faults);
        Ok(())
    }

    /// Replaces all faults, now and after each reset.
    pub(crate) fn start_faults(&self, faults: Value) -> Result<(), FormError> {
        let list: Vec<Value> = form::read_at("", faults.clone())?;
        self.replace_faults(faults)?;
        self.start().faults = list;
        Ok(())
    }

    /// Resets the faults of one server to those that were set at the start.
    pub(super) fn reset_faults(&self, server: &dyn Managed) -> Result<(), FormError> {
        let start = self.start().faults.clone();
        let name = server.pipeline().name;
        server.pipeline().faults.clear();
        for fault in start {
            // Reading the fault does not fail here, because the same fault was read when it was set.
            let placed = self.placed("", fault)?;
            if placed.server.pipeline().name == name {
                server.pipeline().faults.add(placed.operation, placed.fault);
            }
        }
        Ok(())
    }

    /// Reads the fault at this place of the body.
    fn placed(&self, place: &str, fault: Value) -> Result<Placed<'_>, FormError> {
        let mut fields: Map<String, Value> = form::read_at(place, fault)?;
        // The fields that a GET adds to a fault. They are ignored, so that a list can be written back.
        for shown in ["id", "left", "struck"] {
            fields.remove(shown);
        }
        let mut text = |name: &str| match fields.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => form::read_at(&format!("{place}/{name}"), value).map(Some),
        };
        let (provider, operation): (Option<String>, Option<String>) =
            (text("provider")?, text("on")?);
        let servers = match &provider {
            None if operation.is_none() => {
                return Err(form::failed(
                    place.to_owned(),
                    "`on` or `provider` is needed: the operation or the provider that the fault is for",
                ));
            }
            provider => self
                .chosen(provider.as_deref())
                .map_err(|error| FormError {
                    pointer: format!("{place}/provider"),
                    ..error
                })?,
        };
        let knows = |server: &&&dyn Managed| {
            let description = server.pipeline().description.get();
            operation
                .as_deref()
                .is_none_or(|operation| description.operation(operation).is_some())
        };
        let mut fitting = servers.iter().filter(knows);
        let (first, second) = (fitting.next(), fitting.next());
        let server = match (first, second) {
            (Some(server), None) => *server,
            (Some(_), Some(_)) => {
                let names = servers.iter().filter(knows);
                let names = names.map(|server| server.pipeline().name.to_owned());
                return Err(FormError {
                    expected: names.collect(),
                    ..form::failed(
                        format!("{place}/provider"),
                        "several providers have this operation: name the provider",
                    )
                });
            }
            (None, _) => {
                let known = servers
                    .iter()
                    .flat_map(|server| server.pipeline().description.get().operation_ids());
                let given = operation.unwrap_or_default();
                return Err(FormError::unknown(&format!("{place}/on"), &given, known));
            }
        };
        let names: Vec<String> = fields.keys().cloned().collect();
        let fault: Fault = form::read_at(place, Value::Object(fields))
            .map_err(|error| at_field(error, place, &names))?;
        if fault.times == Some(0) {
            return Err(form::failed(
                format!("{place}/times"),
                "`times` must be at least 1, or null for all requests",
            ));
        }
        Ok(Placed {
            server,
            operation,
            fault,
        })
    }
}

/// If an error about the whole fault begins with the name of a field, changes the error's pointer to that field.
fn at_field(error: FormError, place: &str, names: &[String]) -> FormError {
    let field = error.detail.strip_prefix('`');
    let field = field.and_then(|detail| detail.split('`').next());
    let pointer = match field {
        Some(field) if error.pointer == place && names.iter().any(|name| name == field) => {
            format!("{place}/{field}")
        }
        _ => return error,
    };
    FormError { pointer, ..error }
}

/// Returns a scripted fault as the API shows it.
fn shown(provider: &str, scripted: &ScriptedFault) -> Value {
    let mut shown = placed(provider, scripted.operation.as_deref(), &scripted.fault);
    if let Some(fields) = shown.as_object_mut() {
        fields.insert("id".to_owned(), json!(scripted.id));
        fields.insert("left".to_owned(), json!(scripted.left));
        fields.insert("struck".to_owned(), json!(scripted.struck));
    }
    shown
}

/// Returns a fault with the requests that it is for.
pub(super) fn placed(provider: &str, operation: Option<&str>, fault: &Fault) -> Value {
    let mut shown = json!(fault);
    if let Some(fields) = shown.as_object_mut() {
        fields.insert("provider".to_owned(), json!(provider));
        if let Some(operation) = operation {
            fields.insert("on".to_owned(), json!(operation));
        }
    }
    shown
}
