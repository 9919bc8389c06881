//! Complete sequences of calls against the sandbox, with every setting of its inferred behaviour.

use customer_api_sandbox::{
    ErrorResponse, Fault, ItemResponse, NoMatch, OmnideskCustomer, OmnideskOptions, Sandbox,
    SearchResponse, TimelineResponse, WriteResponse,
};
use helpdesk_customers::{
    AddChannel, AddExternalEvent, Channel, Client, CreateCustomer, DeleteCustomer, Delivery,
    ErrorKind, GetCustomer, GetTimeline, ListCustomers, PagesErrorKind, RenameCustomer,
    SearchByChannelValue, Upsert, UpsertErrorKind, UpsertStep, Upserted,
};

use crate::support::sandbox_client;

async fn start(options: OmnideskOptions) -> (Sandbox, Client) {
    let sandbox = Sandbox::builder().omnidesk(options).start().await.unwrap();
    let client = sandbox_client(&sandbox).build().unwrap();
    (sandbox, client)
}

fn ana() -> Upsert {
    Upsert::new("cust-1", 1, "Ana", "Lopez")
        .channel(Channel::Email, "ana+1@shop.example")
        .channel(Channel::Telephone, "+64211234567")
        .custom_field("größe cm", "180 & \"more\"\r\n🙂")
}

#[tokio::test]
async fn the_life_of_a_customer() {
    let (sandbox, client) = start(OmnideskOptions::default()).await;
    let create = CreateCustomer::new(1)
        .external_id("cust-1")
        .firstname("Ana")
        .link_channel(Channel::Telephone, "+64211234567")
        .ticket_id(9)
        .no_sync();
    let created = client.send(create).await.unwrap();
    assert_eq!(
        created.message.as_deref(),
        Some("User created and channel linked.")
    );

    let found = client.send(SearchByChannelValue::new("+64211234567", 1));
    let found = found.await.unwrap();
    let id = found.customers()[0].id.unwrap();
    let rename = RenameCustomer::new().customer_id(id).lastname("O'Neil-Šá");
    client.send(rename).await.unwrap();
    let add = AddChannel::new(1)
        .customer_id(id)
        .extra_email("ana+1@shop.example");
    client.send(add).await.unwrap();
    let event = AddExternalEvent::new(1, "shop", "ordered 2 & \"3\"", "https://shop.example/?a=b")
        .external_id("cust-1");
    client.send(event).await.unwrap();

    let customer = client.send(GetCustomer::new(id)).await.unwrap();
    assert_eq!(customer.external_id.as_deref(), Some("cust-1"));
    assert_eq!(customer.firstname.as_deref(), Some("Ana"));
    assert_eq!(customer.lastname.as_deref(), Some("O'Neil-Šá"));
    assert_eq!(customer.channels.len(), 2);
    let kept = sandbox.omnidesk().customer(id).unwrap();
    assert_eq!(kept.ticket_ids, [9]);
    assert_eq!(kept.events[0].message, "ordered 2 & \"3\"");
    let timeline = client.send(GetTimeline::new(1, "cust-1")).await.unwrap();
    assert_eq!(timeline.entries().unwrap().len(), 1);

    client.send(DeleteCustomer::new(id)).await.unwrap();
    let gone = client.send(GetCustomer::new(id)).await.unwrap_err();
    assert_eq!(gone.delivery(), Delivery::Refused);
    assert!(sandbox.omnidesk().customers().is_empty());
}

