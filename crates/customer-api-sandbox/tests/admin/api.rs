//! A caller of the admin API that compares each answer with the description.

use customer_api_sandbox::{Sandbox, SandboxBuilder};
use serde_json::{Value, json};

use crate::common::{Client, JSON, Response};

/// The description, as the API serves it.
pub(crate) fn description() -> Value {
    serde_json::from_str(include_str!("../../src/console/openapi.json")).unwrap()
}

/// Waits for what must happen soon. A test that waits for ever shows nothing.
pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    let limit = std::time::Duration::from_secs(60);
    tokio::time::timeout(limit, what).await.unwrap()
}

/// A running sandbox and its admin API.
pub(crate) struct Admin {
    pub(crate) sandbox: Sandbox,
    description: Value,
}

impl Admin {
    pub(crate) async fn start() -> Self {
        Self::of(Sandbox::builder()).await
    }

    pub(crate) async fn of(builder: SandboxBuilder) -> Self {
        Self {
            sandbox: builder.admin(0).start().await.unwrap(),
            description: description(),
        }
    }

    pub(crate) fn url(&self) -> &str {
        self.sandbox.admin_url().unwrap()
    }

    /// Sends a request, and returns status and body after comparing both with the description.
    pub(crate) async fn call(
        &self,
        method: &str,
        target: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        let text = body.as_ref().map(Value::to_string).unwrap_or_default();
        let mut client = Client::connect(self.url()).await;
        client.send(method, target, &[JSON], &text).await;
        let response = client.response().await;
        self.check(method, target, &response)
    }

    pub(crate) async fn get(&self, target: &str) -> Value {
        let (status, body) = self.call("GET", target, None).await;
        assert_eq!(status, 200, "{target}: {body}");
        body
    }

    /// Sends a change that must succeed.
    pub(crate) async fn done(&self, method: &str, target: &str, body: Value) -> Value {
        let (status, answer) = self.call(method, target, Some(body)).await;
        assert!((200..300).contains(&status), "{target}: {answer}");
        answer
    }

    /// Sends a change that must be refused, and returns the problem.
    pub(crate) async fn refused(&self, method: &str, target: &str, body: Value) -> Value {
        let (status, problem) = self.call(method, target, Some(body)).await;
        assert_eq!(status, 400, "{target}: {problem}");
        problem
    }

    fn check(&self, method: &str, target: &str, response: &Response) -> (u16, Value) {
        let status = response.status.unwrap();
        let (operation, place) = self.operation(method, target);
        let answers = &operation["responses"];
        let known = answers.get(status.to_string());
        let (answer, media) = match known {
            Some(answer) => (answer, "application/json"),
            None => {
                assert!(status >= 400, "{place}: {status} is not described");
                let problem = &self.description["components"]["responses"]["Problem"];
                (problem, "application/problem+json")
            }
        };
        let Some(schema) = answer.pointer(&format!("/content/{}/schema", media.replace('/', "~1")))
        else {
            assert!(response.body.is_empty(), "{place}: {status} has a body");
            return (status, Value::Null);
        };
        assert_eq!(response.header("content-type"), Some(media), "{place}");
        // So that a shell's prompt starts on a new line.
        assert!(
            target == "/openapi.json" || response.body.ends_with(b"\n"),
            "{place}"
        );
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        let whole = json!({ "components": self.description["components"], "allOf": [schema] });
        let validator = jsonschema::validator_for(&whole).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&body)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{place}: {errors:?} in {body}");
        (status, body)
    }

    fn operation(&self, method: &str, target: &str) -> (&Value, String) {
        let path = target.split('?').next().unwrap();
        let paths = self.description["paths"].as_object().unwrap();
        let fits = |template: &str| {
            let (template, path): (Vec<_>, Vec<_>) =
                (template.split('/').collect(), path.split('/').collect());
            let same = |(wanted, given): (&&str, &&str)| wanted == given || wanted.starts_with('{');
            template.len() == path.len() && template.iter().zip(&path).all(same)
        };
        let exact = paths
            .get(path)
            .filter(|path| path.get(method.to_lowercase()).is_some());
        let found = exact.or_else(|| {
            let mut templates = paths.iter().filter(|(template, _)| fits(template));
            templates.next().map(|(_, path)| path)
        });
        let place = format!("{method} {path}");
        let operation = found.and_then(|path| path.get(method.to_lowercase()));
        (
            operation.unwrap_or_else(|| panic!("{place} is not described")),
            place,
        )
    }
}
