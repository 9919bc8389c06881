//! The document around the operations: information, servers, sign-in.

use super::{
    Adapter,
    edit::{self, Map, as_map, as_text, get, set, text},
    notes::Did,
    select::Chosen,
    source::Source,
};
use crate::{parse::is_header, tree::Value};

/// How calls sign in.
#[derive(Clone, Debug, Default)]
pub(super) struct Access {
    /// The security scheme of the client's credential, with its name.
    scheme: Option<(String, Value)>,
    /// The security requirements of operations that have none of their own.
    top: Option<Vec<Vec<String>>>,
}

/// How one operation signs in.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Auth {
    /// With the client's credential, and with these parameters for further keys.
    Client(Vec<Value>),
    /// Without the client's credential. If the operation needs keys, these parameters carry them.
    Nobody(Vec<Value>),
    /// With a credential that the client does not have.
    Foreign,
}

/// One alternative of `security`: the scheme of the client's credential, and the parameters for further keys.
struct Carried {
    client: Option<(String, Value)>,
    parameters: Vec<Value>,
}

/// Returns the alternatives of `security`. `None` if there is no `security`.
fn requirements(map: &Map) -> Option<Vec<Vec<String>>> {
    let Some(Value::List(alternatives)) = get(map, "security") else {
        return None;
    };
    Some(
        alternatives
            .iter()
            .filter_map(as_map)
            .map(|schemes| schemes.iter().map(|(name, _)| name.clone()).collect())
            .collect(),
    )
}

impl Adapter<'_, '_> {
    /// Chooses the security scheme that most of the operations accept. If several are accepted equally often, chooses
    /// the first of them in the description.
    pub(super) fn access(&mut self, operations: &[Chosen<'_>]) -> Access {
        let mut access = Access {
            top: requirements(self.source.tree),
            ..Access::default()
        };
        let mut tally: Vec<((String, Value), usize)> = Vec::new();
        for operation in operations {
            let own = requirements(operation.found.operation);
            for alternative in own.or_else(|| access.top.clone()).unwrap_or_default() {
                let carried = carried(self.source, &alternative);
                let Some(client) = carried.and_then(|carried| carried.client) else {
                    continue;
                };
                match tally.iter_mut().find(|((_, other), _)| *other == client.1) {
                    Some((_, count)) => *count += 1,
                    None => tally.push((client, 1)),
                }
            }
        }
        let most = tally.iter().map(|(_, count)| *count).max();
        access.scheme = tally
            .into_iter()
            .find(|(_, count)| Some(*count) == most)
            .map(|(scheme, _)| scheme);
        access
    }

    /// Returns how an operation signs in.
    pub(super) fn auth(&mut self, operation: &Map, access: &Access, at: &str) -> Auth {
        let own = requirements(operation);
        let Some(alternatives) = own.as_ref().or(access.top.as_ref()) else {
            return Auth::Nobody(Vec::new());
        };
        let mut nobody = alternatives.is_empty().then(Vec::new);
        for alternative in alternatives {
            let Some(carried) = carried(self.source, alternative) else {
                continue;
            };
            if !carried.parameters.is_empty() {
                self.note(
                    Did::Narrowed,
                    "keys beside the client's own are parameters of each call",
                    at,
                );
            }
            match (carried.client, &access.scheme) {
                (None, _) => nobody = nobody.or(Some(carried.parameters)),
                (Some((name, scheme)), Some((own, chosen))) if scheme == *chosen => {
                    if name != *own {
                        self.note(
                            Did::Narrowed,
                            "keys of one kind and several names are the client's one key",
                            at,
                        );
                    }
                    return Auth::Client(carried.parameters);
                }
                _ => {}
            }
        }
        if nobody.is_none() {
            let mut names = alternatives.iter().flatten();
            if let Some(name) = names.find(|name| scheme(self.source, name).is_none()) {
                self.refuse(
                    at,
                    &format!("the security scheme `{name}` is not in components/securitySchemes"),
                    "correct the name, or describe the scheme there",
                );
                return Auth::Nobody(Vec::new());
            }
        }
        nobody.map_or(Auth::Foreign, Auth::Nobody)
    }

    /// Returns the document without paths and schemas.
    pub(super) fn document(&mut self, access: &Access, origin: Option<&str>) -> Map {
        let mut out = Map::new();
        set(&mut out, "openapi", edit::words("3.1.0"));
        set(&mut out, "info", Value::Map(self.info()));
        if let Some(origin) = origin {
            let server = edit::one("url", edit::words(origin));
            set(&mut out, "servers", Value::List(vec![server]));
        }
        if let Some(docs) = get(self.source.tree, "externalDocs") {
            if as_map(docs).is_some_and(super::schema::is_docs) {
                set(&mut out, "externalDocs", docs.clone());
            }
        }
        let mut security = Vec::new();
        if let Some((name, _)) = &access.scheme {
            security.push(edit::one(name, Value::List(Vec::new())));
        }
        set(&mut out, "security", Value::List(security));
        for key in ["webhooks", "tags"] {
            if edit::has(self.source.tree, key) {
                self.note(
                    Did::ReadPast,
                    "webhooks, and texts about tags",
                    &format!("/{key}"),
                );
            }
        }
        let mut components = Map::new();
        if let Some((name, scheme)) = &access.scheme {
            set(
                &mut components,
                "securitySchemes",
                edit::one(name, scheme.clone()),
            );
        }
        set(&mut out, "components", Value::Map(components));
        out
    }

    fn info(&mut self) -> Map {
        let mut out = Map::new();
        let given = get(self.source.tree, "info").and_then(as_map);
        for (key, value) in given.into_iter().flatten() {
            match key.as_str() {
                "title" | "summary" | "description" | "termsOfService" | "x-rust-name"
                    if as_text(value).is_some() =>
                {
                    out.push((key.clone(), value.clone()));
                }
                "version" => {
                    let version = as_text(value).map(str::to_owned);
                    let version = version.unwrap_or_else(|| crate::tree::to_line(value));
                    out.push((key.clone(), Value::Text(version)));
                }
                "contact" | "license" => {
                    let is_known =
                        |key: &str| matches!(key, "name" | "url" | "email" | "identifier");
                    let kept: Map = as_map(value)
                        .into_iter()
                        .flatten()
                        .filter(|(name, value)| is_known(name) && as_text(value).is_some())
                        .cloned()
                        .collect();
                    out.push((key.clone(), Value::Map(kept)));
                }
                _ => {}
            }
        }
        out
    }
}

/// Returns the security scheme of this name.
fn scheme<'t>(source: &Source<'t>, name: &str) -> Option<&'t Map> {
    let step = name.replace('~', "~0").replace('/', "~1");
    let target = source.target(&format!("#/components/securitySchemes/{step}"))?;
    source.followed(as_map(target)?)
}

