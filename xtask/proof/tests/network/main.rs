//! Real TLS, HTTP/2, proxies and closed connections, on loopback sockets, with our own certificates.
#![cfg(test)]

mod authority;
mod http2;
mod idle;
mod proxy;
mod server;
mod shop;
mod tls;
