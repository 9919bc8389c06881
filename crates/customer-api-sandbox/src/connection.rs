//! Serves one connection: reads its requests one after another, and carries out the faults that
//! need the socket.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::description::Routed;
use crate::fault::{ConnectionFaultKind, Delivery, Fault};
use crate::http1::read::{Framing, ReadError, RequestReader, framing};
use crate::http1::write::ResponseWriter;
use crate::http1::{Head, Response};
use crate::pipeline::{Pipeline, Processed, Record};
use crate::visitor;

/// The number of bytes that a truncated response promises but does not send.
const MISSING_BYTES: usize = 64;

/// How the connection continues after an exchange.
enum Next {
    KeepAlive,
    /// An orderly end.
    Close,
    Reset,
    /// Nothing more is written. The client decides when to give up.
    Wait,
}

/// Serves a connection until either side ends it.
pub(crate) async fn serve(mut stream: TcpStream, pipeline: Arc<Pipeline>) {
    // Each piece of a response is sent immediately. A delay would change the timing of the faults.
    let _ = stream.set_nodelay(true);
    let next = match pipeline.faults.take_connection() {
        None => serve_requests(&mut stream, &pipeline).await,
        Some(ConnectionFaultKind::Reset) => Next::Reset,
        Some(ConnectionFaultKind::Silence) => {
            // The socket is not read either. A client with a large request therefore gets stuck
            // while it sends.
            std::future::pending().await
        }
        Some(ConnectionFaultKind::Garbage) => {
            let mut first = [0];
            // In TLS and in HTTP, the client sends first. Bytes before that would be a different
            // fault.
            let _ = stream.read(&mut first).await;
            let _ = stream
                .write_all(b"\0\x01\x02 sandbox garbage \xff\r\n")
                .await;
            Next::Close
        }
    };
    match next {
        Next::Reset => {
            let _ = stream.set_zero_linger();
        }
        Next::Wait => drain(&mut stream).await,
        Next::KeepAlive | Next::Close => {
            let _ = stream.shutdown().await;
            // Closing with unread bytes would turn the orderly end into a reset.
            drain(&mut stream).await;
        }
    }
}

async fn serve_requests(stream: &mut TcpStream, pipeline: &Pipeline) -> Next {
    let mut reader = RequestReader::new();
    loop {
        match exchange(stream, &mut reader, pipeline).await {
            Ok(Next::KeepAlive) => {}
            Ok(next) => return next,
            Err(ReadError::Gone) => return Next::Close,
            Err(ReadError::Refused(status)) => {
                let mut writer = ResponseWriter {
                    stream,
                    closing: true,
                    head_only: false,
                };
                let _ = writer.whole(&Response::empty(status)).await;
                return Next::Close;
            }
        }
    }
}

