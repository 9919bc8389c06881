//! The switches of the providers, with their documentation from the README.

use serde_json::{Map, Value, json};

use super::answer::Json;
use super::asked::{Named, Sent};
use super::managed::Managed;
use super::problem::{FormError, Problem};
use super::{Admin, Managing, form};
use crate::pulse::Kind;

/// The page that documents the switches. Only this page contains their meaning and provenance.
const README: &str = include_str!("../../README.md");

/// The README's documentation of a switch.
struct Documented<'a> {
    about: &'a str,
    other: &'a str,
    provenance: &'a str,
}

pub(super) async fn list(
    Admin(sandbox): Admin,
    Named(provider): Named<String>,
) -> Result<Json<Value>, Problem> {
    let server = sandbox.server(&provider)?;
    Ok(Json(shown(server)))
}

pub(super) async fn replace(
    Admin(sandbox): Admin,
    Named(provider): Named<String>,
    Sent(body): Sent,
) -> Result<Json<Value>, Problem> {
    let switches: Map<String, Value> = form::read(&body)?;
    sandbox.set_switches(&provider, switches, true)
}

pub(super) async fn change(
    Admin(sandbox): Admin,
    Named(provider): Named<String>,
    Sent(body): Sent,
) -> Result<Json<Value>, Problem> {
    let switches: Map<String, Value> = form::read(&body)?;
    sandbox.set_switches(&provider, switches, false)
}

impl Managing {
    fn set_switches(
        &self,
        provider: &str,
        switches: Map<String, Value>,
        replaces: bool,
    ) -> Result<Json<Value>, Problem> {
        let server = self.server(provider)?;
        change_switches(server, switches, replaces)?;
        self.pulse.change_of(Kind::Options);
        Ok(Json(shown(server)))
    }

    /// Sets one switch, now and after each reset.
    pub(crate) fn start_switch(&self, path: &str, value: Value) -> Result<(), FormError> {
        let (provider, name) = path
            .split_once('.')
            .ok_or_else(|| form::failed(String::new(), "a switch is named provider.switch"))?;
        let server = self.server(provider)?;
        change_switches(server, Map::from_iter([(name.to_owned(), value)]), false)?;
        let switches = server.switches();
        self.start().switches.insert(provider.to_owned(), switches);
        Ok(())
    }
}

/// Sets the named switches. With `replaces`, all other switches get their defaults; otherwise they stay.
fn change_switches(
    server: &dyn Managed,
    switches: Map<String, Value>,
    replaces: bool,
) -> Result<(), FormError> {
    let defaults = defaults(server);
    let mut all = match (replaces, server.switches()) {
        (false, Value::Object(present)) => present,
        _ => defaults.clone(),
    };
    for (name, value) in &switches {
        if !defaults.contains_key(name) {
            let known = defaults.keys().map(String::as_str);
            return Err(FormError::unknown(&format!("/{name}"), name, known));
        }
        all.insert(name.clone(), value.clone());
    }
    server.set_switches(Value::Object(all)).map_err(|error| {
        // The error about a flattened switch has no path. Therefore each switch is tried alone, and the error names the
        // first switch that fails.
        let failing = switches.iter().find(|(name, value)| {
            let mut one = defaults.clone();
            one.insert((*name).clone(), (*value).clone());
            server.read_switches(Value::Object(one)).is_err()
        });
        match failing {
            Some((name, _)) if !error.pointer.starts_with(&format!("/{name}")) => FormError {
                pointer: format!("/{name}"),
                ..error
            },
            _ => error,
        }
    })
}

/// Returns the defaults of a provider's switches, by their names.
fn defaults(server: &dyn Managed) -> Map<String, Value> {
    match server.default_switches() {
        Value::Object(defaults) => defaults,
        _ => Map::new(),
    }
}

fn shown(server: &dyn Managed) -> Value {
    let present = server.switches();
    let defaults = defaults(server);
    let switches = defaults.iter().map(|(name, default)| {
        let documented = documented(server.title(), name);
        let text =
            |part: fn(&Documented<'static>) -> &'static str| documented.as_ref().map_or("", part);
        json!({
            "name": name,
            "value": present.get(name),
            "default": default,
            "about": text(|documented| documented.about),
            "values": values(server, name, default),
            "other": text(|documented| documented.other),
            "provenance": text(|documented| documented.provenance),
        })
    });
    json!({ "switches": switches.collect::<Vec<_>>() })
}

/// Returns all values of a switch that accepts only certain words. The list is empty if the switch also accepts other
/// values.
fn values(server: &dyn Managed, switch: &str, default: &Value) -> Vec<String> {
    if !default.is_string() {
        return Vec::new();
    }
    let read = |setting: &str| {
        let one = Map::from_iter([(switch.to_owned(), Value::from(setting))]);
        server.read_switches(Value::Object(one))
    };
    // The error about an unknown word lists the valid words.
    let Err(FormError {
        expected: words, ..
    }) = read("no such setting")
    else {
        return Vec::new();
    };
    if words.iter().all(|word| read(word).is_ok()) {
        words
    } else {
        Vec::new()
    }
}

/// Returns the row of a switch in the README's table of the provider.
fn documented(title: &str, switch: &str) -> Option<Documented<'static>> {
    let heading = format!("## Switches of the {title} server");
    let (_, section) = README.split_once(&heading)?;
    let section = section.split("\n## ").next()?;
    for row in section.lines().filter(|line| line.starts_with("| `")) {
        let mut cells = row.trim_matches('|').split(" | ").map(str::trim);
        let about = cells.next()?.trim_start_matches("| ");
        // The names come first, each in backticks, with the method's arguments. If a method has two arguments, each is
        // a switch: `credentials(username, password)`.
        let names = about.split_once(':').map_or(about, |(names, _)| names);
        let mut names = names
            .split('`')
            .skip(1)
            .step_by(2)
            .flat_map(|name| name.split(['(', ',', ')']));
        if names.any(|name| name.trim() == switch) {
            let _default = cells.next()?;
            return Some(Documented {
                about,
                other: cells.next()?,
                provenance: cells.next()?.trim_end_matches(" |"),
            });
        }
    }
    None
}
