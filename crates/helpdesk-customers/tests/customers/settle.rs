//! Looks for unknown writes against the sandbox: lost responses, second writers, and reads that show little.

use std::time::Duration;

use customer_api_sandbox::{
    ChannelsResponse, ExistingId, Later, MissingCustomer, NoMatch, OmnideskCustomer,
    OmnideskOptions, Sandbox, SecondWriter, TimelineResponse,
};
use helpdesk_customers::{
    AddChannel, AddExternalEvent, Channel, Client, CreateCustomer, CreateCustomerCrud, CrmChannel,
    DeleteCustomer, Marker, Reason, RenameCustomer, Settled, SyncWithCrm, UpdateCustomer,
    UpdateCustomerByExternalId,
};
use testkit::{lose, lost, meet, reason, settle, word};

use crate::support::sandbox_client;

async fn start(options: OmnideskOptions) -> (Sandbox, Client) {
    let sandbox = Sandbox::builder().omnidesk(options).start().await.unwrap();
    let client = sandbox_client(&sandbox).build().unwrap();
    (sandbox, client)
}

/// A sandbox with one customer in brand 1. Returns the customer's id.
async fn with_ana(options: OmnideskOptions) -> (Sandbox, Client, u64) {
    let (sandbox, client) = start(options).await;
    let id = sandbox.omnidesk().seed_customer(ana());
    (sandbox, client, id)
}

fn ana() -> OmnideskCustomer {
    OmnideskCustomer::new(1, "cust-1").with_names("Ana", "Lopez")
}

fn create() -> CreateCustomer {
    CreateCustomer::new(1)
        .external_id("cust-1")
        .firstname("Ana")
        .lastname("Lopez")
        .link_channel(Channel::Email, "ana@shop.example")
}

fn create_crud() -> CreateCustomerCrud {
    CreateCustomerCrud::new("cust-1", 1, "Ana", "Lopez").channel("1", "ana@shop.example")
}

#[tokio::test]
async fn a_creation_is_in_effect_or_not_seen() {
    for (is_applied, expected) in [(true, "in effect"), (false, "not seen")] {
        let (sandbox, client) = start(OmnideskOptions::default()).await;
        let verdict = settle(sandbox.omnidesk(), &client, &create(), is_applied).await;
        assert_eq!(word(&verdict), expected, "{verdict:?}");
        let (sandbox, client) = start(OmnideskOptions::default()).await;
        let verdict = settle(sandbox.omnidesk(), &client, &create_crud(), is_applied).await;
        assert_eq!(word(&verdict), expected, "{verdict:?}");
    }
}

#[tokio::test]
async fn a_creation_without_an_id_is_found_by_its_address() {
    let (sandbox, client) = start(OmnideskOptions::default().search_by_channels(true)).await;
    let create = CreateCustomer::new(1).search_channel_value("ana@shop.example");
    let verdict = settle(sandbox.omnidesk(), &client, &create, true).await;
    assert_eq!(word(&verdict), "in effect");
}

#[tokio::test]
async fn a_customer_of_a_second_writer_is_not_this_creation() {
    for (second, expected) in [
        // The same person: only in effect.
        (SecondWriter::same(), "in effect"),
        (SecondWriter::same().set("firstname", "Bob"), "cannot tell"),
    ] {
        let (sandbox, client) = start(OmnideskOptions::default()).await;
        let fault = lost(false).second_writer(second);
        let trace = meet(sandbox.omnidesk(), &client, create_crud(), fault).await;
        let verdict = client.settle(&create_crud(), trace).look().await.unwrap();
        assert_eq!(word(&verdict), expected);
        if expected == "cannot tell" {
            assert_eq!(reason(verdict), Reason::Partly);
        }
    }
}

#[tokio::test]
async fn a_write_that_shows_late_or_is_applied_late_is_found_later() {
    let lag = Duration::from_secs(30);
    for (options, fault) in [
        (OmnideskOptions::default().shown_after(lag), lost(true)),
        (
            OmnideskOptions::default(),
            lost(false).processed_later(Later::After(lag)),
        ),
    ] {
        let (sandbox, client, id) = with_ana(options).await;
        let rename = RenameCustomer::new().customer_id(id).firstname("Anna");
        let renamed = meet(sandbox.omnidesk(), &client, rename.clone(), fault.clone()).await;
        let added = meet(sandbox.omnidesk(), &client, marked(), fault.clone()).await;
        let other = CreateCustomerCrud::new("cust-2", 1, "Ben", "Okoro");
        let created = meet(sandbox.omnidesk(), &client, other.clone(), fault).await;
        for expected in [["not seen"; 3], ["in effect", "applied", "in effect"]] {
            let renamed = client.settle(&rename, renamed.clone()).look().await;
            let added = client.settle(&marked(), added.clone()).look().await;
            let created = client.settle(&other, created.clone()).look().await;
            let words = [
                word(&renamed.unwrap()),
                word(&added.unwrap()),
                word(&created.unwrap()),
            ];
            assert_eq!(words, expected);
            sandbox.advance(lag);
        }
    }
}

