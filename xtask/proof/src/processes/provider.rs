//! The provider that the children call: a sandbox in a process that is not killed.

use std::{
    collections::BTreeMap,
    fmt,
    io::{Read as _, Write as _},
    net::TcpStream,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use customer_api_core::Operation as _;
use customer_api_sandbox::{Fault, RecordedRequest, Sandbox, Server};
use tokio::runtime::Runtime;

use super::{Signal, Subject};

/// A sandbox for one kind of write.
pub struct Provider<S: Subject> {
    sandbox: Sandbox,
    /// A separate runtime, so that the sandbox's tasks can be counted.
    runtime: Runtime,
    /// The number of the runtime's tasks while no connection is open.
    idle: usize,
    watch: Arc<Mutex<Option<Watch>>>,
    /// The number of writes that have arrived.
    writes: Arc<AtomicUsize>,
    subject: std::marker::PhantomData<S>,
}

/// A watch for one request.
struct Watch {
    awaited: Awaited,
    hear: Box<dyn Fn(Signal) + Send>,
}

/// The request that a watch waits for.
#[derive(Clone, Copy, Debug)]
pub enum Awaited {
    /// The n-th write from now, where n is this number. 1 is the next write.
    Write(u32),
    /// A write that gets no response.
    Silence,
    /// A login.
    Login,
}

/// The provider's books.
#[derive(Debug, Default)]
pub struct Received {
    /// All writes, including those that had no effect.
    pub requests: usize,
    /// How often the write of a key arrived, without the writes whose response proves that nothing was done.
    pub arrived: BTreeMap<String, usize>,
    /// How often the write of a key was executed.
    pub applied: BTreeMap<String, usize>,
}

impl<S: Subject> Provider<S> {
    /// Starts a provider that serves until it is dropped.
    #[must_use]
    pub fn start(keys: &[String]) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let watch = Arc::<Mutex<Option<Watch>>>::default();
        let writes = Arc::<AtomicUsize>::default();
        let (watching, counting) = (Arc::clone(&watch), Arc::clone(&writes));
        let builder = S::options(Sandbox::builder()).on_request(move |request| {
            counting.fetch_add(usize::from(is_write::<S>(request)), Ordering::Relaxed);
            let mut watch = watching.lock().unwrap();
            let is_over = |watch: &mut Watch| watch.is_over::<S>(request);
            if let Some(watch) = watch.take_if(is_over) {
                (watch.hear)(Signal::Received);
            }
        });
        let sandbox = runtime.block_on(builder.start()).unwrap();
        for key in keys {
            S::prepare(S::server(&sandbox), key);
        }
        Self {
            idle: runtime.metrics().num_alive_tasks(),
            sandbox,
            runtime,
            watch,
            writes,
            subject: std::marker::PhantomData,
        }
    }

    /// Returns the provider's address.
    #[must_use]
    pub fn url(&self) -> &str {
        self.server().base_url()
    }

    /// Returns the provider's server.
    #[must_use]
    pub fn server(&self) -> &Server<S::Imitation> {
        S::server(&self.sandbox)
    }

    /// Plans these faults for the next writes, in this order.
    pub fn plan(&self, faults: impl IntoIterator<Item = Fault>) {
        for fault in faults {
            let server = self.server();
            server.fault_on(S::Operation::INFO.id, fault).unwrap();
        }
    }

    /// Refuses new connections from now on, and ends the open connections.
    pub fn refuse_connections(&self) {
        self.runtime.block_on(self.server().refuse_connections());
    }

    /// Accepts connections again.
    pub fn accept_connections(&self) {
        let accepting = self.server().accept_connections();
        self.runtime.block_on(accepting).unwrap();
    }

    /// Watches for a request, and reports [`Signal::Received`] when the request arrives.
    pub fn tell(&self, awaited: Awaited, hear: impl Fn(Signal) + Send + 'static) {
        let hear = Box::new(hear);
        *self.watch.lock().unwrap() = Some(Watch { awaited, hear });
    }

    /// Returns the number of writes that have arrived, including those that had no effect.
    #[must_use]
    pub fn writes(&self) -> usize {
        self.writes.load(Ordering::Relaxed)
    }

    /// Waits until all bytes that dead children sent are handled. Ends the watch, and removes planned faults. Returns
    /// the number of removed faults.
    pub fn rest(&self) -> usize {
        *self.watch.lock().unwrap() = None;
        // Connections are accepted in order, so the connections of dead children were accepted before this one.
        if let Ok(mut last) = TcpStream::connect(self.url().trim_start_matches("http://")) {
            let request = b"GET / HTTP/1.1\r\nhost: last\r\nconnection: close\r\n\r\n";
            last.write_all(request).unwrap();
            last.read_to_end(&mut Vec::new()).unwrap();
        }
        while self.runtime.metrics().num_alive_tasks() > self.idle {
            std::thread::sleep(Duration::from_millis(1));
        }
        let left = self.server().pending_faults();
        self.server().clear_faults();
        left
    }

    /// Returns the provider's books as they are now.
    #[must_use]
    pub fn received(&self) -> Received {
        let mut received = Received::default();
        for request in self.server().requests() {
            if !is_write::<S>(&request) {
                continue;
            }
            received.requests += 1;
            let is_undone = request
                .status
                .is_some_and(|status| S::UNDONE.contains(&status));
            // A request that broke off may lack its key. Such a request was not executed.
            let Some(key) = key_in(&request) else {
                assert!(!request.applied);
                continue;
            };
            if !is_undone {
                *received.arrived.entry(key.clone()).or_default() += 1;
            }
            if request.applied {
                *received.applied.entry(key).or_default() += 1;
            }
        }
        received
    }
}

impl<S: Subject> fmt::Debug for Provider<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Provider").field(&S::NAME).finish()
    }
}

impl Received {
    /// Returns how often the write of a key was executed.
    #[must_use]
    pub fn times_applied(&self, key: &str) -> usize {
        self.applied.get(key).copied().unwrap_or_default()
    }
}

impl Watch {
    /// Returns whether this request ends the watch. Counts the writes.
    fn is_over<S: Subject>(&mut self, request: &RecordedRequest) -> bool {
        let is_write = is_write::<S>(request);
        match &mut self.awaited {
            Awaited::Write(left) if is_write => {
                *left -= 1;
                *left == 0
            }
            Awaited::Silence => is_write && request.status.is_none(),
            Awaited::Login => request.operation_id.as_deref() == Some("logIn"),
            Awaited::Write(_) => false,
        }
    }
}

fn is_write<S: Subject>(request: &RecordedRequest) -> bool {
    request.operation_id.as_deref() == Some(S::Operation::INFO.id)
}

/// Returns the key in a request.
fn key_in(request: &RecordedRequest) -> Option<String> {
    let text = String::from_utf8_lossy(&request.body).into_owned() + " " + &request.target;
    let (_, rest) = text.split_once("write")?;
    let (number, _) = rest.split_once("end")?;
    Some(format!("write{number}end"))
}