#[tokio::test]
async fn an_upsert_creates_once_and_updates_then_whatever_the_responses_look_like() {
    for (search, no_match, write) in [
        (
            SearchResponse::ListEnvelope,
            NoMatch::EmptyList,
            WriteResponse::Message,
        ),
        (
            SearchResponse::ItemEnvelope,
            NoMatch::EmptyArray,
            WriteResponse::NoMessage,
        ),
        (
            SearchResponse::BareArray,
            NoMatch::EmptyArray,
            WriteResponse::EmptyBody,
        ),
        (
            SearchResponse::BareObject,
            NoMatch::EmptyList,
            WriteResponse::Null,
        ),
    ] {
        let options = OmnideskOptions::default()
            .search_response(search)
            .no_match(no_match)
            .write_response(write)
            .numbers_as_text(write == WriteResponse::Null);
        let (sandbox, client) = start(options).await;
        let outcome = client.upsert(ana()).await.unwrap();
        assert!(matches!(outcome, Upserted::Created { .. }), "{outcome:?}");
        let again = ana().custom_field("tier", "gold");
        let Upserted::Updated { before, .. } = client.upsert(again).await.unwrap() else {
            panic!("it must be updated");
        };
        let customers = sandbox.omnidesk().customers();
        let [customer] = customers.as_slice() else {
            panic!("{} customers", customers.len());
        };
        assert_eq!(before.id, Some(customer.id));
        assert_eq!(customer.last_name, "Lopez");
        assert_eq!(customer.channels.len(), 2);
        assert_eq!(customer.channels[0].value, "ana+1@shop.example");
        assert_eq!(customer.custom_fields["größe cm"], "180 & \"more\"\r\n🙂");
        assert_eq!(customer.custom_fields["tier"], "gold");
    }
}

#[tokio::test]
async fn an_upsert_that_cannot_tell_writes_nothing() {
    for (no_match, kind) in [
        (NoMatch::EmptyBody, UpsertErrorKind::Unclear),
        (NoMatch::Null, UpsertErrorKind::Unclear),
        (NoMatch::Error, UpsertErrorKind::Call),
    ] {
        for errors in [ErrorResponse::Status400, ErrorResponse::TypeIn200] {
            let options = OmnideskOptions::default().no_match(no_match).errors(errors);
            let (sandbox, client) = start(options).await;
            let error = client.upsert(ana()).await.unwrap_err();
            assert_eq!((error.step(), error.kind()), (UpsertStep::Search, kind));
            assert_eq!(error.delivery(), Delivery::Refused);
            assert_eq!(sandbox.omnidesk().applied_count(), 0);
        }
    }
}

/// After an unknown outcome, another upsert searches and continues.
#[tokio::test]
async fn an_upsert_that_may_have_happened_can_be_made_again() {
    for fault in [
        Fault::reset_before_head(),
        Fault::reset_before_head().processed(),
    ] {
        let (sandbox, client) = start(OmnideskOptions::default()).await;
        let omnidesk = sandbox.omnidesk();
        omnidesk.fault_on("createCustomerCrud", fault).unwrap();
        let error = client.upsert(ana()).await.unwrap_err();
        assert_eq!(
            (error.step(), error.delivery()),
            (UpsertStep::Create, Delivery::Unknown)
        );
        client.upsert(ana()).await.unwrap();
        assert_eq!(omnidesk.customers().len(), 1);
    }
}

#[tokio::test]
async fn letters_that_the_patterns_do_not_know_need_both_sides() {
    let options = OmnideskOptions::default().check_patterns(false);
    let sandbox = Sandbox::builder().omnidesk(options).start().await.unwrap();
    let strict = sandbox_client(&sandbox).build().unwrap();
    let lukasz = || Upsert::new("cust-2", 1, "Łukasz", "O’Brien");
    let error = strict.upsert(lukasz()).await.unwrap_err();
    assert!(error.error().unwrap().is_validation());
    let lenient = sandbox_client(&sandbox).check_patterns(false).build();
    lenient.unwrap().upsert(lukasz()).await.unwrap();
    let customer = sandbox.omnidesk().customer_by_external_id(1, "cust-2");
    assert_eq!(customer.unwrap().first_name, "Łukasz");
}

#[tokio::test]
async fn all_customers_whatever_the_pages_look_like() {
    for options in [
        OmnideskOptions::default(),
        OmnideskOptions::default().page_limit(40),
        OmnideskOptions::default().item_total(false),
        OmnideskOptions::default()
            .numbers_as_text(true)
            .page_limit(7),
    ] {
        let (sandbox, client) = start(options).await;
        for number in 0..250 {
            let customer = OmnideskCustomer::new(1, format!("cust-{number}"));
            sandbox.omnidesk().seed_customer(customer);
        }
        let mut customers = client.customers().into_items();
        for number in 0..250 {
            let customer = customers.next_item().await.unwrap().unwrap();
            assert_eq!(customer.external_id, Some(format!("cust-{number}")));
        }
        assert!(customers.next_item().await.unwrap().is_none());
    }
}

