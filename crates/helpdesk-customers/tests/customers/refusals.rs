//! What the client rejects before it sends anything, with the provider's name of the field, and what it sends without pattern checks.

use customer_api_core::{error::ValidationError, operation::Operation};
use helpdesk_customers::{
    AddChannel, AddExternalEvent, Channel, CreateCustomer, CreateCustomerCrud, CrmChannel,
    Delivery, GetTimeline, ListCustomers, Omnidesk, RenameCustomer, SearchByChannelValue,
    SearchByExternalId, SyncWithCrm, UpdateCustomer, UpdateCustomerByExternalId,
};

#[cfg(feature = "undocumented")]
use crate::support::ok;
use crate::support::{fields_of, scripted};

/// The field for which the client rejects an operation, and the reason.
fn refusal(
    check_patterns: bool,
    operation: impl Operation<Service = Omnidesk>,
) -> (String, String) {
    let (builder, transport) = scripted([]);
    let client = builder.check_patterns(check_patterns).build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let error = runtime
        .block_on(async { client.send(operation).await.map(drop) })
        .expect_err("it must be refused");
    assert!(error.is_validation(), "{error}");
    assert_eq!((error.delivery(), error.attempts()), (Delivery::NotSent, 0));
    assert!(transport.requests().is_empty());
    let source = error.cause().unwrap();
    let source = source.downcast_ref::<ValidationError>().unwrap();
    (source.field().to_owned(), source.to_string())
}

/// Rejected whether patterns are checked or not.
fn assert_refused(field: &str, operation: impl Operation<Service = Omnidesk> + Clone) {
    assert_eq!(refusal(true, operation.clone()).0, field);
    assert_eq!(refusal(false, operation).0, field);
}

/// Rejected only for its pattern. A client that does not check patterns sends it.
fn assert_pattern(field: &str, value: &str, operation: impl Operation<Service = Omnidesk> + Clone) {
    let (refused, reason) = refusal(true, operation.clone());
    assert_eq!(refused, field, "{value:?}");
    assert!(reason.contains("must match"), "{reason}");
    let sent = fields_of(|builder| builder.check_patterns(false), operation);
    assert!(sent.contains(&(field.to_owned(), value.to_owned())));
}

/// Every call that takes a name rejects this one for its pattern, as the first name and as the last name.
fn assert_name_breaks_the_pattern(name: &str) {
    let field = "firstname";
    let create = CreateCustomer::new(1).external_id("c");
    assert_pattern(field, name, create.clone().firstname(name));
    let rename = RenameCustomer::new().customer_id(1);
    assert_pattern(field, name, rename.clone().firstname(name));
    let update = UpdateCustomer::new(7, 1);
    assert_pattern(field, name, update.clone().firstname(name));
    let by_external_id = UpdateCustomerByExternalId::new("c", 1);
    assert_pattern(field, name, by_external_id.clone().firstname(name));
    assert_pattern(field, name, CreateCustomerCrud::new("c", 1, name, "B"));

    let field = "lastname";
    assert_pattern(field, name, create.lastname(name));
    assert_pattern(field, name, rename.lastname(name));
    assert_pattern(field, name, update.lastname(name));
    assert_pattern(field, name, by_external_id.lastname(name));
    assert_pattern(field, name, CreateCustomerCrud::new("c", 1, "A", name));
}

#[test]
fn names_with_letters_that_the_provider_does_not_know() {
    for name in [
        "Łukasz",
        "O’Brien",
        "Ž",
        "ő",
        "R2D2",
        "a×b",
        "a÷b",
        "Ana\n",
        "\nAna",
        "Ana\tB",
        "李",
        "Ana_B",
        "Ana,",
    ] {
        assert_name_breaks_the_pattern(name);
    }
}

#[test]
fn names_that_the_provider_knows() {
    for name in [
        "a",
        "Z",
        "À",
        "Ö",
        "Ø",
        "Þ",
        "ß",
        "ö",
        "ø",
        "ÿ",
        "Š",
        "š",
        "A. B-C 'd",
        " ",
    ] {
        let sent = fields_of(|builder| builder, UpdateCustomer::new(7, 1).lastname(name));
        assert!(sent.contains(&("lastname".to_owned(), name.to_owned())));
    }
}