#[tokio::test]
async fn two_customers_with_one_id_may_be_doubled() {
    let options = OmnideskOptions::default().existing_id(ExistingId::CreateAnother);
    let (sandbox, client) = start(options).await;
    client.send(create()).await.unwrap();
    let verdict = settle(sandbox.omnidesk(), &client, &create(), true).await;
    assert_eq!(reason(verdict), Reason::Several);
}

#[tokio::test]
async fn only_an_empty_list_means_that_a_customer_is_not_seen() {
    for (response, expected) in [
        (NoMatch::EmptyList, None),
        (NoMatch::EmptyArray, None),
        (NoMatch::EmptyBody, Some(Reason::Unclear)),
        (NoMatch::Null, Some(Reason::Unclear)),
        (NoMatch::Error, Some(Reason::Unclear)),
    ] {
        let (sandbox, client) = start(OmnideskOptions::default().no_match(response)).await;
        let verdict = settle(sandbox.omnidesk(), &client, &create(), false).await;
        match expected {
            None => assert_eq!(word(&verdict), "not seen", "{response:?}"),
            Some(expected) => assert_eq!(reason(verdict), expected, "{response:?}"),
        }
    }
}

#[tokio::test]
async fn a_change_is_in_effect_with_what_could_be_compared() {
    let (sandbox, client, id) = with_ana(OmnideskOptions::default()).await;
    let rename = RenameCustomer::new()
        .customer_id(id)
        .firstname("Anna")
        .custom_field("tier", "gold");
    let Settled::InEffect(evidence) = settle(sandbox.omnidesk(), &client, &rename, true).await
    else {
        panic!("it is in effect");
    };
    assert_eq!(evidence.equal().collect::<Vec<_>>(), ["firstname"]);
    assert_eq!(evidence.not_compared().collect::<Vec<_>>(), ["custom_tier"]);
    assert_eq!(evidence.seen().id, Some(id));
    let shown = format!("{evidence:?}");
    assert!(
        !shown.contains("Anna") && !shown.contains("gold"),
        "{shown}"
    );

    let update = UpdateCustomer::new(id, 1)
        .firstname("Maria")
        .channel("1", "maria@shop.example");
    let Settled::InEffect(evidence) = settle(sandbox.omnidesk(), &client, &update, true).await
    else {
        panic!("it is in effect");
    };
    let equal: Vec<_> = evidence.equal().collect();
    assert_eq!(equal, ["firstname", "customerChannelValue_0"]);

    let update = UpdateCustomerByExternalId::new("cust-1", 1).lastname("Lee");
    let verdict = settle(sandbox.omnidesk(), &client, &update, true).await;
    assert_eq!(word(&verdict), "in effect");
    let rename = RenameCustomer::new()
        .external_id("cust-1")
        .brand_id(1)
        .lastname("Li");
    let verdict = settle(sandbox.omnidesk(), &client, &rename, true).await;
    assert_eq!(word(&verdict), "in effect");
}

#[tokio::test]
async fn a_change_that_was_not_applied_is_not_seen() {
    let (sandbox, client, id) = with_ana(OmnideskOptions::default()).await;
    let rename = RenameCustomer::new().customer_id(id).firstname("Anna");
    let update = UpdateCustomer::new(id, 1).firstname("Anna").lastname("Lee");
    let by_external = UpdateCustomerByExternalId::new("cust-1", 1).firstname("Anna");
    assert_eq!(
        word(&settle(sandbox.omnidesk(), &client, &rename, false).await),
        "not seen"
    );
    assert_eq!(
        word(&settle(sandbox.omnidesk(), &client, &update, false).await),
        "not seen"
    );
    assert_eq!(
        word(&settle(sandbox.omnidesk(), &client, &by_external, false).await),
        "not seen"
    );
    assert_eq!(sandbox.omnidesk().applied_count(), 0);
}

#[tokio::test]
async fn a_part_of_a_change_may_have_been_there_before() {
    let (sandbox, client, id) = with_ana(OmnideskOptions::default()).await;
    let update = UpdateCustomer::new(id, 1).firstname("Ana").lastname("Lee");
    let verdict = settle(sandbox.omnidesk(), &client, &update, false).await;
    assert_eq!(reason(verdict), Reason::Partly);
    // A second writer changed a part of the applied values.
    let second = SecondWriter::same().set("firstname", "Bea");
    let overtaken = lost(true).second_writer(second);
    let trace = meet(sandbox.omnidesk(), &client, update.clone(), overtaken).await;
    let verdict = client.settle(&update, trace).look().await.unwrap();
    assert_eq!(reason(verdict), Reason::Partly);
}

