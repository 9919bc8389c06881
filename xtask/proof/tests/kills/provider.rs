//! The provider's side of the children's calls: a sandbox in a process that is not killed.

use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    net::TcpStream,
    sync::{Arc, Mutex},
    time::Duration,
};

use customer_api_core::Operation as _;
use customer_api_sandbox::{Fault, RecordedRequest, Sandbox, Server};
use fastrand::Rng;
use tokio::runtime::Runtime;

use crate::{
    Subject,
    program::{Signal, Signals},
};

pub(crate) struct Provider<S: Subject> {
    sandbox: Sandbox,
    /// Of its own, so that its tasks can be counted.
    runtime: Runtime,
    /// How many tasks there are while nobody is connected.
    idle: usize,
    watch: Arc<Mutex<Option<Watch>>>,
    subject: std::marker::PhantomData<S>,
}

/// Waits for one request, and tells.
struct Watch {
    awaited: Awaited,
    signals: Signals,
}

/// What a watch waits for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Awaited {
    /// The write that is that number ahead.
    Write(u32),
    /// A write that gets no response.
    Silence,
    /// A login.
    Login,
}

/// What the provider received.
#[derive(Debug, Default)]
pub(crate) struct Received {
    /// All writes, those included that came to nothing.
    pub(crate) requests: usize,
    /// How often the write of a key arrived without proof that nothing was done.
    pub(crate) arrived: BTreeMap<String, usize>,
    /// How often it was carried out.
    pub(crate) applied: BTreeMap<String, usize>,
}

impl<S: Subject> Provider<S> {
    /// Serves as long as it lives.
    pub(crate) fn start(keys: &[String]) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let watch = Arc::<Mutex<Option<Watch>>>::default();
        let watching = Arc::clone(&watch);
        let builder = S::options(Sandbox::builder()).on_request(move |request| {
            let mut watch = watching.lock().unwrap();
            if watch
                .as_mut()
                .is_some_and(|watch| watch.is_over::<S>(request))
            {
                let _ = watch
                    .take()
                    .map(|watch| watch.signals.send(Signal::Received));
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
            subject: std::marker::PhantomData,
        }
    }

    pub(crate) fn url(&self) -> &str {
        self.server().base_url()
    }

    pub(crate) fn server(&self) -> &Server<S::Imitation> {
        S::server(&self.sandbox)
    }

    /// The next writes meet these faults, in this order.
    pub(crate) fn plan(&self, faults: impl IntoIterator<Item = Fault>) {
        for fault in faults {
            let server = self.server();
            server.fault_on(S::Operation::INFO.id, fault).unwrap();
        }
    }

    pub(crate) fn refuse_connections(&self) {
        self.runtime.block_on(self.server().refuse_connections());
    }

    pub(crate) fn accept_connections(&self) {
        let accepting = self.server().accept_connections();
        self.runtime.block_on(accepting).unwrap();
    }

    /// Says so when that has come.
    pub(crate) fn tell(&self, awaited: Awaited, signals: Signals) {
        *self.watch.lock().unwrap() = Some(Watch { awaited, signals });
    }

    /// Comes to rest: everything that dead children wrote is dealt with. Waits for nothing and
    /// plans nothing any more. Gives how many faults were still to come.
    pub(crate) fn rest(&self) -> usize {
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
    pub(crate) fn received(&self) -> Received {
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

/// The keys of a list.
pub(crate) fn keys(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("write{number}end"))
        .collect()
}

/// The key that stands in a request.
fn key_in(request: &RecordedRequest) -> Option<String> {
    let text = String::from_utf8_lossy(&request.body).into_owned() + " " + &request.target;
    let (_, rest) = text.split_once("write")?;
    let (number, _) = rest.split_once("end")?;
    Some(format!("write{number}end"))
}

/// Faults for this number of writes: some responses are lost, some writes are refused. `None` is no
/// fault.
pub(crate) fn faults<S: Subject>(count: usize, rng: &mut Rng) -> Vec<Option<Fault>> {
    let mut faults: Vec<_> = (0..count).map(|_| fault(rng)).collect();
    // One in a run: a second one for the same call would count as a refused login.
    if S::UNDONE.contains(&401) {
        faults[rng.usize(..40)] = Some(Fault::status(401));
    }
    faults
}

fn fault(rng: &mut Rng) -> Option<Fault> {
    let fault = match rng.u32(..1000) {
        0..15 => Fault::reset_before_head().processed(),
        15..25 => Fault::reset_before_head(),
        25..35 => Fault::close_before_head().processed(),
        35..40 => Fault::reset_while_reading(),
        40..50 => Fault::status(503),
        50..55 => Fault::status(503).processed(),
        55..80 => Fault::status(429).header("retry-after", "0"),
        80..100 => Fault::status(400),
        100..102 => Fault::hang(),
        102..104 => Fault::hang().processed(),
        _ => return None,
    };
    Some(fault)
}