#[test]
fn empty_names() {
    let create = CreateCustomer::new(1).external_id("c");
    assert_refused("firstname", create.clone().firstname(""));
    assert_refused("lastname", create.lastname(""));
    let rename = RenameCustomer::new().customer_id(1);
    assert_refused("firstname", rename.clone().firstname(""));
    assert_refused("lastname", rename.lastname(""));
    assert_refused("firstname", UpdateCustomer::new(7, 1).firstname(""));
    assert_refused("lastname", UpdateCustomer::new(7, 1).lastname(""));
    let update = UpdateCustomerByExternalId::new("c", 1);
    assert_refused("firstname", update.clone().firstname(""));
    assert_refused("lastname", update.lastname(""));
    assert_refused("firstname", CreateCustomerCrud::new("c", 1, "", "B"));
    assert_refused("lastname", CreateCustomerCrud::new("c", 1, "A", ""));
}

#[test]
fn the_other_patterns() {
    let create = CreateCustomer::new(1).external_id("c");
    for telephone in ["64211234567", "+", "+64 21", "+64a", "+64\n"] {
        assert_pattern(
            "extra_telephone",
            telephone,
            create.clone().extra_telephone(telephone),
        );
        assert_pattern(
            "extra_telephone",
            telephone,
            AddChannel::new(1).customer_id(1).extra_telephone(telephone),
        );
    }
    for account in ["zoë", "a-b", "@a", "a\n"] {
        assert_pattern(
            "extra_twitter",
            account,
            AddChannel::new(1).customer_id(1).extra_twitter(account),
        );
    }
    for channel in ["whatsapp", "Email", "1a", "email\n", "-1"] {
        assert_pattern(
            "channel_id",
            channel,
            create
                .clone()
                .link_channel(Channel::Other(channel.to_owned()), "x"),
        );
    }
    for query in ["ana@shop.example", "+64", "é", "a\n", "a-b"] {
        assert_eq!(refusal(true, ListCustomers::new().query(query)).0, "query");
    }
}

#[test]
fn a_refusal_does_not_quote_the_value() {
    let create = CreateCustomer::new(1).external_id("c");
    let (_, reason) = refusal(true, create.clone().extra_telephone("planted"));
    let way_out = "(a client with `check_patterns(false)` sends it all the same)";
    assert_eq!(
        reason,
        format!(r"`extra_telephone` must match ^\+[0-9]+$ {way_out}")
    );
    let (_, reason) = refusal(true, create.firstname("planted7"));
    let place = format!(", and its character 8 does not {way_out}");
    assert!(reason.ends_with(&place), "{reason}");
    assert!(!reason.contains("planted"), "{reason}");
}

#[test]
fn empty_values() {
    assert_refused("query", ListCustomers::new().query(""));
    assert_refused("external_id", GetTimeline::new(1, ""));
    assert_refused("primary_id", SearchByExternalId::new("", 1));
    assert_refused("customerChannelValue", SearchByChannelValue::new("", 1));
    assert_refused("primary_id", CreateCustomer::new(1).external_id(""));
    assert_refused(
        "search_customer_channel_value",
        CreateCustomer::new(1).search_channel_value(""),
    );
    let create = CreateCustomer::new(1).external_id("c");
    assert_refused(
        "customer_link_channel",
        create.clone().link_channel(Channel::Email, ""),
    );
    assert_refused(
        "channel_id",
        create
            .clone()
            .link_channel(Channel::Other(String::new()), "x"),
    );
    assert_refused("extra_email", create.clone().extra_email(""));
    assert_refused("extra_telephone", create.extra_telephone(""));
    assert_refused("primaryID", RenameCustomer::new().external_id(""));
    assert_refused("primaryID", CreateCustomerCrud::new("", 1, "A", "B"));
    assert_refused("externalPrimaryID", UpdateCustomerByExternalId::new("", 1));
    let add = AddChannel::new(1).external_id("c");
    assert_refused("extra_email", add.clone().extra_email(""));
    assert_refused("extra_twitter", add.extra_twitter(""));
    assert_refused(
        "primary_id",
        AddChannel::new(1).external_id("").extra_facebook(1),
    );
    let sync = SyncWithCrm::new(1, CrmChannel::Email);
    assert_refused("address", sync.address(""));
    for (field, event) in [
        ("initiated_by", AddExternalEvent::new(1, "", "m", "s")),
        ("message", AddExternalEvent::new(1, "i", "", "s")),
        ("source_url", AddExternalEvent::new(1, "i", "m", "")),
    ] {
        assert_refused(field, event.customer_id(1));
    }
    let event = AddExternalEvent::new(1, "i", "m", "s");
    assert_refused("external_id", event.external_id(""));
}

