use url::Url;

use super::{PagesError, PagesErrorKind};
use crate::BaseUrl;

/// A link to the next page that leads to the same place as the list: same scheme, host, port and path.
///
/// A follow-up carries the credential. A provider's link is therefore checked before it is followed.
///
/// ```
/// use customer_api_core::{BaseUrl, pages::NextLink};
///
/// let base: BaseUrl = "https://api.example".parse()?;
/// let link = NextLink::check(&base, "/v2/list", "https://api.example/v2/list?cursor=a%20b")?;
/// assert_eq!(link.query(), "cursor=a%20b");
/// assert!(NextLink::check(&base, "/v2/list", "https://evil.example/v2/list?cursor=1").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NextLink {
    query: String,
}

impl NextLink {
    /// Accepts a link to `path` below the base URL, and returns the link's query. A relative link is resolved against that
    /// path.
    ///
    /// # Errors
    ///
    /// [`PagesErrorKind::ForeignLink`] if the link leads elsewhere, or is not a link. If the link only has http in place of https, as
    /// happens if a proxy in front of the provider terminates TLS, the error states this cause. The error then also names `rebase_links`,
    /// the setting by which a provider crate's list uses [only the query](Self::query_of).
    pub fn check(base: &BaseUrl, path: &str, link: &str) -> Result<Self, PagesError> {
        let here = Url::parse(&format!("{base}{path}")).map_err(|_| foreign())?;
        let there = here.join(link).map_err(|_| foreign())?;
        let is_bare = there.username().is_empty() && there.password().is_none();
        if !is_bare || there.path() != here.path() {
            return Err(foreign());
        }
        if there.origin() != here.origin() {
            return Err(if is_downgrade(&here, &there) {
                downgraded()
            } else {
                foreign()
            });
        }
        Self::take(&there)
    }

    /// Returns the query of a link that may lead anywhere. Use this for a provider behind a gateway, whose links name the provider's own
    /// host.
    ///
    /// # Errors
    ///
    /// [`PagesErrorKind::ForeignLink`] if the text is not a link, or the link has no query.
    pub fn query_of(link: &str) -> Result<Self, PagesError> {
        // A relative link needs a base. The choice of base does not affect the query.
        let anywhere = Url::parse("https://localhost/").map_err(|_| foreign())?;
        Self::take(&anywhere.join(link).map_err(|_| foreign())?)
    }

    fn take(link: &Url) -> Result<Self, PagesError> {
        match link.query() {
            Some(query) if !query.is_empty() => Ok(Self {
                query: query.to_owned(),
            }),
            _ => Err(foreign()),
        }
    }

    /// The query as the provider wrote it.
    #[must_use]
    pub fn query(&self) -> &str {
        &self.query
    }
}

/// The error does not show the link, because its query is a cursor and its host is not trusted.
fn foreign() -> PagesError {
    PagesError::new(
        PagesErrorKind::ForeignLink,
        "the link to the next page leads elsewhere and was not followed",
    )
}

/// Whether a link leads to the list's host by plain http, on the default port of http or on the list's port.
fn is_downgrade(here: &Url, there: &Url) -> bool {
    let is_http = (here.scheme(), there.scheme()) == ("https", "http");
    is_http
        && here.host() == there.host()
        && (there.port().is_none() || there.port() == here.port())
}

fn downgraded() -> PagesError {
    PagesError::new(
        PagesErrorKind::ForeignLink,
        "the link to the next page is plain http although the list is https, and was not followed; if a proxy in front of \
         the provider ends TLS, set `rebase_links`",
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(link: &str) -> Result<NextLink, PagesError> {
        NextLink::check(&"https://api.example/eu".parse().unwrap(), "/v2/list", link)
    }

    #[test]
    fn accepts_the_same_place_in_every_spelling() {
        for link in [
            "https://api.example/eu/v2/list?c=1",
            "https://api.example:443/eu/v2/list?c=1",
            "https://API.example/eu/v2/list?c=1#x",
            "/eu/v2/list?c=1",
            "?c=1",
            "list?c=1",
            "//api.example/eu/v2/list?c=1",
            "https:?c=1",
        ] {
            assert_eq!(check(link).unwrap().query(), "c=1", "{link}");
        }
    }

    #[test]
    fn refuses_every_other_place() {
        for link in [
            "",
            "/v2/list?c=1",
            "//evil.example/eu/v2/list?c=1",
            "\\\\evil.example/eu/v2/list?c=1",
            "../list?c=1",
            "#?c=1",
            "data:?c=1",
            "http://api.example/eu/v2/list?c=1",
            "https://api.example:8443/eu/v2/list?c=1",
            "https://api.example.evil/eu/v2/list?c=1",
            "https://api.example@evil.example/eu/v2/list?c=1",
            "https://user@api.example/eu/v2/list?c=1",
            "https://api.example/v2/list?c=1",
            "https://api.example/eu/v2/list/?c=1",
            "https://api.example/eu/v2/list/../other?c=1",
            "https://api.example/eu/v2/list",
            "https://api.example/eu/v2/list?",
        ] {
            assert_eq!(
                check(link).unwrap_err().kind(),
                PagesErrorKind::ForeignLink,
                "{link}"
            );
        }
    }

    #[test]
    fn a_proxy_that_ends_tls_is_named_with_its_setting() {
        for link in [
            "http://api.example/eu/v2/list?c=1",
            "http://api.example:80/eu/v2/list?c=1",
        ] {
            let error = check(link).unwrap_err();
            assert_eq!(error.kind(), PagesErrorKind::ForeignLink);
            assert!(error.to_string().contains("set `rebase_links`"), "{error}");
        }
        for link in [
            "http://evil.example/eu/v2/list?c=1",
            "http://api.example:8080/eu/v2/list?c=1",
            "http://api.example/v2/other?c=1",
        ] {
            let error = check(link).unwrap_err();
            assert!(!error.to_string().contains("rebase_links"), "{error}");
        }
    }

    #[test]
    fn a_query_is_taken_from_any_link_that_has_one() {
        for link in ["?c=1", "/x?c=1", "http://other.example/x?c=1"] {
            assert_eq!(NextLink::query_of(link).unwrap().query(), "c=1", "{link}");
        }
        for link in ["", "/x", "x", "https://api.example/x?"] {
            assert!(NextLink::query_of(link).is_err(), "{link}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_accepted_or_refused(link in "\\PC{0,80}") {
            let _ = check(&link);
            let _ = NextLink::query_of(&link);
        }
    }
}
