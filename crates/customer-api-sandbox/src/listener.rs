//! A listening socket that can be closed and opened again on the same port.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket, TcpStream};

const BACKLOG: u32 = 1024;

#[derive(Debug)]
pub(crate) struct Listener {
    address: SocketAddr,
    socket: Option<TcpListener>,
    /// A bound socket that never listens. While the listener is closed, no other program gets the
    /// port.
    reserved: Option<TcpSocket>,
}

impl Listener {
    pub(crate) fn bind(address: SocketAddr) -> io::Result<Self> {
        // A port that the caller chose is not shared, because a second sandbox on the same port
        // must fail.
        let reserved = if address.port() == 0 {
            reserve(address)?
        } else {
            None
        };
        let address = match &reserved {
            Some(reserved) => reserved.local_addr()?,
            None => address,
        };
        let socket = listen(address, reserved.is_some())?;
        Ok(Self {
            address: socket.local_addr()?,
            socket: Some(socket),
            reserved,
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes the listening socket. Connections are refused from now on.
    pub(crate) fn close(&mut self) {
        self.socket = None;
    }

    pub(crate) fn open(&mut self) -> io::Result<()> {
        if self.socket.is_none() {
            self.socket = Some(listen(self.address, self.reserved.is_some())?);
        }
        Ok(())
    }

    /// Accepts the next connection. Waits forever while the listener is closed.
    pub(crate) async fn accept(&self) -> io::Result<TcpStream> {
        match &self.socket {
            Some(socket) => socket.accept().await.map(|(stream, _)| stream),
            None => std::future::pending().await,
        }
    }
}

fn listen(address: SocketAddr, shared: bool) -> io::Result<TcpListener> {
    let socket = socket_for(address)?;
    if shared {
        share_port(&socket)?;
    } else {
        // Not on Windows, where this setting would let two programs share a port.
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
    }
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Reserves a free port, on Linux only, because Linux gives connections only to listening sockets.
/// On other systems, the reserving socket might get connections. Therefore the port is not reserved
/// there, and other programs can take the port while the listener is closed.
fn reserve(address: SocketAddr) -> io::Result<Option<TcpSocket>> {
    if cfg!(target_os = "linux") {
        let socket = socket_for(address)?;
        share_port(&socket)?;
        socket.bind(address)?;
        Ok(Some(socket))
    } else {
        Ok(None)
    }
}

fn socket_for(address: SocketAddr) -> io::Result<TcpSocket> {
    if address.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    }
}

#[cfg(target_os = "linux")]
fn share_port(socket: &TcpSocket) -> io::Result<()> {
    socket.set_reuseport(true)
}

#[cfg(not(target_os = "linux"))]
fn share_port(_socket: &TcpSocket) -> io::Result<()> {
    Ok(())
}
