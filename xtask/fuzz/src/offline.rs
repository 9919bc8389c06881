//! Every operation of every provider, over a scripted network.

use std::sync::OnceLock;

use customer_api_core::{
    OperationInfo, ProviderClient, Service,
    transport::{ScriptedResponse, ScriptedTransport},
};
use proof::{Decode, Entry, Outcome, for_every_provider};

/// An operation of any provider.
pub(crate) struct Offline {
    pub(crate) info: &'static OperationInfo,
    pub(crate) service: Box<dyn Service>,
    pub(crate) decode: Decode,
    call: Box<dyn Fn(ScriptedTransport) -> Outcome + Send + Sync>,
}

impl Offline {
    fn new<P: proof::Offline>(entry: Entry<P::Client>) -> Self {
        let (info, decode) = (entry.info, entry.decode);
        Self {
            info,
            service: Box::new(<P::Client as ProviderClient>::Service::default()),
            decode,
            call: Box::new(move |transport| {
                let client = P::offline().transport(transport).build();
                run(entry.call(&client.expect("the settings are right")))
            }),
        }
    }

    /// Makes the call. All requests of the operation get the same response. If the operation needs a login first, the
    /// login succeeds.
    pub(crate) fn call(&self, response: impl Fn() -> ScriptedResponse) -> Outcome {
        let transport = ScriptedTransport::new();
        let is_radar = self.service.name() == "customer-radar";
        if let Some(login) = <proof::CustomerRadar as proof::Offline>::login_response() {
            if is_radar && self.info.authenticated {
                transport.push(ScriptedResponse::status(200).body(login));
            }
        }
        for _ in 0..4 {
            transport.push(response());
        }
        (self.call)(transport)
    }
}

/// Returns every operation.
pub(crate) fn operations() -> &'static [Offline] {
    static OPERATIONS: OnceLock<Vec<Offline>> = OnceLock::new();
    OPERATIONS.get_or_init(|| {
        let mut operations = Vec::new();
        for_every_provider!(collect(&mut operations));
        operations
    })
}

fn collect<P: proof::Offline>(operations: &mut Vec<Offline>) {
    operations.extend(P::operations().into_iter().map(Offline::new::<P>));
}

/// Runs on a paused clock, on which waits end immediately.
pub(crate) fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    runtime.expect("a runtime can be made").block_on(work)
}
