//! All servers together, and how to start them.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::clock::{Clock, Skew};
use crate::customer_radar::{self, CustomerRadar, CustomerRadarOptions};
use crate::error::SandboxError;
use crate::log::{Observer, RecordedRequest, RequestLog};
use crate::omnidesk::{self, Omnidesk, OmnideskOptions};
use crate::ravelin::{self, Ravelin, RavelinOptions};
use crate::revnue::{self, Revnue, RevnueOptions};
use crate::server::Server;

/// A running sandbox, with one server per provider, each on its own port. It stops when it is
/// dropped.
#[derive(Debug)]
pub struct Sandbox {
    ravelin: Server<Ravelin>,
    omnidesk: Server<Omnidesk>,
    revnue: Server<Revnue>,
    customer_radar: Server<CustomerRadar>,
    clock: Arc<Clock>,
}

impl Sandbox {
    /// Starts all servers on free ports of the loopback address, with default options, on the
    /// current tokio runtime.
    ///
    /// # Errors
    ///
    /// Returns [`SandboxError::NoRuntime`] outside tokio, and [`SandboxError::Bind`] if no port is
    /// free.
    pub async fn start() -> Result<Self, SandboxError> {
        Self::builder().start().await
    }

    /// Returns a builder, to start with other options.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::default()
    }

    /// Returns the imitation of Ravelin's label API.
    #[must_use]
    pub fn ravelin(&self) -> &Server<Ravelin> {
        &self.ravelin
    }

    /// Returns the imitation of Omnidesk's customer API.
    #[must_use]
    pub fn omnidesk(&self) -> &Server<Omnidesk> {
        &self.omnidesk
    }

    /// Returns the imitation of Revnue's customer API.
    #[must_use]
    pub fn revnue(&self) -> &Server<Revnue> {
        &self.revnue
    }

    /// Returns the imitation of Customer Radar's invitation API.
    #[must_use]
    pub fn customer_radar(&self) -> &Server<CustomerRadar> {
        &self.customer_radar
    }

    /// Moves the sandbox's clock on. This affects its timestamps and time windows, but not tokio's
    /// timers.
    ///
    /// Writes that [come later](crate::Later::After) and become due within this time are carried
    /// out at their times, before this method returns.
    pub fn advance(&self, by: Duration) {
        let servers = [
            self.ravelin.pipeline(),
            self.omnidesk.pipeline(),
            self.revnue.pipeline(),
            self.customer_radar.pipeline(),
        ];
        let mut left = by;
        loop {
            let now = self.clock.now();
            let times = servers
                .iter()
                .filter_map(|pipeline| pipeline.late.next_time());
            let hop = times.min().map(|time| time.saturating_sub(now));
            let Some(hop) = hop.filter(|hop| *hop <= left) else {
                break;
            };
            self.clock.advance(hop);
            left = left.saturating_sub(hop);
            for pipeline in servers {
                pipeline.carry_out_due();
            }
        }
        self.clock.advance(left);
    }
}

/// The settings with which a [`Sandbox`] starts.
#[derive(Clone)]
#[must_use = "nothing runs before `start`"]
pub struct SandboxBuilder {
    ravelin_address: SocketAddr,
    ravelin: RavelinOptions,
    omnidesk_address: SocketAddr,
    omnidesk: OmnideskOptions,
    revnue_address: SocketAddr,
    revnue: RevnueOptions,
    customer_radar_address: SocketAddr,
    customer_radar: CustomerRadarOptions,
    stepped: Option<(SystemTime, Duration)>,
    skew: Skew,
    observer: Option<Observer>,
    kept_requests: Option<usize>,
}

impl Default for SandboxBuilder {
    fn default() -> Self {
        Self {
            ravelin_address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            ravelin: RavelinOptions::default(),
            omnidesk_address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            omnidesk: OmnideskOptions::default(),
            revnue_address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            revnue: RevnueOptions::default(),
            customer_radar_address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            customer_radar: CustomerRadarOptions::default(),
            stepped: None,
            skew: Skew::default(),
            observer: None,
            kept_requests: None,
        }
    }
}

impl SandboxBuilder {
    /// Sets the address of the Ravelin server. Port 0, the default, takes a free port.
    pub fn ravelin_address(mut self, address: impl Into<SocketAddr>) -> Self {
        self.ravelin_address = address.into();
        self
    }

    /// Sets the switches of the Ravelin server.
    pub fn ravelin(mut self, options: RavelinOptions) -> Self {
        self.ravelin = options;
        self
    }

