//! `docs/sandbox.md` is true: its shell blocks are run in their order, as a reader would, and print what the page shows.
#![cfg(test)]

mod support;

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use support::Running;

/// The ports of the page, and the servers behind them.
const PORTS: [(&str, &str); 5] = [
    ("8700", "admin"),
    ("8701", "ravelin"),
    ("8702", "omnidesk"),
    ("8703", "revnue"),
    ("8704", "customer-radar"),
];

/// The line between the outputs of two blocks.
const END: &str = "@end of a block@";

/// A fenced block: its language and its text.
type Block<'a> = (&'a str, &'a str);

fn blocks(page: &str) -> Vec<Block<'_>> {
    let fences: Vec<&str> = page.split("\n```").collect();
    let inner = fences.chunks(2).filter_map(|pair| pair.get(1));
    inner.map(|fence| fence.split_once('\n').unwrap()).collect()
}

/// Returns whether a line is as shown, where `…` stands for any text.
fn is_shown(line: &str, shown: &str) -> bool {
    let mut parts = shown.split('…');
    let Some(mut rest) = line.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    for (place, part) in parts.iter().enumerate() {
        if place + 1 == parts.len() {
            return rest.ends_with(part);
        }
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    rest.is_empty()
}

/// Checks that a value has everything that the page shows of it.
fn assert_part(value: &Value, shown: &Value, place: &str) {
    match (value, shown) {
        (Value::Object(value), Value::Object(shown)) => {
            for (name, shown) in shown {
                let place = format!("{place}/{name}");
                let value = value
                    .get(name)
                    .unwrap_or_else(|| panic!("{place} is missing"));
                assert_part(value, shown, &place);
            }
        }
        (Value::Array(value), Value::Array(shown)) => {
            assert!(value.len() >= shown.len(), "{place}: {value:?}");
            for (index, (value, shown)) in value.iter().zip(shown).enumerate() {
                assert_part(value, shown, &format!("{place}/{index}"));
            }
        }
        _ => assert_eq!(value, shown, "{place}"),
    }
}

#[test]
fn every_shell_block_of_the_page_prints_what_the_page_shows() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/sandbox.md");
    let is_installed = |name| Command::new(name).arg("--version").output().is_ok();
    if !page.exists() || !is_installed("sh") || !is_installed("curl") {
        // `tests/languages.rs` requires curl where CI runs the tests.
        println!("skipped: the page, sh or curl is missing");
        return;
    }
    let page = std::fs::read_to_string(page).unwrap();
    let blocks = blocks(&page);
    let followers = blocks.iter().skip(1).map(Some).chain([None]);
    let run: Vec<(&str, Option<&Block<'_>>)> = blocks
        .iter()
        .zip(followers)
        .filter(|((language, _), _)| *language == "sh")
        .map(|((_, text), follower)| (*text, follower))
        .collect();
    assert!(run.len() >= 15, "only {} blocks", run.len());

    let mut running = Running::start(&["--json"]);
    let start = running.json();
    running.drain();
    let url = |server: &str| match server {
        "admin" => start["admin_url"].as_str().unwrap(),
        _ => {
            let mut providers = start["providers"].as_array().unwrap().iter();
            let provider = providers.find(|provider| provider["name"] == server);
            provider.unwrap()["base_url"].as_str().unwrap()
        }
    };
    let mut script: String = run
        .iter()
        .map(|(text, _)| format!("{text}\necho\necho '{END}'\n"))
        .collect();
    for (port, server) in PORTS {
        script = script.replace(&format!("http://127.0.0.1:{port}"), url(server));
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("page");
    std::fs::create_dir_all(&folder).unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).current_dir(&folder);
    shell
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1");
    let output = shell.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let mut printed = String::from_utf8(output.stdout).unwrap();
    for (port, server) in PORTS {
        printed = printed.replace(url(server), &format!("http://127.0.0.1:{port}"));
    }

    let end = format!("{END}\n");
    let mut outputs = printed.split(&end);
    for (text, follower) in run {
        let output = outputs.next().unwrap().trim_end();
        match follower {
            Some(("text", shown)) => {
                let (lines, shown) = (output.lines(), shown.lines());
                assert_eq!(
                    lines.clone().count(),
                    shown.clone().count(),
                    "{text}\n{output}"
                );
                for (line, shown) in lines.zip(shown) {
                    assert!(is_shown(line, shown), "{text}\n{line}\n{shown}");
                }
            }
            Some(("json", shown)) => {
                let value = serde_json::from_str(output).unwrap();
                assert_part(&value, &serde_json::from_str(shown).unwrap(), "");
            }
            _ => assert!(!output.contains("\"status\":4"), "{text}\n{output}"),
        }
    }

    // The files that the page writes are the files of its commands.
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (faults, seed) = (path("faults.json"), path("records.json"));
    let mut running = Running::start(&["--json", "--faults", &faults, "--seed", &seed]);
    let start = running.json();
    assert_eq!(start["providers"][0]["faults"], 3);
}

#[test]
fn an_ellipsis_stands_for_any_text() {
    assert!(is_shown("a b c", "a … c"));
    assert!(is_shown("a", "a"));
    assert!(is_shown("now 12, then 13.", "now …, then …."));
    assert!(!is_shown("a b d", "a … c"));
    assert!(!is_shown("ab", "a"));
}
