//! Establishes a connection.

use std::{io, time::Duration};

use socket2::{SockRef, TcpKeepalive};
use tokio::{net::TcpStream, sync::OnceCell};
use tokio_rustls::TlsConnector;

use super::{live::Live, tls};
use crate::{
    address::{Address, Place},
    failure::Failure,
};

/// The idle time before the first probe of a connection, and the interval of the probes. The probes detect that a router has forgotten the
/// connection, or that a failover has removed the server.
const PROBE_AFTER: Duration = Duration::from_secs(15);
const PROBE_EVERY: Duration = Duration::from_secs(5);

/// Connects and logs in.
pub(super) async fn connect(
    address: &Address,
    connector: &OnceCell<TlsConnector>,
) -> Result<Live, Failure> {
    match &address.place {
        Place::Tcp { host, port, is_tls } => {
            let stream = tcp(host, *port).await.map_err(Failure::Connect)?;
            if !is_tls {
                return Live::log_in(&address.login, stream).await;
            }
            let connector = connector.get_or_try_init(tls::connector).await?;
            let stream = tls::encrypt(connector, host, stream).await?;
            Live::log_in(&address.login, stream).await
        }
        #[cfg(unix)]
        Place::Unix(path) => {
            let stream = tokio::net::UnixStream::connect(path).await;
            Live::log_in(&address.login, stream.map_err(Failure::Connect)?).await
        }
        #[cfg(not(unix))]
        Place::Unix(_) => Err(Failure::Connect(io::ErrorKind::Unsupported.into())),
    }
}

async fn tcp(host: &str, port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    let probes = TcpKeepalive::new().with_time(PROBE_AFTER);
    #[cfg(any(unix, windows))]
    let probes = probes.with_interval(PROBE_EVERY);
    SockRef::from(&stream).set_tcp_keepalive(&probes)?;
    Ok(stream)
}
