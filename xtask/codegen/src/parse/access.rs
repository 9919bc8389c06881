//! Reads a provider's addresses and credentials.

use super::object::{Node, Object};
use crate::problem::Problems;

/// A provider's addresses and credentials. A new crate gets its base URL and its login from them; that code is edited by hand later. In
/// every run, the generator compares the client's credential with an operation's own `security`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Access {
    /// The addresses before the first one with a variable.
    pub(crate) servers: Vec<String>,
    pub(crate) schemes: Vec<SecurityScheme>,
    /// The alternatives, each a list of schemes. `None` if the description has no `security`.
    pub(crate) security: Option<Vec<Vec<String>>>,
}

impl Access {
    /// Returns the schemes of the client's credential: the first alternative that a client can send in one header. If there is none,
    /// returns the alternative without a credential, or else the first alternative. Without `security`, returns the only scheme.
    pub(crate) fn client(&self) -> Option<&[String]> {
        let Some(alternatives) = self.security.as_deref() else {
            return match self.schemes.as_slice() {
                [only] => Some(std::slice::from_ref(&only.key)),
                _ => None,
            };
        };
        let is_carried = |names: &&Vec<String>| match names.as_slice() {
            [key] => self
                .schemes
                .iter()
                .any(|scheme| scheme.key == *key && scheme.is_carried()),
            _ => false,
        };
        let carried = alternatives.iter().find(is_carried);
        let nobody = || alternatives.iter().find(|names| names.is_empty());
        carried
            .or_else(nobody)
            .or(alternatives.first())
            .map(Vec::as_slice)
    }
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

impl SecurityScheme {
    /// Whether the credential is sent in one header of every call.
    fn is_carried(&self) -> bool {
        let word = self.scheme.as_deref().unwrap_or_default();
        match self.kind.as_str() {
            "apiKey" => {
                self.place.as_deref() == Some("header")
                    && self.name.as_deref().is_some_and(is_header)
            }
            "http" => ["bearer", "basic"]
                .iter()
                .any(|known| word.eq_ignore_ascii_case(known)),
            _ => false,
        }
    }
}

/// Returns whether a key can be sent in this header: the name must be valid (RFC 9110, section 5.6.2), and the client must not set the
/// header itself.
pub(crate) fn is_header(name: &str) -> bool {
    let taken = [
        "host",
        "content-type",
        "content-length",
        "accept",
        "user-agent",
    ];
    super::media::is_token(name) && !taken.contains(&name.to_ascii_lowercase().as_str())
}

/// Reads a security scheme. Authentication is hand-written, so the scheme only needs to be well-formed.
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
