//! The calls with a multipart body: every `POST`.

use helpdesk_customers::{
    AddChannel, AddExternalEvent, Channel, CreateCustomer, CreateCustomerCrud, CrmChannel,
    SearchByChannelValue, SearchByExternalId, SyncWithCrm,
};

use super::{AWKWARD, assert_multipart};

#[tokio::test]
async fn create_customer_with_everything() {
    let create = CreateCustomer::new(1)
        .custom_field("testfield", AWKWARD)
        .custom_field("Straße & Nr. 5", "")
        .extra_telephone("+64211234567")
        .extra_email("zoe+1@shop.example")
        .ticket_id(u64::MAX)
        .lastname("O'Neil-Šá")
        .firstname("Zoë A.")
        .no_sync()
        .external_id(AWKWARD)
        .search_channel_value("+64 21")
        .link_channel(Channel::Id(1), AWKWARD);
    assert_multipart(
        create,
        "POST /api/v2/customer",
        &[
            ("channel_id", "1"),
            ("customer_link_channel", AWKWARD),
            ("search_customer_channel_value", "+64 21"),
            ("brand_id", "1"),
            ("primary_id", AWKWARD),
            ("noSync", "true"),
            ("firstname", "Zoë A."),
            ("lastname", "O'Neil-Šá"),
            ("ticket_id", "18446744073709551615"),
            ("extra_email", "zoe+1@shop.example"),
            ("extra_telephone", "+64211234567"),
            ("custom_testfield", AWKWARD),
            ("custom_Straße & Nr. 5", ""),
        ],
    )
    .await;
}

#[tokio::test]
async fn create_customer_with_nothing_optional() {
    assert_multipart(
        CreateCustomer::new(1).external_id("cust-1"),
        "POST /api/v2/customer",
        &[("brand_id", "1"), ("primary_id", "cust-1")],
    )
    .await;
    assert_multipart(
        CreateCustomer::new(1).search_channel_value("ana@shop.example"),
        "POST /api/v2/customer",
        &[
            ("search_customer_channel_value", "ana@shop.example"),
            ("brand_id", "1"),
        ],
    )
    .await;
}

#[tokio::test]
async fn the_channels_that_can_be_linked() {
    for (channel, name) in [
        (Channel::Email, "email"),
        (Channel::Telephone, "telephone"),
        (Channel::Facebook, "facebook"),
        (Channel::Twitter, "twitter"),
        (Channel::Id(13), "13"),
        (Channel::Other("7".to_owned()), "7"),
    ] {
        assert_multipart(
            CreateCustomer::new(1)
                .external_id("c")
                .link_channel(channel, "x"),
            "POST /api/v2/customer",
            &[
                ("channel_id", name),
                ("customer_link_channel", "x"),
                ("brand_id", "1"),
                ("primary_id", "c"),
            ],
        )
        .await;
    }
}

#[tokio::test]
async fn the_searches() {
    for id in ["cust-1", AWKWARD] {
        assert_multipart(
            SearchByExternalId::new(id, 1),
            "POST /api/v2/customer/SearchByPrimaryExternalID",
            &[("primary_id", id), ("brand_id", "1")],
        )
        .await;
        assert_multipart(
            SearchByChannelValue::new(id, 1),
            "POST /api/v2/customer/SearchByCustomerChannelValue",
            &[("customerChannelValue", id), ("brand_id", "1")],
        )
        .await;
    }
}

#[tokio::test]
async fn add_channel() {
    let everything = AddChannel::new(1)
        .no_sync()
        .extra_facebook(u64::MAX)
        .extra_twitter("zoe_1 x")
        .extra_telephone("+64211234567")
        .extra_email(AWKWARD)
        .external_id(AWKWARD)
        .customer_id(42);
    assert_multipart(
        everything,
        "POST /api/v2/customer/addChannelOnly",
        &[
            ("customer_id", "42"),
            ("primary_id", AWKWARD),
            ("brand_id", "1"),
            ("extra_email", AWKWARD),
            ("extra_telephone", "+64211234567"),
            ("extra_twitter", "zoe_1 x"),
            ("extra_facebook", "18446744073709551615"),
            ("noSync", "true"),
        ],
    )
    .await;
    assert_multipart(
        AddChannel::new(1).customer_id(42).extra_facebook(7),
        "POST /api/v2/customer/addChannelOnly",
        &[
            ("customer_id", "42"),
            ("brand_id", "1"),
            ("extra_facebook", "7"),
        ],
    )
    .await;
}

#[tokio::test]
async fn add_external_event() {
    let event =
        || AddExternalEvent::new(1, "the \"shop\"", AWKWARD, "https://shop.example/?a=b&c=d");
    let texts = [
        ("brand_id", "1"),
        ("initiated_by", "the \"shop\""),
        ("message", AWKWARD),
        ("source_url", "https://shop.example/?a=b&c=d"),
    ];
    let with = |ids: &[(&'static str, &'static str)]| [ids, &texts].concat();
    let line = "POST /api/v2/customer/externalEvent";
    let both = event().external_id(AWKWARD).customer_id(42);
    assert_multipart(
        both,
        line,
        &with(&[("customer_id", "42"), ("external_id", AWKWARD)]),
    )
    .await;
    assert_multipart(
        event().customer_id(42),
        line,
        &with(&[("customer_id", "42")]),
    )
    .await;
    assert_multipart(
        event().external_id("c"),
        line,
        &with(&[("external_id", "c")]),
    )
    .await;
}

#[tokio::test]
async fn sync_with_crm() {
    let line = "POST /api/v2/customer/syncWithCRM";
    for (channel, name) in [
        (CrmChannel::PhoneNumber, "phoneNumber"),
        (CrmChannel::Email, "email"),
        (CrmChannel::unlisted("telephone"), "telephone"),
    ] {
        assert_multipart(
            SyncWithCrm::new(1, channel),
            line,
            &[("brandID", "1"), ("channel", name)],
        )
        .await;
    }
    assert_multipart(
        SyncWithCrm::new(1, CrmChannel::PhoneNumber).address(AWKWARD),
        line,
        &[
            ("brandID", "1"),
            ("channel", "phoneNumber"),
            ("address", AWKWARD),
        ],
    )
    .await;
}

#[tokio::test]
async fn create_customer_crud() {
    let create = CreateCustomerCrud::new(AWKWARD, 1, "Zoë", "O'Neil")
        .channel(Channel::Id(1), "zoe+1@shop.example")
        .custom_field("testfield", AWKWARD)
        .channel("telephone", AWKWARD)
        .custom_field("größe cm", "180");
    assert_multipart(
        create,
        "POST /api/v2/customer/createCustomerCRUD",
        &[
            ("primaryID", AWKWARD),
            ("brandID", "1"),
            ("firstname", "Zoë"),
            ("lastname", "O'Neil"),
            ("custom_testfield", AWKWARD),
            ("custom_größe cm", "180"),
            ("customerChannelType_0", "1"),
            ("customerChannelValue_0", "zoe+1@shop.example"),
            ("customerChannelType_1", "telephone"),
            ("customerChannelValue_1", AWKWARD),
        ],
    )
    .await;
    assert_multipart(
        CreateCustomerCrud::new("c", 1, "A", "B"),
        "POST /api/v2/customer/createCustomerCRUD",
        &[
            ("primaryID", "c"),
            ("brandID", "1"),
            ("firstname", "A"),
            ("lastname", "B"),
        ],
    )
    .await;
}
