//! One connection. Requests are read and answered one after another.

use std::{
    io,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{Shared, TALLY, responses};
use crate::clock;

/// The parts of a request that the server needs.
struct Request {
    method: String,
    target: String,
    /// The number of bytes of head and body.
    length: usize,
}

/// Serves until the client closes the connection. A broken connection is not an error.
pub(super) async fn serve(stream: TcpStream, shared: Arc<Shared>, url: Arc<str>) {
    let _ = answer_all(stream, &shared, &url).await;
}

async fn answer_all(mut stream: TcpStream, shared: &Shared, url: &str) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(16 * 1024);
    let mut response = Vec::new();
    loop {
        let request = loop {
            match parse(&buffer) {
                Ok(Some(request)) => break request,
                Ok(None) if stream.read_buf(&mut buffer).await? == 0 => return Ok(()),
                Ok(None) => {}
                Err(()) => return Err(io::ErrorKind::InvalidData.into()),
            }
        };
        buffer.drain(..request.length);
        response.clear();
        if request.target == TALLY {
            responses::json(&mut response, shared.tally().as_bytes());
            stream.write_all(&response).await?;
            continue;
        }
        let began = clock::now();
        if shared.delay > Duration::ZERO {
            tokio::time::sleep(shared.delay).await;
        }
        write(&mut response, &request, shared, url);
        stream.write_all(&response).await?;
        let nanoseconds = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        shared.requests.fetch_add(1, Ordering::Relaxed);
        shared.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }
}

fn write(response: &mut Vec<u8>, request: &Request, shared: &Shared, url: &str) {
    match request.target.split_once('?') {
        Some((responses::REVIEWS, query)) => shared.pages.write(response, query, url),
        _ => responses::write(response, &request.method, &request.target),
    }
}

/// Returns a request once it is complete. The length of a body is read from `Content-Length`, because no client here sends a body
/// of unknown length.
fn parse(bytes: &[u8]) -> Result<Option<Request>, ()> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut head = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(length) = head.parse(bytes).map_err(drop)? else {
        return Ok(None);
    };
    let header = |name: &str| {
        let found = head
            .headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(name));
        found.and_then(|header| std::str::from_utf8(header.value).ok())
    };
    if header("transfer-encoding").is_some() {
        return Err(());
    }
    let body: usize = match header("content-length") {
        Some(length) => length.trim().parse().map_err(drop)?,
        None => 0,
    };
    if bytes.len() < length + body {
        return Ok(None);
    }
    Ok(Some(Request {
        method: head.method.unwrap_or_default().to_owned(),
        target: head.path.unwrap_or_default().to_owned(),
        length: length + body,
    }))
}
