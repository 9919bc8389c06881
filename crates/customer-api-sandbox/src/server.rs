//! The handle of one provider's server, and the task behind it.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::connection;
use crate::error::SandboxError;
use crate::fault::{ConnectionFault, Fault};
use crate::listener::Listener;
use crate::log::RecordedRequest;
use crate::pipeline::Pipeline;

/// The running imitation of one provider, with its address, its request log and its faults.
///
/// The methods for one provider are in separate `impl` blocks, for example that of
/// [`Server<Ravelin>`](crate::Ravelin). The server stops when the [`Sandbox`](crate::Sandbox) is
/// dropped.
pub struct Server<P> {
    base_url: String,
    pipeline: Arc<Pipeline>,
    commands: mpsc::UnboundedSender<Command>,
    pub(crate) provider: Arc<P>,
}

/// A listening socket whose server has not started yet.
pub(crate) struct Bound {
    pub(crate) base_url: String,
    listener: Listener,
    runtime: tokio::runtime::Handle,
}

impl Bound {
    /// Binds on the current tokio runtime.
    pub(crate) fn new(
        provider: &'static str,
        address: SocketAddr,
        hosts: &[String],
    ) -> Result<Self, SandboxError> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| SandboxError::NoRuntime)?;
        let listener =
            Listener::bind(address).map_err(|cause| SandboxError::Bind { provider, cause })?;
        Ok(Self {
            base_url: base_url(listener.address(), hosts),
            listener,
            runtime,
        })
    }
}

/// Returns the URL under which programs reach a server that listens on this address.
pub(crate) fn base_url(address: SocketAddr, hosts: &[String]) -> String {
    if !address.ip().is_unspecified() {
        return format!("http://{address}");
    }
    // The server listens on all addresses of the machine. On some systems, programs can't connect to the unspecified address.
    // Therefore the URL contains another host.
    let host = hosts.first().map_or("127.0.0.1", String::as_str);
    format!("http://{host}:{}", address.port())
}

enum Command {
    Close(oneshot::Sender<()>),
    Open(oneshot::Sender<io::Result<()>>),
}

impl<P> Server<P> {
    /// Serves on the runtime on which the socket was bound.
    pub(crate) fn start(bound: Bound, pipeline: Pipeline, provider: Arc<P>) -> Self {
        let pipeline = Arc::new(pipeline);
        let (commands, received) = mpsc::unbounded_channel();
        let run = run(bound.listener, received, Arc::clone(&pipeline));
        bound.runtime.spawn(run);
        Self {
            base_url: bound.base_url,
            pipeline,
            commands,
            provider,
        }
    }

    pub(crate) fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// Returns scheme, host and port, for example `http://127.0.0.1:40123`. The paths are the
    /// provider's.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Returns all requests so far, in the order in which they were processed. Once a client has
    /// seen a response, the request is in the list. Bytes that are not an HTTP request are not
    /// recorded.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.pipeline.log.all()
    }

    /// Clears the request log. The provider's state stays.
    pub fn clear_requests(&self) {
        self.pipeline.log.clear();
    }

    /// Resets the provider: removes records, tokens, faults and recorded requests. Pending writes are dropped. The switches
    /// stay as they are.
    pub fn reset(&self) {
        self.pipeline.reset();
    }

    /// Scripts a fault for the next requests to any operation.
    ///
    /// Faults are kept in the order of these calls. A request meets the first fault that applies to
    /// it.
    pub fn fault(&self, fault: Fault) {
        self.pipeline.faults.add(None, fault);
    }

    /// Scripts a fault for the next requests to one operation. `operation` is the `INFO` of a client's operation, or the
    /// `operationId` in the provider's description.
    ///
    /// # Errors
    ///
    /// [`SandboxError::UnknownOperation`] if the sandbox does not imitate such an operation. The error lists the imitated
    /// operations.
    pub fn fault_on(&self, operation: impl AsRef<str>, fault: Fault) -> Result<(), SandboxError> {
        let operation_id = operation.as_ref();
        let description = self.pipeline.description.get();
        if description.operation(operation_id).is_none() {
            return Err(SandboxError::UnknownOperation {
                provider: self.pipeline.name,
                operation_id: operation_id.to_owned(),
                known: description.operation_ids(),
            });
        }
        self.pipeline
            .faults
            .add(Some(operation_id.to_owned()), fault);
        Ok(())
    }

    /// Scripts a fault for the next connections. Connections that are already open are not
    /// affected, and a client that pools connections may not open another one.
    pub fn fault_connection(&self, fault: ConnectionFault) {
        self.pipeline.faults.add_connection(fault);
    }

    /// Returns how many requests and connections will still meet a scripted fault.
    #[must_use]
    pub fn pending_faults(&self) -> usize {
        self.pipeline.faults.pending()
    }

    /// Returns how many writes are still to be carried out: requests that a fault
    /// [processes later](Fault::processed_later), and writes of
    /// [second writers](crate::SecondWriter::later) that come later.
    #[must_use]
    pub fn pending_writes(&self) -> usize {
        self.pipeline.late.count()
    }

    /// Drops all scripted faults. Pending writes stay.
    pub fn clear_faults(&self) {
        self.pipeline.faults.clear();
    }

    /// Stops listening, so that connections are refused, and closes the connections that are already
    /// open. Both have happened when this method returns.
    pub async fn refuse_connections(&self) {
        let (done, closed) = oneshot::channel();
        // If the server's task has ended, connections are refused anyway.
        if self.commands.send(Command::Close(done)).is_ok() {
            let _ = closed.await;
        }
        self.pipeline.is_accepting.store(false, Ordering::Relaxed);
    }

    /// Listens again on the same port.
    ///
    /// # Errors
    ///
    /// Returns [`SandboxError::Bind`] if the port can no longer be bound, and [`SandboxError::NoRuntime`] if the
    /// runtime that ran the server has ended.
    pub async fn accept_connections(&self) -> Result<(), SandboxError> {
        let (done, opened) = oneshot::channel();
        self.commands
            .send(Command::Open(done))
            .map_err(|_| SandboxError::NoRuntime)?;
        opened
            .await
            .map_err(|_| SandboxError::NoRuntime)?
            .map_err(|cause| SandboxError::Bind {
                provider: self.pipeline.name,
                cause,
            })?;
        self.pipeline.is_accepting.store(true, Ordering::Relaxed);
        Ok(())
    }
}

impl<P> fmt::Debug for Server<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("provider", &self.pipeline.name)
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}

/// Accepts connections until the handle is dropped. The connections are tasks in this task's set, so they end when this task
/// ends.
async fn run(
    mut listener: Listener,
    mut commands: mpsc::UnboundedReceiver<Command>,
    pipeline: Arc<Pipeline>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            command = commands.recv() => match command {
                None => return,
                Some(Command::Close(done)) => {
                    listener.close();
                    connections.shutdown().await;
                    let _ = done.send(());
                }
                Some(Command::Open(done)) => {
                    let _ = done.send(listener.open());
                }
            },
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok(stream) => {
                    connections.spawn(connection::serve(stream, Arc::clone(&pipeline)));
                }
                // For example, the process is out of file descriptors. Descriptors become free when connections end.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
        }
    }
}