#[tokio::test]
async fn a_change_of_what_reads_do_not_show_can_not_be_told() {
    let options = OmnideskOptions::default().channels_response(ChannelsResponse::Empty);
    let (sandbox, client, id) = with_ana(options).await;
    let update = UpdateCustomer::new(id, 1)
        .channel("1", "ana@shop.example")
        .custom_field("tier", "gold");
    let verdict = settle(sandbox.omnidesk(), &client, &update, true).await;
    assert_eq!(reason(verdict), Reason::NothingToCompare);
}

#[tokio::test]
async fn a_change_of_a_customer_who_is_gone_can_not_be_told() {
    let options = OmnideskOptions::default().missing_customer(MissingCustomer::NotFound);
    let (sandbox, client, id) = with_ana(options).await;
    let rename = RenameCustomer::new().customer_id(id).firstname("Anna");
    let trace = lose(sandbox.omnidesk(), &client, rename.clone(), true).await;
    sandbox.omnidesk().remove_customer(id);
    let verdict = client.settle(&rename, trace).look().await.unwrap();
    assert_eq!(reason(verdict), Reason::Gone);
    // Your own id belongs to a brand. Without the brand, the call names no customer.
    let rename = RenameCustomer::new()
        .external_id("cust-1")
        .firstname("Anna");
    let verdict = settle(sandbox.omnidesk(), &client, &rename, false).await;
    assert_eq!(reason(verdict), Reason::NotAddressed);
}

#[tokio::test]
async fn an_added_channel_must_lead_to_the_customer() {
    let add = |id| {
        AddChannel::new(1)
            .customer_id(id)
            .extra_email("ana@shop.example")
    };
    for (is_applied, expected) in [(true, "in effect"), (false, "not seen")] {
        let (sandbox, client, id) = with_ana(OmnideskOptions::default()).await;
        let verdict = settle(sandbox.omnidesk(), &client, &add(id), is_applied).await;
        assert_eq!(word(&verdict), expected);
    }
    // The address belongs to another customer.
    let (sandbox, client, id) = with_ana(OmnideskOptions::default()).await;
    let trace = lose(sandbox.omnidesk(), &client, add(id), false).await;
    let other = OmnideskCustomer::new(1, "cust-2").with_channel("email", "ana@shop.example");
    sandbox.omnidesk().seed_customer(other);
    let verdict = client.settle(&add(id), trace).look().await.unwrap();
    assert_eq!(word(&verdict), "not seen");
    // One of two addresses.
    let two = add(id).extra_telephone("+64211234567");
    let one = lost(false).second_writer(SecondWriter::same().unset("extra_email"));
    let trace = meet(sandbox.omnidesk(), &client, two.clone(), one).await;
    let verdict = client.settle(&two, trace).look().await.unwrap();
    assert_eq!(reason(verdict), Reason::Partly);
}

#[tokio::test]
async fn a_deleted_customer_is_missing_where_another_one_is_not() {
    let missing = || OmnideskOptions::default().missing_customer(MissingCustomer::NotFound);
    let (sandbox, client, id) = with_ana(missing()).await;
    let delete = DeleteCustomer::new(id);
    assert_eq!(
        word(&settle(sandbox.omnidesk(), &client, &delete, false).await),
        "not seen"
    );
    let trace = lose(sandbox.omnidesk(), &client, delete.clone(), true).await;
    let settled = || client.settle(&delete, trace.clone());
    // Without another customer, a wrong path or brand would look the same.
    assert_eq!(reason(settled().look().await.unwrap()), Reason::Unclear);
    let other = sandbox
        .omnidesk()
        .seed_customer(OmnideskCustomer::new(1, "cust-2"));
    let Settled::InEffect(absent) = settled().look().await.unwrap() else {
        panic!("it is gone");
    };
    assert_eq!(absent.control, other);
    // It is not known whether a 400 means the same.
    let (sandbox, client, id) = with_ana(OmnideskOptions::default()).await;
    let verdict = settle(sandbox.omnidesk(), &client, &DeleteCustomer::new(id), true).await;
    assert_eq!(reason(verdict), Reason::Unclear);
}

fn event() -> AddExternalEvent {
    AddExternalEvent::new(1, "shop", "ordered", "https://shop.example/orders/7")
        .external_id("cust-1")
}

fn marked() -> AddExternalEvent {
    event().marked(&Marker::new("order-0007").unwrap())
}