    /// Sets the address of the Omnidesk server. Port 0, the default, takes a free port.
    pub fn omnidesk_address(mut self, address: impl Into<SocketAddr>) -> Self {
        self.omnidesk_address = address.into();
        self
    }

    /// Sets the switches of the Omnidesk server.
    pub fn omnidesk(mut self, options: OmnideskOptions) -> Self {
        self.omnidesk = options;
        self
    }

    /// Sets the address of the Revnue server. Port 0, the default, takes a free port.
    pub fn revnue_address(mut self, address: impl Into<SocketAddr>) -> Self {
        self.revnue_address = address.into();
        self
    }

    /// Sets the switches of the Revnue server.
    pub fn revnue(mut self, options: RevnueOptions) -> Self {
        self.revnue = options;
        self
    }

    /// Sets the address of the Customer Radar server. Port 0, the default, takes a free port.
    pub fn customer_radar_address(mut self, address: impl Into<SocketAddr>) -> Self {
        self.customer_radar_address = address.into();
        self
    }

    /// Sets the switches of the Customer Radar server.
    pub fn customer_radar(mut self, options: CustomerRadarOptions) -> Self {
        self.customer_radar = options;
        self
    }

    /// Makes the sandbox's clock stand at `start` and moves it on by `step` after each write that is
    /// applied. No timestamp then depends on when a test runs. Without this call the clock starts
    /// at the real time and runs along with tokio's.
    pub fn stepped_clock(mut self, start: SystemTime, step: Duration) -> Self {
        self.stepped = Some((start, step));
        self
    }

    /// Makes the sandbox's clock run ahead of the machine's. This affects the dates of records, and
    /// the `Date` of responses if the options of a server switch it on. Replaces
    /// [`clock_behind`](Self::clock_behind). Has no effect on a
    /// [stepped clock](Self::stepped_clock), which has its own start.
    pub fn clock_ahead(mut self, by: Duration) -> Self {
        self.skew = Skew::Ahead(by);
        self
    }

    /// Makes the sandbox's clock run behind the machine's. This is the counterpart of
    /// [`clock_ahead`](Self::clock_ahead), with the same limits. The clock goes back to 1970 at
    /// most.
    pub fn clock_behind(mut self, by: Duration) -> Self {
        self.skew = Skew::Behind(by);
        self
    }

    /// Calls `observer` with each request when the request is recorded. `observer` runs between a
    /// request and its response and must not block.
    pub fn on_request(
        mut self,
        observer: impl Fn(&RecordedRequest) + Send + Sync + 'static,
    ) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Limits the log of each server to the latest `requests` requests. Without this call, the logs
    /// keep all requests. A limit is meant for tests that measure memory.
    pub fn kept_requests(mut self, requests: usize) -> Self {
        self.kept_requests = Some(requests);
        self
    }

    /// Binds the addresses and starts serving on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// Returns [`SandboxError::NoRuntime`] outside tokio, and [`SandboxError::Bind`] if an address
    /// is taken.
    pub async fn start(self) -> Result<Sandbox, SandboxError> {
        let clock = Arc::new(match self.stepped {
            Some((start, step)) => Clock::stepped(start, step),
            None => Clock::real(self.skew),
        });
        let ravelin = ravelin::start(
            self.ravelin_address,
            self.ravelin,
            Arc::clone(&clock),
            RequestLog::new(self.observer.clone(), self.kept_requests),
        )?;
        let omnidesk = omnidesk::start(
            self.omnidesk_address,
            self.omnidesk,
            Arc::clone(&clock),
            RequestLog::new(self.observer.clone(), self.kept_requests),
        )?;
        let revnue = revnue::start(
            self.revnue_address,
            self.revnue,
            Arc::clone(&clock),
            RequestLog::new(self.observer.clone(), self.kept_requests),
        )?;
        let customer_radar = customer_radar::start(
            self.customer_radar_address,
            self.customer_radar,
            Arc::clone(&clock),
            RequestLog::new(self.observer, self.kept_requests),
        )?;
        Ok(Sandbox {
            ravelin,
            omnidesk,
            revnue,
            customer_radar,
            clock,
        })
    }
}

impl fmt::Debug for SandboxBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxBuilder")
            .field("ravelin_address", &self.ravelin_address)
            .field("ravelin", &self.ravelin)
            .field("omnidesk_address", &self.omnidesk_address)
            .field("omnidesk", &self.omnidesk)
            .field("revnue_address", &self.revnue_address)
            .field("revnue", &self.revnue)
            .field("customer_radar_address", &self.customer_radar_address)
            .field("customer_radar", &self.customer_radar)
            .field("stepped", &self.stepped)
            .field("skew", &self.skew)
            .finish_non_exhaustive()
    }
}
