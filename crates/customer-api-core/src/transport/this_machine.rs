//! The settings that keep the requests of a loopback base URL on this machine.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use super::tls;
use crate::base_url::BaseUrl;

/// Adds the settings for a base URL on this machine to a builder. Leaves the builder unchanged for any other base URL.
pub(super) fn on_this_machine(
    builder: reqwest::ClientBuilder,
    base_url: &BaseUrl,
) -> reqwest::ClientBuilder {
    let mut builder = builder;
    if base_url.is_loopback() {
        // A proxy elsewhere can't reach this machine's loopback address, and would receive the credential of a plain http call unencrypted.
        builder = builder.no_proxy();
    }
    if base_url.is_plain_http() {
        // Without TLS, the address alone determines which server receives the credential. So the address must not come from a hosts file
        // or a DNS server. Port 0 stands for the URL's port.
        let addresses: [SocketAddr; 2] = [
            (Ipv4Addr::LOCALHOST, 0).into(),
            (Ipv6Addr::LOCALHOST, 0).into(),
        ];
        builder = tls::leave_out(builder).resolve_to_addrs("localhost", &addresses);
    }
    builder
}
