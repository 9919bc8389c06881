//! The faults that a call may meet, for tests of the texts that are printed about the call.

use customer_api_sandbox::{ConnectionFault, Fault, FaultBody, Server};

/// Returns the faults that any provider's server may have. Their bodies contain `echo`. One fault redirects the client.
#[must_use]
pub fn of_any_server(echo: &str, location: &str) -> Vec<Fault> {
    vec![
        Fault::none(),
        Fault::reset_while_reading(),
        Fault::reset_before_head(),
        Fault::close_before_head(),
        Fault::reset_after_head(),
        Fault::reset_mid_body(),
        Fault::truncated().processed(),
        Fault::oversized(100_000),
        Fault::hang(),
        Fault::redirect(307, location),
        Fault::status(200).body(FaultBody::text(echo)),
        Fault::status(200).body(FaultBody::html(echo)),
    ]
}

/// Makes the calls in every way in which they get no response: over connections that break, with TLS and without, to a
/// port without a listener, and to a host without an address. Afterwards, the server is stopped.
pub async fn of_connections<P>(server: &Server<P>, calls: impl AsyncFn(String)) {
    let plain = server.base_url().to_owned();
    for fault in [ConnectionFault::reset(), ConnectionFault::garbage()] {
        server.fault_connection(fault.times(999));
        calls(plain.clone()).await;
        calls(plain.replace("http:", "https:")).await;
        server.clear_faults();
    }
    server.refuse_connections().await;
    calls(plain).await;
    calls("https://provider.invalid".to_owned()).await;
}
