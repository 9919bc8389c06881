//! Who may call the sandbox: programs on this machine, but no page of another site in a browser.
//!
//! A page of another site can reach a server on the loopback address if the name of the site leads there (DNS rebinding), or if the page
//! requests the address directly. A browser reveals both, through `Host` and `Origin`. For something that a page merely embeds, such as an
//! image, the browser sends no `Origin`, but reports with `Sec-Fetch-Site` that the page is from another site.

use std::net::{IpAddr, Ipv6Addr};

use crate::http1::{Head, Response};

const OTHER_SITE: Refusal = Refusal {
    status: 403,
    reason: "the sandbox does not respond to pages of other sites",
};

/// The reason why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) reason: &'static str,
}

/// Refuses a request if its `Host` or `Origin` names a host other than this machine and the names in `hosts`. Returns the reason. `here` is
/// the address at which the request arrived.
pub(crate) fn refuse<'a>(
    mut host: impl Iterator<Item = &'a [u8]>,
    mut origin: impl Iterator<Item = &'a [u8]>,
    here: IpAddr,
    hosts: &[String],
) -> Option<Refusal> {
    let is_ours = |authority: &[u8]| is_local(authority, here, hosts);
    if !host.all(is_ours) {
        return Some(Refusal {
            status: 421,
            reason: "the sandbox responds only to localhost, loopback addresses, the address that it listens on, and allowed hosts",
        });
    }
    let is_own_page = |origin: &[u8]| {
        let schemes = [&b"http://"[..], b"https://"];
        let mut authorities = schemes
            .iter()
            .filter_map(|scheme| origin.strip_prefix(*scheme));
        authorities.next().is_some_and(is_ours)
    };
    if !origin.all(is_own_page) {
        return Some(OTHER_SITE);
    }
    None
}

/// Refuses a request without `Origin` that a browser sends for a page of another site. Returns the reason. If there is an `Origin`,
/// [`refuse`] decides instead: to a browser, `127.0.0.1` and `localhost` are different sites, but `refuse` accepts both.
fn refuse_unnamed<'a>(
    mut site: impl Iterator<Item = &'a [u8]>,
    has_origin: bool,
) -> Option<Refusal> {
    let is_elsewhere = site.any(|site| site.eq_ignore_ascii_case(b"cross-site"));
    (is_elsewhere && !has_origin).then_some(OTHER_SITE)
}

/// Refuses a request that a page of another site embeds, for example as an image. Returns the reason. A user may follow a link to the
/// console: the page that contains the link can't read the console, and nothing changes.
#[cfg(feature = "console")]
pub(crate) fn refuse_embedding(headers: &http::HeaderMap) -> Option<Refusal> {
    let is = |name: &str, wanted: &str| headers.get(name).is_some_and(|value| value == wanted);
    if is("sec-fetch-mode", "navigate") && is("sec-fetch-dest", "document") {
        return None;
    }
    let site = headers.get_all("sec-fetch-site").into_iter();
    let has_origin = headers.contains_key("origin");
    refuse_unnamed(site.map(http::HeaderValue::as_bytes), has_origin)
}

/// Returns the response to a request that is [refused](refuse).
pub(crate) fn refuse_head(head: &Head, here: IpAddr, hosts: &[String]) -> Option<Response> {
    let (host, origin) = (head.header_values("host"), head.header_values("origin"));
    let has_origin = head.header_values("origin").next().is_some();
    let site = head.header_values("sec-fetch-site");
    let refusal = refuse(host, origin, here, hosts).or_else(|| refuse_unnamed(site, has_origin))?;
    let mut response = Response::empty(refusal.status).with_header("content-type", "text/plain");
    response.body = format!("{}\n", refusal.reason).into();
    Some(response)
}

/// Returns whether a host, with or without a port, is this machine (by name or by address) or is one of `hosts`.
fn is_local(authority: &[u8], here: IpAddr, hosts: &[String]) -> bool {
    let Ok(authority) = std::str::from_utf8(authority) else {
        return false;
    };
    let Some((host, port)) = split(authority.trim()) else {
        return false;
    };
    if !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    if hosts
        .iter()
        .any(|allowed| allowed.eq_ignore_ascii_case(host))
    {
        return true;
    }
    let address = match host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
    {
        Some(host) => host
            .parse::<Ipv6Addr>()
            .map(|address| IpAddr::V6(address).to_canonical()),
        None if host.eq_ignore_ascii_case("localhost") => return true,
        None => host.parse().map(IpAddr::V4),
    };
    address.is_ok_and(|address| address.is_loopback() || address == here.to_canonical())
}

