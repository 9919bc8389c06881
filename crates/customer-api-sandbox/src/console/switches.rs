//! The switches of the providers, with what the README says about them.

use serde_json::{Map, Value, json};

use super::answer::Json;
use super::asked::{Named, Sent};
use super::managed::Managed;
use super::problem::{FormError, Problem};
use super::{Admin, Managing, form};
use crate::pulse::Kind;
use crate::{CustomerRadarOptions, OmnideskOptions, RavelinOptions, RevnueOptions};

/// The page that documents the switches. It is the only place with their meaning and provenance.
const README: &str = include_str!("../../README.md");

/// What the README says about a switch.
struct Documented<'a> {
    about: &'a str,
    other: &'a str,
    provenance: &'a str,
}

pub(super) async fn list(
    Admin(sandbox): Admin,
    Named(provider): Named<String>,
) -> Result<Json<Value>, Problem> {
    let server = sandbox.server(&provider);
    let server = server.ok_or_else(|| sandbox.unknown_provider(&provider))?;
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
        let server = self.server(provider);
        let server = server.ok_or_else(|| self.unknown_provider(provider))?;
        change_switches(server, switches, replaces)?;
        self.pulse.change_of(Kind::Options);
        Ok(Json(shown(server)))
    }

    /// Sets one switch, now and after each reset.
    pub(crate) fn start_switch(&self, path: &str, value: Value) -> Result<(), FormError> {
        let (provider, name) = path
            .split_once('.')
            .ok_or_else(|| form::failed(String::new(), "a switch is named provider.switch"))?;
        let place = self
            .servers
            .iter()
            .position(|server| server.pipeline().name == provider);
        let server = place.and_then(|place| self.servers.get(place));
        let (Some(place), Some(server)) = (place, server) else {
            return Err(self.unknown_provider(provider).into());
        };
        change_switches(&**server, Map::from_iter([(name.to_owned(), value)]), false)?;
        if let Some(start) = self.start().switches.get_mut(place) {
            *start = server.switches();
        }
        Ok(())
    }
}

/// Sets the named switches. The others stay, or get their defaults.
fn change_switches(
    server: &dyn Managed,
    switches: Map<String, Value>,
    replaces: bool,
) -> Result<(), FormError> {
    let defaults = defaults(server.pipeline().name);
    let mut all = match (replaces, server.switches()) {
        (false, Value::Object(present)) => present,
        _ => defaults.clone(),
    };
    for (name, value) in &switches {
        if !defaults.contains_key(name) {
            let known = defaults.keys().map(String::as_str);
            return Err(Problem::unknown(&format!("/{name}"), name, known).into());
        }
        check(name, value)?;
        all.insert(name.clone(), value.clone());
    }
    server.set_switches(Value::Object(all)).map_err(|error| {
        // A flattened switch has no path of its own. The first one that fails alone is the place.
        let failing = switches.iter().find(|(name, value)| {
            let mut one = defaults.clone();
            one.insert((*name).clone(), (*value).clone());
            reads(server.pipeline().name, one).is_err()
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

/// Checks what the methods of the options ensure: that a page has room, a status has three digits and a path has a place for the id.
fn check(name: &str, value: &Value) -> Result<(), FormError> {
    let words = match (name, value) {
        ("page_size" | "page_limit", Value::Number(number)) if number.as_u64() == Some(0) => {
            "at least 1"
        }
        ("bad_token_status" | "refused_login_status", Value::Number(status))
            if !status
                .as_u64()
                .is_some_and(|status| (200..=999).contains(&status)) =>
        {
            "a status from 200 to 999"
        }
        ("purge_path" | "remove_channel_path", Value::String(path))
            if !path.starts_with('/') || !path.contains("{id}") =>
        {
            "a path with `{id}`"
        }
        _ => return Ok(()),
    };
    let words = format!("`{name}` must be {words}");
    Err(FormError {
        expected: Vec::new(),
        ..form::failed(format!("/{name}"), &words)
    })
}

/// Tries to read the switches of a provider.
fn reads(provider: &str, switches: Map<String, Value>) -> Result<(), serde_json::Error> {
    let switches = Value::Object(switches);
    match provider {
        "ravelin" => serde_json::from_value::<RavelinOptions>(switches).map(drop),
        "omnidesk" => serde_json::from_value::<OmnideskOptions>(switches).map(drop),
        "revnue" => serde_json::from_value::<RevnueOptions>(switches).map(drop),
        _ => serde_json::from_value::<CustomerRadarOptions>(switches).map(drop),
    }
}

/// Returns the defaults of a provider's switches.
fn defaults(provider: &str) -> Map<String, Value> {
    let defaults = match provider {
        "ravelin" => json!(RavelinOptions::default()),
        "omnidesk" => json!(OmnideskOptions::default()),
        "revnue" => json!(RevnueOptions::default()),
        _ => json!(CustomerRadarOptions::default()),
    };
    match defaults {
        Value::Object(defaults) => defaults,
        _ => Map::new(),
    }
}

fn shown(server: &dyn Managed) -> Value {
    let present = server.switches();
    let defaults = defaults(server.pipeline().name);
    let switches = defaults.iter().map(|(name, default)| {
        let documented = documented(server.title(), name);
        let text =
            |part: fn(&Documented<'static>) -> &'static str| documented.as_ref().map_or("", part);
        json!({
            "name": name,
            "value": present.get(name),
            "default": default,
            "about": text(|documented| documented.about),
            "values": values(server.pipeline().name, name, default),
            "other": text(|documented| documented.other),
            "provenance": text(|documented| documented.provenance),
        })
    });
    json!({ "switches": switches.collect::<Vec<_>>() })
}

/// Returns all settings of a switch whose settings are words. Empty if it takes any text, or other values too.
fn values(provider: &str, switch: &str, default: &Value) -> Vec<String> {
    if !default.is_string() {
        return Vec::new();
    }
    let read = |setting: &str| {
        let one = Map::from_iter([(switch.to_owned(), Value::from(setting))]);
        reads(provider, one)
    };
    // The error about a word that is none lists the words.
    let Err(error) = read("no such setting") else {
        return Vec::new();
    };
    let words = form::failed(String::new(), &error.to_string()).expected;
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
        // The names come first, each in backticks, with the method's arguments. Two of
        // them are switches of their own: `credentials(username, password)`.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_switch_is_documented_and_comes_back() {
        for (provider, title) in [
            ("ravelin", "Ravelin"),
            ("omnidesk", "Omnidesk"),
            ("revnue", "Revnue"),
            ("customer-radar", "Customer Radar"),
        ] {
            let defaults = defaults(provider);
            assert!(defaults.len() > 10);
            for name in defaults.keys() {
                let documented = documented(title, name);
                let documented = documented.unwrap_or_else(|| panic!("{provider}.{name}"));
                assert!(!documented.provenance.is_empty(), "{provider}.{name}");
            }
            reads(provider, defaults.clone()).unwrap();
            let mut wrong = defaults;
            wrong.insert("nosuch".to_owned(), json!(1));
            assert!(reads(provider, wrong).is_err(), "{provider}");
        }
    }
}
