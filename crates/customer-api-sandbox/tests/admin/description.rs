use serde_json::Value;

use crate::api::{Admin, description};

#[tokio::test]
async fn the_api_serves_its_description() {
    let admin = Admin::start().await;
    assert_eq!(admin.get("/openapi.json").await, description());
}

#[test]
fn every_reference_leads_somewhere() {
    let description = description();
    let mut left = vec![&description];
    let mut count = 0;
    while let Some(value) = left.pop() {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            let target = description.pointer(reference.strip_prefix('#').unwrap());
            assert!(target.is_some(), "{reference}");
            count += 1;
        }
        match value {
            Value::Object(fields) => left.extend(fields.values()),
            Value::Array(items) => left.extend(items),
            _ => {}
        }
    }
    assert!(count > 50, "{count}");
}

#[tokio::test]
async fn every_path_is_served_and_any_other_is_not() {
    let admin = Admin::start().await;
    let description = description();
    for (path, operations) in description["paths"].as_object().unwrap() {
        let target = path.replace("{provider}", "ravelin").replace("{id}", "1");
        for method in operations.as_object().unwrap().keys() {
            if ["parameters", "events"].contains(&method.as_str()) || path == "/events" {
                continue;
            }
            let (status, answer) = admin.call(&method.to_uppercase(), &target, None).await;
            assert_ne!(status, 405, "{method} {path}");
            // Only a record that is not there.
            if status == 404 {
                let detail = answer["detail"].as_str().unwrap();
                assert!(!detail.contains("is no path"), "{method} {path}: {detail}");
            }
        }
    }
}
