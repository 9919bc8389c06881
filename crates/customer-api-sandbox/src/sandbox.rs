//! All servers together, and how to start them.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::clock::{Clock, Skew};
#[cfg(feature = "console")]
use crate::console::{Console, FormError, Managed, Managing};
use crate::customer_radar::{self, CustomerRadar, CustomerRadarOptions};
use crate::error::SandboxError;
use crate::log::{Limits, Observer, RecordedRequest, RequestLog};
use crate::omnidesk::{self, Omnidesk, OmnideskOptions};
use crate::pipeline::{Pipeline, Surroundings};
use crate::pulse::Pulse;
use crate::ravelin::{self, Ravelin, RavelinOptions};
use crate::revnue::{self, Revnue, RevnueOptions};
use crate::server::Server;

/// A running sandbox, with one server per provider, each on its own port. It stops when it is
/// dropped.
pub struct Sandbox {
    ravelin: Arc<Server<Ravelin>>,
    omnidesk: Arc<Server<Omnidesk>>,
    revnue: Arc<Server<Revnue>>,
    customer_radar: Arc<Server<CustomerRadar>>,
    clock: Arc<Clock>,
    #[cfg(feature = "console")]
    console: Option<Console>,
    #[cfg(feature = "console")]
    managing: Arc<Managing>,
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

    /// Moves the sandbox's clock forward. This affects the sandbox's timestamps and time windows,
    /// but not tokio's timers.
    ///
    /// Writes that [come later](crate::Later::After) and become due within this time are carried
    /// out at their times, before this method returns.
    pub fn advance(&self, by: Duration) {
        advance(
            &self.clock,
            &[
                self.ravelin.pipeline(),
                self.omnidesk.pipeline(),
                self.revnue.pipeline(),
                self.customer_radar.pipeline(),
            ],
            by,
        );
    }

    /// Resets all providers: removes records, tokens, faults and recorded requests. The switches and
    /// the clock stay as they are.
    pub fn reset(&self) {
        self.ravelin.reset();
        self.omnidesk.reset();
        self.revnue.reset();
        self.customer_radar.reset();
    }
}

/// Methods that use the JSON forms of the admin API. The options and files of the program
/// `customer-api-sandbox-server` have the same forms.
#[cfg(feature = "console")]
impl Sandbox {
    /// Returns the address of the admin API and the console, or `None` if they are not served.
    #[must_use]
    pub fn admin_url(&self) -> Option<&str> {
        self.console.as_ref().map(|console| console.url.as_str())
    }

    /// Returns the response of the admin API's `GET /health`: base URLs, variables and counters.
    #[must_use]
    pub fn health(&self) -> serde_json::Value {
        self.managing.health()
    }

    /// Sets the records, now and after each reset through the admin API. The value is an object with
    /// the records of one or more providers, in the form of `GET /state`.
    ///
    /// # Errors
    ///
    /// [`FormError`] if the value does not have this form. The records of the providers before the
    /// wrong entry are already replaced.
    pub fn seed(&self, records: serde_json::Value) -> Result<(), FormError> {
        self.managing.seed(records)
    }

    /// Replaces all scripted faults, now and after each reset through the admin API. The value is a list in the form of `PUT /faults`.
    ///
    /// # Errors
    ///
    /// [`FormError`] if one of the faults is wrong. In that case, nothing is changed.
    pub fn replace_faults(&self, faults: serde_json::Value) -> Result<(), FormError> {
        self.managing.start_faults(faults)
    }

    /// Sets a switch, now and after each reset through the admin API. The name has the form
    /// `provider.switch`, for example `ravelin.unknown_fields`.
    ///
    /// # Errors
    ///
    /// [`FormError`] if there is no such switch, or if the value is not one of the switch's
    /// settings.
    pub fn set_switch(&self, name: &str, value: serde_json::Value) -> Result<(), FormError> {
        self.managing.start_switch(name, value)
    }
}