/// Returns the credentials that an alternative needs. `None` if neither the client nor a parameter can send one of
/// them.
fn carried(source: &Source<'_>, names: &[String]) -> Option<Carried> {
    let mut carried = Carried {
        client: None,
        parameters: Vec::new(),
    };
    let mut schemes = Vec::new();
    for name in names {
        schemes.push((name, scheme(source, name)?));
    }
    // Schemes of the `Authorization` header come first, because only one scheme can be the client's credential. A
    // further key becomes a parameter.
    schemes.sort_by_key(|(_, scheme)| text(scheme, "type") == Some("apiKey"));
    for (name, scheme) in schemes {
        let word = text(scheme, "scheme")
            .unwrap_or_default()
            .to_ascii_lowercase();
        let http = |word: &str| {
            Value::Map(vec![
                ("type".to_owned(), edit::words("http")),
                ("scheme".to_owned(), edit::words(word)),
            ])
        };
        let is_free = carried.client.is_none();
        match (
            text(scheme, "type")?,
            text(scheme, "in"),
            text(scheme, "name"),
        ) {
            ("http", ..) if is_free && matches!(word.as_str(), "bearer" | "basic") => {
                carried.client = Some((name.clone(), http(&word)));
            }
            // However the token is obtained, it is sent as a bearer token (RFC 6750).
            ("oauth2" | "openIdConnect", ..) if is_free => {
                carried.client = Some((name.clone(), http("bearer")));
            }
            ("apiKey", Some("header"), Some(header)) if !is_header(header) => return None,
            // Two schemes that yield a bearer token share one token, because a request has one `Authorization` header.
            ("oauth2" | "openIdConnect", ..)
                if carried
                    .client
                    .as_ref()
                    .is_some_and(|(_, own)| *own == http("bearer")) => {}
            ("apiKey", Some("header"), Some(header)) if is_free => {
                let scheme = Value::Map(vec![
                    ("type".to_owned(), edit::words("apiKey")),
                    ("in".to_owned(), edit::words("header")),
                    ("name".to_owned(), edit::words(header)),
                ]);
                carried.client = Some((name.clone(), scheme));
            }
            ("apiKey", Some(place @ ("header" | "query")), Some(key)) => {
                carried.parameters.push(Value::Map(vec![
                    ("name".to_owned(), edit::words(key)),
                    ("in".to_owned(), edit::words(place)),
                    ("required".to_owned(), Value::Bool(true)),
                    (
                        "description".to_owned(),
                        edit::words("A key that signs the call in."),
                    ),
                    ("x-secret".to_owned(), Value::Bool(true)),
                    (
                        "schema".to_owned(),
                        edit::one("type", edit::words("string")),
                    ),
                ]));
            }
            _ => return None,
        }
    }
    Some(carried)
}

/// Returns the origin and the path of the first server that applies to an operation. `None` for an origin that is not
/// https or contains a variable: in that case, the caller sets the origin.
pub(super) fn server(source: &Source<'_>, operation: &Chosen<'_>) -> (Option<String>, String) {
    let found = operation.found;
    let servers = [found.operation, found.item, source.tree]
        .into_iter()
        .map(|holder| edit::list(holder, "servers"))
        .find(|servers| !servers.is_empty());
    let Some(server) = servers.and_then(|servers| servers.first()).and_then(as_map) else {
        return (None, String::new());
    };
    let url = text(server, "url").unwrap_or_default();
    let (origin, path) = match url.split_once("://") {
        None => (String::new(), url),
        Some((scheme, rest)) => {
            let host = rest.find('/').unwrap_or(rest.len());
            let (host, path) = rest.split_at_checked(host).unwrap_or((rest, ""));
            (format!("{scheme}://{host}"), path)
        }
    };
    let mut path = path.trim_end_matches('/').to_owned();
    for (name, variable) in edit::map(server, "variables") {
        let default = as_map(variable).and_then(|variable| text(variable, "default"));
        path = path.replace(&format!("{{{name}}}"), default.unwrap_or_default());
    }
    if !path.is_empty() && !path.starts_with('/') {
        path.insert(0, '/');
    }
    let is_fixed = origin.starts_with("https://") && !origin.contains('{');
    (is_fixed.then_some(origin), path)
}