/// Splits an authority into host and port. The colons of an IPv6 address are in brackets.
fn split(authority: &str) -> Option<(&str, &str)> {
    let end = authority.find(']').map_or(0, |bracket| bracket + 1);
    let colon = authority.get(end..)?.find(':').map(|colon| end + colon);
    match colon {
        Some(colon) => Some((authority.get(..colon)?, authority.get(colon + 1..)?)),
        None => Some((authority, "")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(name: &str, values: &[&str], here: &str) -> Option<u16> {
        let headers = values
            .iter()
            .map(|value| (name.to_owned(), value.as_bytes().to_vec()));
        let head = Head {
            method: "GET".to_owned(),
            target: "/".to_owned(),
            http_1_0: false,
            headers: headers.collect(),
        };
        refuse_head(&head, here.parse().unwrap(), &["sandbox".to_owned()])
            .map(|response| response.status)
    }

    #[test]
    fn this_machine_is_let_in_with_any_port() {
        for host in [
            "localhost",
            "LocalHost:8080",
            "127.0.0.1",
            "127.0.0.1:1",
            "127.9.8.7:80",
            "[::1]",
            "[::1]:8080",
            "[0:0:0:0:0:0:0:1]:8080",
            "[::ffff:127.0.0.1]:8080",
            "127.0.0.1:",
            "sandbox",
            "Sandbox:8080",
        ] {
            assert_eq!(status("Host", &[host], "127.0.0.1"), None, "{host}");
            for scheme in ["http", "https"] {
                let origin = format!("{scheme}://{host}");
                assert_eq!(status("Origin", &[&origin], "127.0.0.1"), None, "{origin}");
            }
        }
        // The address at which the request arrived, and no other address of its network.
        for here in ["192.168.1.7", "::ffff:192.168.1.7"] {
            assert_eq!(status("host", &["192.168.1.7:8080"], here), None);
            assert_eq!(status("host", &["192.168.1.8:8080"], here), Some(421));
        }
        assert_eq!(status("host", &["[fe80::7]:8080"], "fe80::7"), None);
        // HTTP/1.0 and hand-written clients can omit `Host`. No browser omits it.
        assert_eq!(status("Host", &[], "127.0.0.1"), None);
    }

    #[test]
    fn every_other_name_is_misdirected() {
        for host in [
            "evil.example",
            "evil.example:8080",
            "sandbox.evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example:8080",
            "localhost@evil.example",
            "evil.example#localhost",
            "localhost:8080:8080",
            "localhost:80a",
            "localhost.",
            "0.0.0.0:8080",
            "128.0.0.1",
            "127.1",
            "2130706433",
            "0x7f.0.0.1",
            "::1",
            "[::1",
            "[::2]:8080",
            "[localhost]:8080",
            "",
            "\u{ff11}27.0.0.1",
        ] {
            assert_eq!(status("Host", &[host], "127.0.0.1"), Some(421), "{host}");
        }
        let two = ["localhost:8080", "evil.example"];
        assert_eq!(status("Host", &two, "127.0.0.1"), Some(421));
    }

    #[test]
    fn what_a_page_of_another_site_embeds_is_forbidden() {
        for (site, expected) in [
            ("cross-site", Some(403)),
            ("Cross-Site", Some(403)),
            ("same-site", None),
            ("same-origin", None),
            ("none", None),
        ] {
            assert_eq!(
                status("Sec-Fetch-Site", &[site], "127.0.0.1"),
                expected,
                "{site}"
            );
        }
    }

    #[test]
    fn pages_of_other_sites_are_forbidden() {
        for origin in [
            "null",
            "",
            "https://evil.example",
            "http://localhost.evil.example:8080",
            "file://",
            "localhost",
            "http://",
            "ftp://localhost",
        ] {
            assert_eq!(
                status("Origin", &[origin], "127.0.0.1"),
                Some(403),
                "{origin}"
            );
        }
    }
}
