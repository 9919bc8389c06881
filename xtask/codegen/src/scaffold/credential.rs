//! Finds a new crate's credential from the description's security schemes.

use crate::{
    model::{Access, SecurityScheme},
    parse::is_header,
    problem::Problems,
};

/// The credential that is sent with every call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Credential {
    None,
    /// A key in a named header; the name is in lower case.
    Header(String),
    Bearer,
    /// User and password, encoded by the caller.
    Basic,
}

impl Credential {
    /// Returns the name of the credential's header, and the header's value for a key.
    pub(super) fn header(&self, key: &str) -> Option<(&str, String)> {
        match self {
            Self::None => None,
            Self::Header(name) => Some((name, key.to_owned())),
            Self::Bearer => Some(("authorization", format!("Bearer {key}"))),
            Self::Basic => Some(("authorization", format!("Basic {key}"))),
        }
    }
}

/// Returns the credential of the scheme that the description requires, or else of its only scheme.
pub(super) fn choose(access: &Access, p: &mut Problems) -> Option<Credential> {
    let scheme = match access.security {
        Some(_) => match access.client() {
            None | Some([]) => return Some(Credential::None),
            Some([key]) => access.schemes.iter().find(|scheme| scheme.key == *key),
            Some(_) => {
                p.report(
                    "/security/0",
                    "several credentials for one call",
                    "require one, and write the rest by hand",
                );
                return None;
            }
        },
        None => match access.schemes.as_slice() {
            [] => return Some(Credential::None),
            [scheme] => Some(scheme),
            _ => {
                p.report(
                    "/components/securitySchemes",
                    "several security schemes, and none of them is selected",
                    "add `security` at the top of the document",
                );
                return None;
            }
        },
    };
    match scheme {
        Some(scheme) => credential(scheme, p),
        None => {
            p.report(
                "/security/0",
                "this is not in components/securitySchemes",
                "correct the name, or describe the scheme there",
            );
            None
        }
    }
}

fn credential(scheme: &SecurityScheme, p: &mut Problems) -> Option<Credential> {
    let word = scheme.scheme.as_deref().unwrap_or_default();
    match (scheme.kind.as_str(), scheme.place.as_deref(), &scheme.name) {
        ("apiKey", Some("header"), Some(name)) if is_header(name) => {
            Some(Credential::Header(name.to_ascii_lowercase()))
        }
        ("http", ..) if word.eq_ignore_ascii_case("bearer") => Some(Credential::Bearer),
        ("http", ..) if word.eq_ignore_ascii_case("basic") => Some(Credential::Basic),
        _ => {
            p.report(
                &scheme.at,
                "a new crate does not support this security scheme",
                "use an apiKey in a header, or http with the scheme bearer or basic; write anything else by hand afterwards",
            );
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scheme(key: &str, kind: &str, place: &str, name: &str, scheme: &str) -> SecurityScheme {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        SecurityScheme {
            at: format!("/components/securitySchemes/{key}"),
            key: key.to_owned(),
            kind: kind.to_owned(),
            place: given(place),
            name: given(name),
            scheme: given(scheme),
        }
    }

    fn chosen(schemes: &[SecurityScheme], security: Option<&[&[&str]]>) -> Option<Credential> {
        let access = Access {
            servers: Vec::new(),
            schemes: schemes.to_vec(),
            security: security.map(|alternatives| {
                let owned = |keys: &&[&str]| keys.iter().map(|key| (*key).to_owned()).collect();
                alternatives.iter().map(owned).collect()
            }),
        };
        let mut problems = Problems::new("acme.yaml");
        let credential = choose(&access, &mut problems);
        assert_eq!(credential.is_none(), !problems.is_empty());
        credential
    }

    #[test]
    fn the_scheme_that_is_required_wins() {
        let key = scheme("k", "apiKey", "header", "X-Key", "");
        let token = scheme("t", "http", "", "", "Bearer");
        let header = Some(Credential::Header("x-key".to_owned()));
        assert_eq!(chosen(&[], None), Some(Credential::None));
        assert_eq!(chosen(std::slice::from_ref(&key), None), header);
        let both = [key, token];
        assert_eq!(chosen(&both, None), None);
        assert_eq!(chosen(&both, Some(&[&["t"]])), Some(Credential::Bearer));
        assert_eq!(chosen(&both, Some(&[&["k"], &["t"]])), header);
        let user = scheme("u", "http", "", "", "basic");
        assert_eq!(chosen(&[user], None), Some(Credential::Basic));
        assert_eq!(chosen(&both, Some(&[])), Some(Credential::None));
        assert_eq!(chosen(&both, Some(&[&[]])), Some(Credential::None));
        // A call for which a credential is optional is made with the credential.
        assert_eq!(chosen(&both, Some(&[&[], &["k"]])), header);
        // An alternative that no client can send is passed over.
        assert_eq!(
            chosen(&both, Some(&[&["k", "t"], &["x"], &["t"]])),
            Some(Credential::Bearer)
        );
        assert_eq!(
            chosen(&both, Some(&[&["k", "t"], &[]])),
            Some(Credential::None)
        );
        assert_eq!(chosen(&both, Some(&[&["k", "t"]])), None);
        assert_eq!(chosen(&both, Some(&[&["x"]])), None);
    }

    #[test]
    fn what_no_header_carries_is_refused() {
        for unknown in [
            scheme("a", "apiKey", "query", "key", ""),
            scheme("a", "apiKey", "header", "a b", ""),
            scheme("a", "apiKey", "header", "Host", ""),
            scheme("a", "http", "", "", "digest"),
            scheme("a", "oauth2", "", "", ""),
        ] {
            assert_eq!(chosen(&[unknown], None), None);
        }
    }
}
