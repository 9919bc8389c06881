use customer_api_core::{BaseUrl, pages::NextLink};
use url::Url;

use crate::assert_unquoted;

/// Every path below an accepted base URL leads to the base URL's own host, and the printed base URL parses to the same
/// base URL. A link to the next page that `NextLink::check` accepts leads to the same origin and path as the current page.
pub(super) fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    match text.parse::<BaseUrl>() {
        Ok(base) => takes(&base),
        Err(error) => assert_unquoted(&format!("{error} {error:?}")),
    }
    let here: BaseUrl = "https://api.example/eu".parse().unwrap();
    match NextLink::check(&here, "/v2/list", &text) {
        Ok(link) => {
            // A link may be relative to the page that contains it.
            let page = Url::parse("https://api.example/eu/v2/list").unwrap();
            let there = page.join(&text).unwrap();
            assert_eq!(there.origin().ascii_serialization(), "https://api.example");
            assert_eq!(there.path(), "/eu/v2/list");
            stays(&link);
        }
        Err(error) => assert_unquoted(&format!("{error} {error:?}")),
    }
    match NextLink::query_of(&text) {
        Ok(link) => stays(&link),
        Err(error) => assert_unquoted(&format!("{error} {error:?}")),
    }
}

fn takes(base: &BaseUrl) {
    let url = Url::parse(base.as_str()).unwrap();
    assert!(!base.as_str().ends_with('/') && !base.host().is_empty());
    assert!(!base.as_str().contains(['@', '?', '#']) || url.path().contains('@'));
    assert_eq!(base.is_plain_http(), url.scheme() == "http");
    assert_eq!(Some(base.port()), url.port_or_known_default());
    assert_eq!(Some(base.host()), url.host_str());
    if base.is_plain_http() {
        let is_local = match url.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        assert!(is_local, "{base}");
    }
    let again: BaseUrl = base.as_str().parse().unwrap();
    assert_eq!(again, *base);
    // A path below the base URL leads to the same host.
    let below = Url::parse(&format!("{base}/v1/things")).unwrap();
    assert_eq!(below.origin(), url.origin());
}

/// A query can be sent as it was written: no byte of it ends the query or the request line.
fn stays(link: &NextLink) {
    let query = link.query();
    assert!(!query.is_empty());
    let is_sendable = |byte: u8| (0x21..=0x7e).contains(&byte) && byte != b'#';
    assert!(query.bytes().all(is_sendable), "{query:?}");
}
