//! The client in programs without a runtime: the login, and a run with its ledger.
#![cfg(all(feature = "blocking", feature = "ledger"))]
#![cfg(test)]

use std::{env, fs, process};

use customer_api_sandbox::Sandbox;
use feedback_invitations::{
    Client, Programme, Recipient, SendInvitation, blocking,
    ledger::{ClientExt as _, FileLedger, Key, send_all},
};

fn invitation(number: u32) -> SendInvitation {
    let programme = Programme::new("client-1", "programme-1");
    let recipient = Recipient::new("location-1").email(format!("person-{number}@shop.example"));
    SendInvitation::new(&programme, recipient)
}

fn set_up() -> (Sandbox, Client) {
    let sandbox = blocking::wait(Sandbox::start()).unwrap().unwrap();
    let server = sandbox.customer_radar();
    let client = Client::builder(server.username(), server.password())
        .base_url(server.base_url())
        .build()
        .unwrap();
    (sandbox, client)
}

#[test]
fn an_invitation_logs_in_and_is_sent() {
    let (sandbox, radar) = set_up();
    radar.call(invitation(1)).wait().unwrap();
    assert_eq!(sandbox.customer_radar().outbox().len(), 1);
}

#[test]
fn a_run_is_read_to_its_end() {
    let (sandbox, radar) = set_up();
    let path = env::temp_dir().join(format!("blocking-{}.ledger", process::id()));
    let file = blocking::wait(FileLedger::create(&path)).unwrap().unwrap();
    let list = blocking::wait(file.create_list("march", &SendInvitation::INFO));
    let list = list.unwrap().unwrap();
    let invitations: Vec<_> = (0..20)
        .map(|number| {
            (
                Key::new(format!("order-{number}")).unwrap(),
                invitation(number),
            )
        })
        .collect();

    let mut run = radar.send_all(&list, send_all::iter(invitations)).start();
    let mut read = 0;
    while let Some(sent) = blocking::wait(run.next()).unwrap() {
        assert!(sent.is_recorded, "{}", sent.outcome);
        read += 1;
    }
    assert_eq!(read, 20);
    assert_eq!(sandbox.customer_radar().outbox().len(), 20);
    assert_eq!(blocking::wait(list.unknown(None, 20)).unwrap().unwrap(), []);
    drop((run, list, file));
    fs::remove_file(path).unwrap();
}