#[test]
fn a_page_that_is_too_small_or_too_large() {
    for limit in [0, 100, u64::MAX] {
        assert_refused("itemLimit", ListCustomers::new().item_limit(limit));
    }
    let (_, reason) = refusal(true, ListCustomers::new().item_limit(100));
    assert_eq!(reason, "`itemLimit` must be from 1 to 99");
}

#[test]
fn nobody_is_named() {
    assert_eq!(
        refusal(true, CreateCustomer::new(1).firstname("Ana")),
        (
            "primary_id".to_owned(),
            "`primary_id` or `search_customer_channel_value` must be set".to_owned()
        )
    );
    assert_eq!(
        refusal(true, RenameCustomer::new().firstname("Ana")),
        (
            "primaryID".to_owned(),
            "`primaryID` or `brandID` or `customerID` must be set".to_owned()
        )
    );
    assert_eq!(
        refusal(true, AddExternalEvent::new(1, "i", "m", "s")),
        (
            "customer_id".to_owned(),
            "`customer_id` or `external_id` must be set".to_owned()
        )
    );
    assert_refused("customer_id", AddChannel::new(1).extra_facebook(1));
    assert_refused("customer_id", AddChannel::new(1));
}

#[test]
fn a_channel_without_an_address() {
    for add in [
        AddChannel::new(1).customer_id(1),
        AddChannel::new(1).external_id("c").no_sync(),
    ] {
        let (field, reason) = refusal(true, add);
        assert_eq!(field, "extra_email");
        assert_eq!(
            reason,
            "`extra_email` or `extra_telephone` or `extra_twitter` or `extra_facebook` must be set"
        );
    }
}

#[test]
fn names_of_custom_fields() {
    for (name, field) in [
        ("", "custom_"),
        ("custom_", "custom_custom_"),
        ("custom_testfield", "custom_custom_testfield"),
    ] {
        let create = CreateCustomer::new(1).external_id("c");
        assert_refused(field, create.custom_field(name, "v"));
        let rename = RenameCustomer::new().customer_id(1);
        assert_refused(field, rename.custom_field(name, "v"));
        assert_refused(field, UpdateCustomer::new(7, 1).custom_field(name, "v"));
        let update = UpdateCustomerByExternalId::new("c", 1);
        assert_refused(field, update.custom_field(name, "v"));
        let crud = CreateCustomerCrud::new("c", 1, "A", "B");
        assert_refused(field, crud.custom_field(name, "v"));
    }
    let twice = UpdateCustomer::new(7, 1)
        .custom_field("a", "1")
        .custom_field("b", "2")
        .custom_field("a", "3");
    assert_refused("custom_a", twice);
}

#[test]
fn half_a_channel() {
    for (channel_type, value, field) in [
        ("", "x", "customerChannelType_1"),
        ("1", "", "customerChannelValue_1"),
    ] {
        let update = UpdateCustomer::new(7, 1).channel("1", "x");
        assert_refused(field, update.channel(channel_type, value));
        let update = UpdateCustomerByExternalId::new("c", 1).channel("1", "x");
        assert_refused(field, update.channel(channel_type, value));
        let crud = CreateCustomerCrud::new("c", 1, "A", "B").channel("1", "x");
        assert_refused(field, crud.channel(channel_type, value));
    }
}

#[cfg(feature = "undocumented")]
#[tokio::test]
async fn a_path_of_the_callers_that_is_none() {
    use helpdesk_customers::RemoveChannel;

    for path in [
        "",
        "api",
        "/a?b",
        "/a#b",
        "/a/../b",
        "/%2e%2e/b",
        "/a b",
        "/a\n",
    ] {
        let (builder, transport) = scripted([ok("")]);
        let client = builder.build().unwrap();
        let call = client.call(RemoveChannel::new(7)).path(path).send();
        let error = call.await.unwrap_err();
        assert!(error.is_validation(), "{error}");
        assert!(transport.requests().is_empty());
    }
}

#[test]
fn a_custom_field_that_might_arrive_as_another_is_refused() {
    for name in [
        "a\"b",
        "a%22b",
        "a\rb",
        "a\nb",
        "a%0D%0ab",
        "a\\",
        "a\"b\r\nX-Evil: 1\r\n\r\nc",
    ] {
        let create = CreateCustomer::new(1).external_id("c");
        assert_refused(&format!("custom_{name}"), create.custom_field(name, "x"));
        // The names of a form arrive unchanged.
        let update = UpdateCustomer::new(7, 1).custom_field(name, "x");
        let sent = fields_of(|builder| builder, update);
        assert!(
            sent.contains(&(format!("custom_{name}"), "x".to_owned())),
            "{name}"
        );
    }
}