#[tokio::test]
async fn an_event_with_a_marker_is_applied_and_without_one_can_not_be_told() {
    for response in [TimelineResponse::BareArray, TimelineResponse::ListEnvelope] {
        let options = OmnideskOptions::default().timeline_response(response);
        let (sandbox, client, id) = with_ana(options).await;
        // The same event from another call.
        let other = event().marked(&Marker::new("order-00071").unwrap());
        client.send(other).await.unwrap();
        client.send(event()).await.unwrap();
        assert_eq!(
            word(&settle(sandbox.omnidesk(), &client, &marked(), false).await),
            "not seen"
        );
        assert_eq!(
            word(&settle(sandbox.omnidesk(), &client, &marked(), true).await),
            "applied"
        );
        let by_id = AddExternalEvent::new(1, "shop", "ordered", "https://shop.example/#a")
            .customer_id(id)
            .marked(&Marker::new("order-0008").unwrap());
        assert_eq!(
            word(&settle(sandbox.omnidesk(), &client, &by_id, true).await),
            "applied"
        );
        let verdict = settle(sandbox.omnidesk(), &client, &event(), true).await;
        assert_eq!(reason(verdict), Reason::NoMarker);
    }
}

#[tokio::test]
async fn what_no_read_shows_is_not_looked_for() {
    let (sandbox, client) = start(OmnideskOptions::default()).await;
    let sync = SyncWithCrm::new(1, CrmChannel::Email);
    let verdict = settle(sandbox.omnidesk(), &client, &sync, false).await;
    assert_eq!(reason(verdict), Reason::NoRead);
    assert_eq!(sandbox.omnidesk().requests().len(), 1);
}

#[cfg(feature = "undocumented")]
#[tokio::test]
async fn nor_is_what_only_an_undocumented_path_does() {
    use helpdesk_customers::{PurgeCustomerDataIrreversibly, RemoveChannel};

    let (sandbox, client, id) = with_ana(OmnideskOptions::default()).await;
    let add = AddChannel::new(1)
        .customer_id(id)
        .extra_email("ana@shop.example");
    client.send(add).await.unwrap();
    let channel = sandbox.omnidesk().customer(id).unwrap().channels[0].id;
    sandbox.omnidesk().clear_requests();
    let remove = RemoveChannel::new(channel);
    let purge = PurgeCustomerDataIrreversibly::new(id);
    let reasons = [
        reason(settle(sandbox.omnidesk(), &client, &remove, true).await),
        reason(settle(sandbox.omnidesk(), &client, &purge, true).await),
    ];
    assert_eq!(reasons, [Reason::NoRead; 2]);
    assert_eq!(sandbox.omnidesk().requests().len(), 2);
}

/// For every fate and second writer: only a marked event that was applied is `Applied`, and a write that shows is never `NotSeen`.
#[tokio::test]
async fn no_verdict_claims_what_this_call_did_not_do() {
    let options = || OmnideskOptions::default().existing_id(ExistingId::CreateAnother);
    for (is_applied, second) in [(true, true), (true, false), (false, true), (false, false)] {
        let case = format!("{is_applied} {second}");
        let fate = |writer: SecondWriter| {
            let fate = lost(is_applied);
            if second {
                fate.second_writer(writer)
            } else {
                fate
            }
        };
        let (sandbox, client) = start(options()).await;
        let trace = meet(
            sandbox.omnidesk(),
            &client,
            create(),
            fate(SecondWriter::same()),
        )
        .await;
        let verdict = client.settle(&create(), trace).look().await.unwrap();
        let expected = match (is_applied, second) {
            (false, false) => "not seen",
            (true, true) => "cannot tell",
            _ => "in effect",
        };
        assert_eq!(word(&verdict), expected, "{case}");

        let (sandbox, client, id) = with_ana(options()).await;
        let rename = RenameCustomer::new().customer_id(id).firstname("Anna");
        let bea = SecondWriter::same().set("firstname", "Bea");
        let trace = meet(sandbox.omnidesk(), &client, rename.clone(), fate(bea)).await;
        let verdict = client.settle(&rename, trace).look().await.unwrap();
        let is_there = is_applied && !second;
        let expected = if is_there { "in effect" } else { "not seen" };
        assert_eq!(word(&verdict), expected, "{case}");

        // The same event, without the marker.
        let unmarked = SecondWriter::same().set("source_url", "https://shop.example/orders/7");
        let trace = meet(sandbox.omnidesk(), &client, marked(), fate(unmarked)).await;
        let verdict = client.settle(&marked(), trace).look().await.unwrap();
        let expected = if is_applied { "applied" } else { "not seen" };
        assert_eq!(word(&verdict), expected, "{case}");
    }
}