/// Handles one request and its response.
async fn exchange(
    stream: &mut TcpStream,
    reader: &mut RequestReader,
    pipeline: &Pipeline,
) -> Result<Next, ReadError> {
    let head = reader.head(stream).await?;
    // A foreign request is refused before it is recorded or uses up a fault, because a web page in
    // a browser must not change a test's state.
    if let Some(refusal) = visitor::refuse_head(&head, stream.local_addr()?.ip(), &pipeline.hosts) {
        let mut writer = ResponseWriter {
            stream,
            // The body of the request is not read, so the connection can't be used again.
            closing: true,
            head_only: head.method == "HEAD",
        };
        writer.whole(&refusal).await?;
        return Ok(Next::Close);
    }
    let framing = framing(&head)?;
    if head
        .header_elements("expect")
        .iter()
        .any(|expected| expected == "100-continue")
    {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
    }
    let description = pipeline.description.get();
    let routed = description.route(&head.method, head.path());
    let operation = match &routed {
        Routed::Found(operation, _) => Some(*operation),
        _ => None,
    };
    let met = pipeline
        .faults
        .take(operation.map(|operation| operation.id.as_str()));
    let fault = met.clone().unwrap_or_else(Fault::none);

    if fault.delivery == Delivery::ResetWhileReading {
        let beginning = beginning(stream, reader, framing).await?;
        let record = Record {
            time: pipeline.clock.system_time(),
            fault: met,
            problems: Vec::new(),
            applied: false,
            response: None,
        };
        pipeline.record(head, operation, beginning, record);
        return Ok(Next::Reset);
    }

    let body = reader.body(stream, framing).await?;
    let arrived = pipeline.clock.system_time();
    let Processed {
        outcome,
        late,
        problems,
    } = pipeline.process(&head, &routed, &body, &fault);
    let applied = outcome.as_ref().is_some_and(|outcome| outcome.applied);
    let (own, on_answer) = match outcome {
        Some(outcome) => (Some(outcome.response), outcome.on_answer),
        None => (None, None),
    };
    let response = fault.response(own);
    let is_sent = !matches!(
        fault.delivery,
        Delivery::Hang | Delivery::ResetBeforeHead | Delivery::CloseBeforeHead
    );
    let closing = wants_close(&head);
    let head_only = head.method == "HEAD";
    let record = Record {
        time: arrived,
        fault: met,
        problems,
        applied,
        response: is_sent.then(|| response.clone()),
    };
    let number = pipeline.record(head, operation, body.to_vec(), record);
    if let Some((request, later)) = late {
        let now = pipeline.clock.now();
        pipeline.late.add(request, Some(number), later, now);
    }

    if !fault.delay.is_zero() {
        tokio::time::sleep(fault.delay).await;
    }
    if let Some(on_answer) = on_answer.filter(|_| is_sent) {
        on_answer();
    }
    let mut writer = ResponseWriter {
        stream,
        closing,
        head_only,
    };
    for status in &fault.informational {
        writer.informational(*status).await?;
    }
    Ok(deliver(&mut writer, &response, fault.delivery).await?)
}

async fn beginning(
    stream: &mut TcpStream,
    reader: &mut RequestReader,
    framing: Framing,
) -> Result<Vec<u8>, ReadError> {
    let most = match framing {
        Framing::Length(0) => return Ok(Vec::new()),
        Framing::Length(length) => length,
        Framing::Chunked => usize::MAX,
    };
    let arrived = reader.beginning(stream).await?;
    Ok(arrived.iter().take(most).copied().collect())
}

async fn deliver(
    writer: &mut ResponseWriter<'_>,
    response: &Response,
    delivery: Delivery,
) -> std::io::Result<Next> {
    let length = response.body.len();
    match delivery {
        Delivery::Whole => writer.whole(response).await?,
        Delivery::Drip(pause) => writer.dripping(response, pause).await?,
        Delivery::Oversize(size) => writer.oversized(response, size).await?,
        Delivery::Hang => return Ok(Next::Wait),
        Delivery::CloseBeforeHead => return Ok(Next::Close),
        Delivery::ResetWhileReading | Delivery::ResetBeforeHead => return Ok(Next::Reset),
        Delivery::ResetAfterHead => {
            writer.broken_off(response, 0, length.max(1)).await?;
            return Ok(Next::Reset);
        }
        Delivery::ResetMidBody => {
            writer
                .broken_off(response, length / 2, length.max(1))
                .await?;
            return Ok(Next::Reset);
        }
        Delivery::Truncate => {
            writer
                .broken_off(response, length, length + MISSING_BYTES)
                .await?;
            return Ok(Next::Close);
        }
    }
    Ok(if writer.closing {
        Next::Close
    } else {
        Next::KeepAlive
    })
}

fn wants_close(head: &Head) -> bool {
    head.http_1_0
        || head
            .header_elements("connection")
            .iter()
            .any(|option| option == "close")
}

/// Reads until the client ends the connection.
async fn drain(stream: &mut TcpStream) {
    let mut sink = [0; 4096];
    while let Ok(1..) = stream.read(&mut sink).await {}
}
