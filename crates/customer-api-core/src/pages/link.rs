use url::Url;

use super::{PagesError, PagesErrorKind};
use crate::BaseUrl;

/// A link to the next page that leads to where the list is: same scheme, host, port and path.
///
/// The credential goes along with a follow-up, so a provider's link is not simply followed.
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
    /// Accepts a link to `path` below the base URL, and takes its query.
    ///
    /// # Errors
    ///
    /// [`PagesErrorKind::ForeignLink`] if it leads elsewhere, or is no link.
    pub fn check(base: &BaseUrl, path: &str, link: &str) -> Result<Self, PagesError> {
        let here = Url::parse(&format!("{base}{path}")).map_err(|_| foreign())?;
        let there = Url::parse(link).map_err(|_| foreign())?;
        let is_plain = there.username().is_empty() && there.password().is_none();
        if !is_plain || there.origin() != here.origin() || there.path() != here.path() {
            return Err(foreign());
        }
        Self::take(&there)
    }

    /// Takes the query of a link that may lead anywhere, for providers behind a gateway: they name their own host.
    ///
    /// # Errors
    ///
    /// [`PagesErrorKind::ForeignLink`] if it is no link, or has no query.
    pub fn query_of(link: &str) -> Result<Self, PagesError> {
        Self::take(&Url::parse(link).map_err(|_| foreign())?)
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

/// The link itself stays unsaid: its query is a cursor, and its host may be anybody's.
fn foreign() -> PagesError {
    PagesError::new(
        PagesErrorKind::ForeignLink,
        "the link to the next page leads elsewhere and was not followed",
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
        ] {
            assert_eq!(check(link).unwrap().query(), "c=1", "{link}");
        }
    }

    #[test]
    fn refuses_every_other_place() {
        for link in [
            "",
            "/eu/v2/list?c=1",
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

    proptest! {
        #[test]
        fn any_text_is_accepted_or_refused(link in "\\PC{0,80}") {
            let _ = check(&link);
            let _ = NextLink::query_of(&link);
        }
    }
}
