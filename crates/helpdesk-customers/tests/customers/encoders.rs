//! Any text in any field arrives unchanged in its place, in either encoding.

use helpdesk_customers::{
    AddExternalEvent, Channel, CreateCustomer, CreateCustomerCrud, GetTimeline, Omnidesk,
    Operation, SearchByChannelValue, UpdateCustomer, UpdateCustomerByExternalId,
};
use proptest::prelude::*;

use crate::support::{fields_of, ok, scripted};

fn fields(operation: impl Operation<Service = Omnidesk>) -> Vec<(String, String)> {
    fields_of(|builder| builder.check_patterns(false), operation)
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// Custom fields with different names that are neither empty nor prefixed. Some names can't be sent in a multipart form. Another
/// test covers their rejection.
fn custom_fields() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::btree_map("[a-zA-Z0-9_ äöüßÄ&=+%.;-]{1,12}", any::<String>(), 0..5)
        .prop_map(|fields| fields.into_iter().collect::<Vec<_>>())
        .prop_filter("prefixed, or not to be sent", |fields| {
            fields.iter().all(|(name, _)| {
                let lower = name.to_ascii_lowercase();
                let is_escape = ["%22", "%0a", "%0d"]
                    .iter()
                    .any(|escape| lower.contains(escape));
                !name.starts_with("custom_") && !is_escape
            })
        })
}

fn channels() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::vec(("(?s).{1,8}", "(?s).{1,30}"), 0..5)
}

/// The expected dynamic fields of a request.
fn dynamic(custom: &[(String, String)], channels: &[(String, String)]) -> Vec<(String, String)> {
    let mut expected: Vec<_> = custom
        .iter()
        .map(|(name, value)| (format!("custom_{name}"), value.clone()))
        .collect();
    for (index, (channel_type, value)) in channels.iter().enumerate() {
        expected.push((format!("customerChannelType_{index}"), channel_type.clone()));
        expected.push((format!("customerChannelValue_{index}"), value.clone()));
    }
    expected
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn forms(
        id in "(?s).{1,30}",
        brand in any::<u64>(),
        name in "(?s).{1,30}",
        custom in custom_fields(),
        channels in channels(),
    ) {
        let mut update = UpdateCustomerByExternalId::new(&*id, brand).lastname(&*name);
        let mut by_id = UpdateCustomer::new(brand, brand).lastname(&*name);
        for (name, value) in &custom {
            update = update.custom_field(name, value);
            by_id = by_id.custom_field(name, value);
        }
        for (channel_type, value) in &channels {
            update = update.channel(channel_type, value);
            by_id = by_id.channel(channel_type, value);
        }
        let brand = brand.to_string();
        let mut expected = pairs(&[("brandID", &brand), ("lastname", &name)]);
        expected.extend(dynamic(&custom, &channels));
        prop_assert_eq!(fields(by_id), &*expected);
        expected.insert(0, ("externalPrimaryID".to_owned(), id));
        prop_assert_eq!(fields(update), expected);
    }

    #[test]
    fn multiparts(
        id in "(?s).{1,30}",
        names in ("(?s).{1,30}", "(?s).{1,30}"),
        custom in custom_fields(),
        channels in channels(),
    ) {
        let mut create = CreateCustomerCrud::new(&*id, 1, &*names.0, &*names.1);
        for (name, value) in &custom {
            create = create.custom_field(name, value);
        }
        for (channel_type, value) in &channels {
            create = create.channel(channel_type, value);
        }
        let mut expected = pairs(&[
            ("primaryID", &id),
            ("brandID", "1"),
            ("firstname", &names.0),
            ("lastname", &names.1),
        ]);
        expected.extend(dynamic(&custom, &channels));
        prop_assert_eq!(fields(create), expected);
    }

    #[test]
    fn multiparts_without_numbers(texts in prop::array::uniform4("(?s).{1,40}"), custom in custom_fields()) {
        let [a, b, c, d] = &texts;
        let event = AddExternalEvent::new(1, a, b, c).external_id(d);
        prop_assert_eq!(fields(event), pairs(&[
            ("external_id", d),
            ("brand_id", "1"),
            ("initiated_by", a),
            ("message", b),
            ("source_url", c),
        ]));
        let search = SearchByChannelValue::new(a, 1);
        prop_assert_eq!(fields(search), pairs(&[("customerChannelValue", a), ("brand_id", "1")]));
        let mut create = CreateCustomer::new(1)
            .link_channel(Channel::Other(a.clone()), b)
            .external_id(c)
            .extra_email(d);
        for (name, value) in &custom {
            create = create.custom_field(name, value);
        }
        let mut expected = pairs(&[
            ("channel_id", a),
            ("customer_link_channel", b),
            ("brand_id", "1"),
            ("primary_id", c),
            ("extra_email", d),
        ]);
        expected.extend(dynamic(&custom, &[]));
        prop_assert_eq!(fields(create), expected);
    }

    #[test]
    fn queries(id in "(?s).{1,40}", name in "(?s).{0,10}", value in "(?s).{0,20}") {
        let (builder, transport) = scripted([ok("[]")]);
        let client = builder.build().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let call = client.call(GetTimeline::new(1, &*id)).query(&*name, &*value).send();
        let outcome = runtime.block_on(call);
        prop_assert!(outcome.is_ok());
        let url = url::Url::parse(&transport.requests()[0].uri().to_string()).unwrap();
        let read: Vec<_> = url.query_pairs().into_owned().collect();
        prop_assert_eq!(read, pairs(&[("brand_id", "1"), ("external_id", &id), (&name, &value)]));
        prop_assert_eq!(url.path(), "/api/v2/customer/timelineByCustomerExternalID");
    }
}
