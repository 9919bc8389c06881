//! The server for every measured client. It is a separate process, so that a client's counts contain only the client.
//!
//! The server speaks HTTP/1.1 on the loopback interface, in one thread, and keeps connections open between requests. Its
//! responses are prepared in advance. The server measures the time from the last byte of each request to the last byte of
//! its response, and adds these times up. A client can't be faster than this sum.

mod connection;
mod pages;
mod responses;

use std::{
    io::Write as _,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{io::AsyncReadExt as _, net::TcpListener};

use self::pages::Pages;
pub(crate) use self::pages::{PAGE, page};
use crate::{Failure, settings::Settings, work::runtime};

/// The path at which the server returns and resets its counts.
pub(crate) const TALLY: &str = "/tally";

/// The state that the connections share.
struct Shared {
    pages: Pages,
    delay: Duration,
    requests: AtomicU64,
    nanoseconds: AtomicU64,
}

impl Shared {
    fn tally(&self) -> String {
        let requests = self.requests.swap(0, Ordering::Relaxed);
        let nanoseconds = self.nanoseconds.swap(0, Ordering::Relaxed);
        format!(r#"{{"requests":{requests},"nanoseconds":{nanoseconds}}}"#)
    }
}

/// Serves until the standard input of this process ends, so that the server does not outlive the process that started it.
///
/// `delay-ms` is how long the server waits before every response, and `reviews` is the number of reviews to export.
pub(crate) fn serve(settings: &Settings) -> Result<(), Failure> {
    let shared = Arc::new(Shared {
        pages: Pages::new(settings.get("reviews")?),
        delay: Duration::from_millis(settings.get("delay-ms")?),
        requests: AtomicU64::new(0),
        nanoseconds: AtomicU64::new(0),
    });
    runtime()?.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        writeln!(std::io::stdout(), "{url}")?;
        let url: Arc<str> = url.into();
        let mut input = tokio::io::stdin();
        let mut ignored = [0; 64];
        loop {
            tokio::select! {
                stream = listener.accept() => {
                    let (stream, _) = stream?;
                    stream.set_nodelay(true)?;
                    tokio::spawn(connection::serve(stream, Arc::clone(&shared), Arc::clone(&url)));
                }
                read = input.read(&mut ignored) => {
                    if read? == 0 {
                        return Ok(());
                    }
                }
            }
        }
    })
}
