//! The address of a server, and the login for it.

use std::path::PathBuf;

use redis::{ConnectionAddr, IntoConnectionInfo as _, RedisConnectionInfo};

use crate::failure::Failure;

/// The client name that a server displays.
const CLIENT: &str = env!("CARGO_PKG_NAME");

/// The address of a server, with the login from its URL.
pub(crate) struct Address {
    pub(crate) place: Place,
    pub(crate) login: RedisConnectionInfo,
}

/// The endpoint to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Tcp {
        host: String,
        port: u16,
        is_tls: bool,
    },
    Unix(PathBuf),
}

impl Address {
    /// Reads a URL such as `rediss://user:password@host:6379/0`.
    ///
    /// An error does not quote the text, which may contain a password.
    pub(crate) fn parse(url: &str) -> Result<Self, Failure> {
        let mut url = redis::parse_redis_url(url).ok_or(Failure::Url)?;
        // A fragment either disables the checks of certificates, or is a part of a password that was not encoded.
        if url.fragment().is_some() {
            return Err(Failure::Url);
        }
        let is_tls = matches!(url.scheme(), "rediss" | "valkeys");
        if is_tls {
            // The driver is built without TLS, so it would refuse the scheme.
            url.set_scheme("redis").map_err(|()| Failure::Url)?;
        }
        let info = url.into_connection_info().map_err(|_| Failure::Url)?;
        let place = match info.addr() {
            ConnectionAddr::Tcp(host, port) => Place::Tcp {
                host: host.clone(),
                port: *port,
                is_tls,
            },
            ConnectionAddr::Unix(path) => Place::Unix(path.clone()),
            _ => return Err(Failure::Url),
        };
        let login = info.redis_settings().clone();
        Ok(Self {
            place,
            login: login.set_lib_name(CLIENT, env!("CARGO_PKG_VERSION")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(url: &str) -> Place {
        Address::parse(url)
            .unwrap_or_else(|_| panic!("{url}"))
            .place
    }

    fn tcp(host: &str, port: u16, is_tls: bool) -> Place {
        let host = host.to_owned();
        Place::Tcp { host, port, is_tls }
    }

    #[test]
    fn every_form_of_a_url_is_read() {
        assert_eq!(place("redis://db.example"), tcp("db.example", 6379, false));
        assert_eq!(place("rediss://db.example:1"), tcp("db.example", 1, true));
        assert_eq!(place("VALKEYS://db.example"), tcp("db.example", 6379, true));
        assert_eq!(place("valkey://[::1]"), tcp("::1", 6379, false));
        if cfg!(unix) {
            assert_eq!(place("unix:///run/redis"), Place::Unix("/run/redis".into()));
        }
        let address =
            Address::parse("rediss://ana:a%2Fb@db.example/3").unwrap_or_else(|_| panic!());
        assert_eq!(address.login.username(), Some("ana"));
        assert_eq!(address.login.password(), Some("a/b"));
        assert_eq!(address.login.db(), 3);
    }

    #[test]
    fn a_url_that_is_none_is_an_error_without_the_text() {
        for url in [
            "",
            "hunter2",
            "http://:hunter2@db.example",
            "redis://:hunter2@",
            "redis://:hunter2@db.example/hunter2",
            "redis://:hunter2@0.0.0.0",
            "redis://:hunt#er2@db.example",
            "rediss://:hunter2@db.example/#insecure",
            "redis://:hunter2@db.example?protocol=hunter2",
        ] {
            let Err(failure) = Address::parse(url) else {
                panic!("{url}");
            };
            let text = format!("{failure} {failure:?}");
            assert!(!text.contains("hunt") && !text.contains("er2"), "{text}");
        }
    }
}
