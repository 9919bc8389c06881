//! The example programs, run as programs against the sandbox.
//!
//! `cargo test` builds them; `cargo test --test examples` alone does not, and finds what is there.
#![cfg(test)]

use std::{
    env,
    env::consts::EXE_SUFFIX,
    fs,
    path::PathBuf,
    process::{self, Command, Output},
};

use customer_api_sandbox::{Fault, RevnueCustomer, RevnueListResponse, RevnueOptions, Sandbox};

/// A folder of a test's own, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("revnue-{name}-{}", process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// An example, with these variables alone.
fn example(name: &str, variables: &[(&str, &str)]) -> Command {
    let tests = env::current_exe().unwrap();
    let target = tests.ancestors().nth(2).unwrap();
    let path = target.join("examples").join(format!("{name}{EXE_SUFFIX}"));
    assert!(path.exists(), "{name} is not built: `cargo test` does it");
    let mut program = Command::new(path);
    program
        .env_clear()
        .envs(env::vars_os().filter(|(name, _)| !name.to_string_lossy().starts_with("REVNUE_")))
        .envs(variables.iter().copied());
    program
}

/// Exit code, what it wrote, and what it said.
fn outcome(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = output.status.code().unwrap();
    (code, text(&output.stdout), text(&output.stderr))
}

/// Runs an example against a sandbox.
fn run(name: &str, sandbox: &Sandbox, arguments: &[&str]) -> (i32, String, String) {
    let server = sandbox.revnue();
    let variables = [
        ("REVNUE_TOKEN", server.token()),
        ("REVNUE_BASE_URL", server.base_url()),
    ];
    outcome(&example(name, &variables).args(arguments).output().unwrap())
}

async fn with_customers(company: u64, count: u64) -> Sandbox {
    let options = RevnueOptions::default().list_response(RevnueListResponse::Pages(100));
    let sandbox = Sandbox::builder().revnue(options).start().await.unwrap();
    for number in 0..count {
        let customer = RevnueCustomer::new(company, format!("Customer {number}"));
        sandbox
            .revnue()
            .seed_customer(customer.with("category", 17));
    }
    sandbox
}

#[test]
fn help_and_wrong_command_lines() {
    let list = |arguments: &[&str]| {
        outcome(
            &example("list_customers", &[])
                .args(arguments)
                .output()
                .unwrap(),
        )
    };
    let (code, written, _) = list(&["--help"]);
    assert!(code == 0 && written.contains("Exit code: 0"), "{written}");
    for wrong in [&["--company", "x"][..], &["a", "b"], &["--what"]] {
        let (code, _, said) = list(wrong);
        assert_eq!(code, 2, "{wrong:?}");
        assert!(
            said.starts_with("error: ") && said.contains("--help"),
            "{said}"
        );
    }
    let (code, _, said) = list(&[]);
    assert!(
        code == 1 && said.contains("`REVNUE_TOKEN` is not set"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn customers_are_listed() {
    let sandbox = with_customers(7, 250).await;
    let folder = Folder::new("list");
    let file = folder.file("customers.jsonl");
    let (code, written, said) = run("list_customers", &sandbox, &["--company", "7"]);
    assert_eq!((code, written.lines().count()), (0, 250), "{said}");
    assert!(said.contains("page 3: 250 customers so far"), "{said}");
    let (code, ..) = run("list_customers", &sandbox, &["--company", "7", &file]);
    assert_eq!(code, 0);
    assert_eq!(fs::read_to_string(&file).unwrap(), written);
    // What is there is not overwritten.
    assert_eq!(
        run("list_customers", &sandbox, &["--company", "7", &file]).0,
        1
    );

    sandbox.revnue().fault(Fault::status(401));
    let (code, _, said) = run("list_customers", &sandbox, &["--company", "7"]);
    assert!(
        code == 1 && said.starts_with("error: ") && said.contains("401"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_customer_is_updated() {
    let sandbox = with_customers(1, 1).await;
    let (code, written, said) = run("update_customer", &sandbox, &["1", "Salem"]);
    assert_eq!(code, 0, "{said}");
    assert!(
        written.contains("done") && written.contains("Salem"),
        "{written}"
    );
}
