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

use customer_api_sandbox::{Fault, OmnideskCustomer, Sandbox};

/// A folder of a test's own, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("helpdesk-{name}-{}", process::id()));
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
        .envs(env::vars_os().filter(|(name, _)| !name.to_string_lossy().starts_with("OMNIDESK_")))
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
    let server = sandbox.omnidesk();
    let variables = [
        ("OMNIDESK_API_KEY", server.api_key()),
        ("OMNIDESK_BASE_URL", server.base_url()),
    ];
    outcome(&example(name, &variables).args(arguments).output().unwrap())
}

const LIST: &str = r#"{"id": "cust-1", "firstname": "Ana", "lastname": "Lopez", "channels": {"telephone": "+64211234567"}}

{"id": "cust-2", "firstname": "Zoë", "lastname": "O'Neil", "fields": {"tier": "gold"}}
"#;

#[test]
fn help_and_wrong_command_lines() {
    for (name, wrongs) in [
        ("sync_customers", [&["--brand", "x"][..], &[]]),
        ("export_customers", [&["--what"], &["a", "b"]]),
    ] {
        let (code, written, _) = outcome(&example(name, &[]).arg("--help").output().unwrap());
        assert!(code == 0 && written.contains("Exit code: 0"), "{written}");
        for wrong in wrongs {
            let (code, _, said) = outcome(&example(name, &[]).args(wrong).output().unwrap());
            assert_eq!(code, 2, "{name} {wrong:?}");
            assert!(
                said.starts_with("error: ") && said.contains("--help"),
                "{said}"
            );
        }
    }
    let output = example("export_customers", &[]).output().unwrap();
    let (code, _, said) = outcome(&output);
    assert_eq!(code, 1);
    assert!(said.contains("`OMNIDESK_API_KEY` is not set"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn customers_are_synchronised() {
    let sandbox = Sandbox::start().await.unwrap();
    let ana = OmnideskCustomer::new(1, "cust-1").with_names("Anna", "Lopez");
    sandbox.omnidesk().seed_customer(ana);
    let folder = Folder::new("sync");
    let list = folder.file("customers.jsonl");
    fs::write(&list, LIST).unwrap();
    let sync = ["--brand", "1", &list];

    let (code, written, said) = run(
        "sync_customers",
        &sandbox,
        &[&sync[..], &["--dry-run"]].concat(),
    );
    assert_eq!((code, &*written), (0, ""), "{said}");
    assert!(sandbox.omnidesk().requests().is_empty());

    let (code, written, said) = run("sync_customers", &sandbox, &sync);
    assert_eq!(
        (code, &*written),
        (0, "cust-1\tupdated\ncust-2\tcreated\n"),
        "{said}"
    );
    assert!(
        said.contains("2 of 2: 1 created, 1 updated, 0 failed"),
        "{said}"
    );

    // One that may have been written: running it again settles it.
    let lost = Fault::status(503).processed();
    sandbox
        .omnidesk()
        .fault_on("updateCustomerByExternalId", lost)
        .unwrap();
    let (code, written, said) = run("sync_customers", &sandbox, &sync);
    assert_eq!(
        (code, &*written),
        (3, "cust-1\tunknown\ncust-2\tupdated\n"),
        "{said}"
    );
    let (code, ..) = run("sync_customers", &sandbox, &sync);
    assert_eq!(code, 0);

    // A broken line stops everything; a key that is refused stops at once.
    fs::write(&list, format!("{LIST}{{\"id\": 3}}\n")).unwrap();
    sandbox.omnidesk().clear_requests();
    let (code, _, said) = run("sync_customers", &sandbox, &sync);
    assert!(code == 1 && said.contains("line 4: "), "{said}");
    assert!(sandbox.omnidesk().requests().is_empty());
    fs::write(&list, LIST).unwrap();
    sandbox.omnidesk().fault(Fault::status(401).times(9));
    let (code, ..) = run("sync_customers", &sandbox, &sync);
    assert_eq!((code, sandbox.omnidesk().requests().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn customers_are_exported() {
    let sandbox = Sandbox::start().await.unwrap();
    for number in 0..120 {
        let customer =
            OmnideskCustomer::new(1, format!("cust-{number}")).with_names("Ana", "Lopez");
        sandbox.omnidesk().seed_customer(customer);
    }
    let folder = Folder::new("export");
    let file = folder.file("customers.jsonl");
    let (code, written, said) = run("export_customers", &sandbox, &[]);
    assert_eq!((code, written.lines().count()), (0, 120), "{said}");
    let (code, _, said) = run("export_customers", &sandbox, &[&file]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(fs::read_to_string(&file).unwrap(), written);
    // What is there is not overwritten.
    assert_eq!(run("export_customers", &sandbox, &[&file]).0, 1);
}
