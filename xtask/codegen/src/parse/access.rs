//! Reads a provider's addresses and credentials.

use super::object::{Node, Object};
use crate::problem::Problems;

/// A provider's addresses and credentials. A new crate starts from this; later its own code decides.
#[derive(Clone, Debug, Default)]
pub(crate) struct Access {
    /// The addresses without variables.
    pub(crate) servers: Vec<String>,
    pub(crate) schemes: Vec<SecurityScheme>,
    /// The alternatives, each a list of schemes; nothing if the description does not define any.
    pub(crate) security: Option<Vec<Vec<String>>>,
}

/// One of components/securitySchemes.
#[derive(Clone, Debug)]
pub(crate) struct SecurityScheme {
    pub(crate) at: String,
    pub(crate) key: String,
    /// `type`, such as `apiKey` or `http`.
    pub(crate) kind: String,
    /// `in` and `name` of an API key.
    pub(crate) place: Option<String>,
    pub(crate) name: Option<String>,
    /// `scheme` of HTTP authentication.
    pub(crate) scheme: Option<String>,
}

/// Authentication is hand-written code. Its description must only be well-formed.
pub(super) fn security_scheme(
    key: &str,
    node: Node<'_>,
    p: &mut Problems,
) -> Option<SecurityScheme> {
    let mut object = node.object(p)?;
    let kind = object.required("type", p).and_then(|node| node.text(p));
    for key in ["description", "bearerFormat", "openIdConnectUrl"] {
        object.text(key, p);
    }
    let scheme = SecurityScheme {
        at: object.at.clone(),
        key: key.to_owned(),
        kind: kind.unwrap_or_default(),
        place: object.text("in", p),
        name: object.text("name", p),
        scheme: object.text("scheme", p),
    };
    if let Some(node) = object.take("flows") {
        node.object(p);
    }
    object.finish("a security scheme", p);
    Some(scheme)
}

/// Reads security requirements: alternatives, each a list of schemes.
pub(crate) fn security(node: Node<'_>, p: &mut Problems) -> Option<Vec<Vec<String>>> {
    let mut alternatives = Vec::new();
    for requirement in node.list(p)? {
        let mut schemes = Vec::new();
        let entries = requirement
            .object(p)
            .map(Object::entries)
            .unwrap_or_default();
        for (name, scopes) in entries {
            schemes.push(name.to_owned());
            for scope in scopes.list(p).unwrap_or_default() {
                scope.text(p);
            }
        }
        alternatives.push(schemes);
    }
    Some(alternatives)
}