/// Moves the clock forward, and carries out each write that becomes due, at its time.
pub(crate) fn advance(clock: &Clock, servers: &[&Pipeline], by: Duration) {
    let mut left = by;
    loop {
        let now = clock.now();
        let times = servers
            .iter()
            .filter_map(|pipeline| pipeline.late.next_time());
        let hop = times.min().map(|time| time.saturating_sub(now));
        let Some(hop) = hop.filter(|hop| *hop <= left) else {
            break;
        };
        clock.advance(hop);
        left = left.saturating_sub(hop);
        for pipeline in servers {
            pipeline.carry_out_due();
        }
    }
    clock.advance(left);
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
    limits: Limits,
    hosts: Vec<String>,
    #[cfg(feature = "console")]
    admin: Option<SocketAddr>,
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
            limits: Limits::default(),
            hosts: Vec::new(),
            #[cfg(feature = "console")]
            admin: None,
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

    /// Stops the sandbox's clock at `start`, and moves it forward by `step` after each applied
    /// write. Therefore no timestamp depends on when a test runs. Without this call, the clock
    /// starts at the real time and runs with tokio's clock.
    pub fn stepped_clock(mut self, start: SystemTime, step: Duration) -> Self {
        self.stepped = Some((start, step));
        self
    }

    /// Makes the sandbox's clock run ahead of the machine's. This affects the dates of records, and
    /// the `Date` of responses if the options of a server switch that header on. Replaces
    /// [`clock_behind`](Self::clock_behind). Has no effect on a
    /// [stepped clock](Self::stepped_clock), which has its own start.
    pub fn clock_ahead(mut self, by: Duration) -> Self {
        self.skew = Skew::Ahead(by);
        self
    }

    /// Makes the sandbox's clock run behind the machine's. This is the counterpart of
    /// [`clock_ahead`](Self::clock_ahead), with the same limits. The earliest time of the clock is
    /// 1970.
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

    /// Serves the admin API and the console on this port of the loopback address. Port 0 takes a
    /// free port; [`Sandbox::admin_url`] returns the URL with that port. By default, neither the
    /// admin API nor the console is served.
    #[cfg(feature = "console")]
    pub fn admin(self, port: u16) -> Self {
        self.admin_address((Ipv4Addr::LOCALHOST, port))
    }

    /// Serves the admin API and the console on this address. The API needs no credentials: if other
    /// machines can reach the address, they can use the API too.
    #[cfg(feature = "console")]
    pub fn admin_address(mut self, address: impl Into<SocketAddr>) -> Self {
        self.admin = Some(address.into());
        self
    }

    /// Lets programs call the sandbox under this name too, with any port. Without this call, the
    /// sandbox responds only to `localhost`, loopback addresses and the addresses that it listens
    /// on. Needed, for example, if one container calls another one by name.
    ///
    /// A page of a web site can call the sandbox if the name of the site leads to this machine.
    /// Therefore allow only names that no web site uses.
    pub fn allow_host(mut self, name: impl Into<String>) -> Self {
        self.hosts.push(name.into());
        self
    }

    /// Limits the log of each server to the latest `requests` requests. Without this call, the logs
    /// keep all requests. A limit is meant for tests that measure memory.
    pub fn kept_requests(mut self, requests: usize) -> Self {
        self.limits.requests = Some(requests);
        self
    }

    /// Limits the log of each server to the latest requests that have at most this number of bytes
    /// together: targets, headers, bodies and responses. Without this call, all bytes are kept.
    pub fn kept_bytes(mut self, bytes: usize) -> Self {
        self.limits.bytes = Some(bytes);
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
        let pulse = Arc::new(Pulse::default());
        let hosts: Arc<[String]> = self.hosts.into();
        let surroundings = || Surroundings {
            clock: Arc::clone(&clock),
            log: RequestLog::new(self.observer.clone(), Arc::clone(&pulse), self.limits),
            hosts: Arc::clone(&hosts),
            pulse: Arc::clone(&pulse),
        };
        let ravelin = ravelin::start(self.ravelin_address, self.ravelin, surroundings())?;
        let omnidesk = omnidesk::start(self.omnidesk_address, self.omnidesk, surroundings())?;
        let revnue = revnue::start(self.revnue_address, self.revnue, surroundings())?;
        let customer_radar = customer_radar::start(
            self.customer_radar_address,
            self.customer_radar,
            surroundings(),
        )?;
        let (ravelin, omnidesk) = (Arc::new(ravelin), Arc::new(omnidesk));
        let (revnue, customer_radar) = (Arc::new(revnue), Arc::new(customer_radar));
        #[cfg(feature = "console")]
        let managing = Managing::new(
            [
                Arc::clone(&ravelin) as Arc<dyn Managed>,
                Arc::clone(&omnidesk) as Arc<dyn Managed>,
                Arc::clone(&revnue) as Arc<dyn Managed>,
                Arc::clone(&customer_radar) as Arc<dyn Managed>,
            ],
            Arc::clone(&clock),
            pulse,
        );
        #[cfg(feature = "console")]
        let console = match self.admin {
            Some(address) => Some(Console::start(address, &managing, hosts).await?),
            None => None,
        };
        Ok(Sandbox {
            ravelin,
            omnidesk,
            revnue,
            customer_radar,
            clock,
            #[cfg(feature = "console")]
            console,
            #[cfg(feature = "console")]
            managing,
        })
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("ravelin", &self.ravelin)
            .field("omnidesk", &self.omnidesk)
            .field("revnue", &self.revnue)
            .field("customer_radar", &self.customer_radar)
            .finish_non_exhaustive()
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
