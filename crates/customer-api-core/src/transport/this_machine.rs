//! What keeps the requests of a loopback base URL on this machine.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use super::tls;
use crate::base_url::BaseUrl;

/// Adds to a builder what its base URL asks for if it is this machine's.
pub(super) fn on_this_machine(
    builder: reqwest::ClientBuilder,
    base_url: &BaseUrl,
) -> reqwest::ClientBuilder {
    let mut builder = builder;
    if base_url.is_loopback() {
        // A proxy could not reach this machine, and would get the credential of a plain call in clear.
        builder = builder.no_proxy();
    }
    if base_url.is_plain_http() {
        // Nothing but the address says who gets the credential, so it must not come from a file or a server of names. Port 0
        // stands for the URL's.
        let addresses: [SocketAddr; 2] = [
            (Ipv4Addr::LOCALHOST, 0).into(),
            (Ipv6Addr::LOCALHOST, 0).into(),
        ];
        builder = tls::leave_out(builder).resolve_to_addrs("localhost", &addresses);
    }
    builder
}