#[tokio::test]
async fn an_ignored_offset_is_an_error_and_no_endless_list() {
    let (sandbox, client) = start(OmnideskOptions::default().ignore_item_start(true)).await;
    for number in 0..250 {
        let customer = OmnideskCustomer::new(1, format!("cust-{number}"));
        sandbox.omnidesk().seed_customer(customer);
    }
    let mut customers = client.customers();
    assert!(customers.next_page().await.unwrap().is_some());
    let error = customers.next_page().await.unwrap_err();
    assert_eq!(error.kind(), PagesErrorKind::Repeated);
    assert_eq!(error.progress().items, 99);
}

#[tokio::test]
async fn the_timelines_third_parameter_is_the_callers() {
    for response in [TimelineResponse::BareArray, TimelineResponse::ListEnvelope] {
        let options = OmnideskOptions::default()
            .timeline_response(response)
            .ticket_history_parameter("tickets");
        let (sandbox, client) = start(options).await;
        let customer = OmnideskCustomer::new(1, "cust-1").with_ticket(9);
        sandbox.omnidesk().seed_customer(customer);
        let timeline = || client.call(GetTimeline::new(1, "cust-1"));
        let plain = timeline().send().await.unwrap();
        assert_eq!(plain.entries().map(<[_]>::len), Some(0));
        let whole = timeline().query("tickets", "1").send().await.unwrap();
        assert_eq!(whole.entries().unwrap()[0]["ticket_id"], 9);
    }
}

#[tokio::test]
async fn a_single_customer_in_either_shape() {
    for response in [ItemResponse::Envelope, ItemResponse::Bare] {
        let (sandbox, client) = start(OmnideskOptions::default().item_response(response)).await;
        let customer = OmnideskCustomer::new(1, "cust-1").with_custom_field("tier", "gold");
        let id = sandbox.omnidesk().seed_customer(customer);
        let customer = client.send(GetCustomer::new(id)).await.unwrap();
        assert_eq!(customer.id, Some(id));
        let others: Vec<_> = customer.others().collect();
        assert_eq!(others, [("custom_tier", &serde_json::json!("gold"))]);
    }
}

#[tokio::test]
async fn a_wrong_key_is_unauthorized() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::builder("another-key", sandbox.omnidesk().base_url());
    let client = client.build().unwrap();
    let error = client.send(ListCustomers::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Status);
    assert!(error.is_unauthorized());
}

#[cfg(feature = "undocumented")]
#[tokio::test]
async fn paths_that_are_not_documented_can_be_set() {
    use helpdesk_customers::{PurgeCustomerDataIrreversibly, RemoveChannel};

    let options = OmnideskOptions::default()
        .remove_channel_path("/api/v2/customer/itemChannel/{id}")
        .purge_path("/api/v2/customer/purgedata/{id}");
    let (sandbox, client) = start(options).await;
    let customer = OmnideskCustomer::new(1, "cust-1")
        .with_names("Ana", "Lopez")
        .with_channel("email", "ana@shop.example");
    let id = sandbox.omnidesk().seed_customer(customer);

    let guess = client.send(RemoveChannel::new(1)).await.unwrap_err();
    assert_eq!((guess.status(), guess.attempts()), (Some(404), 1));
    assert_eq!(sandbox.omnidesk().requests().len(), 1);
    let remove = client.call(RemoveChannel::new(1));
    remove
        .path("/api/v2/customer/itemChannel/1")
        .send()
        .await
        .unwrap();
    assert!(sandbox.omnidesk().customer(id).unwrap().channels.is_empty());

    let purge = client.call(PurgeCustomerDataIrreversibly::new(id));
    let path = format!("/api/v2/customer/purgedata/{id}");
    purge.path(path).send().await.unwrap();
    assert!(sandbox.omnidesk().customer(id).unwrap().purged);
}
