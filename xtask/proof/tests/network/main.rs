//! TLS, HTTP/2, proxies and connections that go away, for real: on loopback sockets, with certificates of our own.
#![cfg(test)]

mod authority;
mod http2;
mod idle;
mod proxy;
mod server;
mod shop;
mod tls;
