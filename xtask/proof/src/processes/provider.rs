//! The provider's side of the children's calls: a sandbox in a process that is not killed.

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
    /// Of its own, so that its tasks can be counted.
    runtime: Runtime,
    /// How many tasks there are while nobody is connected.
    idle: usize,
    watch: Arc<Mutex<Option<Watch>>>,
    /// How many writes arrived so far.
    writes: Arc<AtomicUsize>,
    subject: std::marker::PhantomData<S>,
}

/// Waits for one request, and tells.
struct Watch {
    awaited: Awaited,
    hear: Box<dyn Fn(Signal) + Send>,
}

/// What a watch waits for.
#[derive(Clone, Copy, Debug)]
pub enum Awaited {
    /// The write that is that number ahead.
    Write(u32),
    /// A write that gets no response.
    Silence,
    /// A login.
    Login,
}

/// What the provider received.
#[derive(Debug, Default)]
pub struct Received {
    /// All writes, those included that came to nothing.
    pub requests: usize,
    /// How often the write of a key arrived without proof that nothing was done.
    pub arrived: BTreeMap<String, usize>,
    /// How often it was carried out.
    pub applied: BTreeMap<String, usize>,
}

impl<S: Subject> Provider<S> {
    /// Serves as long as it lives.
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

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> &str {
        self.server().base_url()
    }

    /// The imitation.
    #[must_use]
    pub fn server(&self) -> &Server<S::Imitation> {
        S::server(&self.sandbox)
    }

    /// The next writes meet these faults, in this order.
    pub fn plan(&self, faults: impl IntoIterator<Item = Fault>) {
        for fault in faults {
            let server = self.server();
            server.fault_on(S::Operation::INFO.id, fault).unwrap();
        }
    }

    /// Refuses connections from now on, and ends those that are open.
    pub fn refuse_connections(&self) {
        self.runtime.block_on(self.server().refuse_connections());
    }

    /// Accepts connections again.
    pub fn accept_connections(&self) {
        let accepting = self.server().accept_connections();
        self.runtime.block_on(accepting).unwrap();
    }

    /// Says so when that has come.
    pub fn tell(&self, awaited: Awaited, hear: impl Fn(Signal) + Send + 'static) {
        let hear = Box::new(hear);
        *self.watch.lock().unwrap() = Some(Watch { awaited, hear });
    }

    /// How many writes arrived so far, those included that came to nothing.
    #[must_use]
    pub fn writes(&self) -> usize {
        self.writes.load(Ordering::Relaxed)
    }

    /// Comes to rest: everything that dead children wrote is dealt with. Waits for nothing and
    /// plans nothing any more. Gives how many faults were still to come.
    pub fn rest(&self) -> usize {
        *self.watch.lock().unwrap() = None;
        // Connections are accepted in turn, so those of the dead were accepted before this one.
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

    /// What it received until it came to rest.
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
            // Of a request that broke off, the key may be missing: it was not carried out.
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
    /// How often the write of a key was carried out.
    #[must_use]
    pub fn times_applied(&self, key: &str) -> usize {
        self.applied.get(key).copied().unwrap_or_default()
    }
}

impl Watch {
    /// Whether this is the request.
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

/// The key that stands in a request.
fn key_in(request: &RecordedRequest) -> Option<String> {
    let text = String::from_utf8_lossy(&request.body).into_owned() + " " + &request.target;
    let (_, rest) = text.split_once("write")?;
    let (number, _) = rest.split_once("end")?;
    Some(format!("write{number}end"))
}
