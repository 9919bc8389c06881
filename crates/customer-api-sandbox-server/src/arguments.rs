//! The command line.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

/// How many requests the journal keeps for each provider.
const KEPT: usize = 10_000;

/// How many bytes the journal keeps for each provider: targets, headers, bodies, broken rules and responses together.
const KEPT_BYTES: usize = 64 * 1024 * 1024;

const AFTER_HELP: &str = "\
Exit codes: 0 after Ctrl-C or SIGTERM, 1 if a port can't be used, 2 for a wrong option or file.

The files and the settings of switches have the form of the admin API, which its /openapi.json describes.";

/// The settings of the command line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Arguments {
    pub(crate) listen: IpAddr,
    pub(crate) ports: Ports,
    pub(crate) hosts: Vec<String>,
    pub(crate) faults: Option<PathBuf>,
    pub(crate) seed: Option<PathBuf>,
    /// Names of switches, and their settings.
    pub(crate) switches: Vec<(String, String)>,
    pub(crate) is_json: bool,
    pub(crate) kept_requests: usize,
    pub(crate) kept_bytes: usize,
}

/// The port of each server. 0 means a free port.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ports {
    pub(crate) admin: u16,
    pub(crate) ravelin: u16,
    pub(crate) omnidesk: u16,
    pub(crate) revnue: u16,
    pub(crate) radar: u16,
}

pub(crate) fn command() -> Command {
    let port = |name: &'static str, what: &str| {
        Arg::new(name)
            .long(name)
            .value_name("PORT")
            .value_parser(value_parser!(u16))
            .default_value("0")
            .hide_default_value(true)
            .help(format!("Port of {what} [default: a free one]"))
    };
    Command::new("customer-api-sandbox-server")
        // The last value of an option counts, so that a container image can set ports that its user overrides.
        .args_override_self(true)
        .version(env!("CARGO_PKG_VERSION"))
        .about(
            "Local imitations of customer APIs, with scripted faults, an admin API and a console.",
        )
        .after_help(AFTER_HELP)
        .arg(port("admin-port", "the admin API and the console"))
        .arg(port("ravelin-port", "the Ravelin server"))
        .arg(port("omnidesk-port", "the Omnidesk server"))
        .arg(port("revnue-port", "the Revnue server"))
        .arg(port("radar-port", "the Customer Radar server"))
        .arg(
            Arg::new("listen")
                .long("listen")
                .value_name("ADDRESS")
                .value_parser(value_parser!(IpAddr))
                .help("Address to listen on, for all ports [default: 127.0.0.1]"),
        )
        .arg(
            Arg::new("allow-host")
                .long("allow-host")
                .value_name("NAME")
                .value_parser(read_host)
                .action(ArgAction::Append)
                .help("Further name under which programs call the sandbox; can be repeated"),
        )
        .arg(
            Arg::new("seed")
                .long("seed")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("Records to start with: JSON, as GET /state returns it"),
        )
        .arg(
            Arg::new("faults")
                .long("faults")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("Faults to start with: JSON, as PUT /faults takes it"),
        )
        .arg(
            Arg::new("option")
                .long("option")
                .value_name("PROVIDER.SWITCH=SETTING")
                .value_parser(read_switch)
                .action(ArgAction::Append)
                .help("Sets a switch, for example ravelin.unknown_fields=off; can be repeated"),
        )
        .arg(
            Arg::new("kept-requests")
                .long("kept-requests")
                .value_name("NUMBER")
                .value_parser(value_parser!(usize))
                .help(format!(
                    "Requests that the journal keeps for each provider [default: {KEPT}]"
                )),
        )
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Prints JSON: a line at the start, and one line per request"),
        )
}

pub(crate) fn read(matches: &ArgMatches) -> Arguments {
    let port = |name| matches.get_one(name).copied().unwrap_or_default();
    let file = |name| matches.get_one::<PathBuf>(name).cloned();
    let hosts = matches.get_many::<String>("allow-host");
    let switches = matches.get_many::<(String, String)>("option");
    let kept = matches.get_one("kept-requests");
    Arguments {
        listen: matches
            .get_one("listen")
            .copied()
            .unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        ports: Ports {
            admin: port("admin-port"),
            ravelin: port("ravelin-port"),
            omnidesk: port("omnidesk-port"),
            revnue: port("revnue-port"),
            radar: port("radar-port"),
        },
        hosts: hosts.into_iter().flatten().cloned().collect(),
        faults: file("faults"),
        seed: file("seed"),
        switches: switches.into_iter().flatten().cloned().collect(),
        is_json: matches.get_flag("json"),
        kept_requests: kept.copied().unwrap_or(KEPT),
        kept_bytes: KEPT_BYTES,
    }
}

/// Reads a name or an address, without a port.
fn read_host(text: &str) -> Result<String, String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    let bracketed = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let is_address = bracketed.is_some_and(|text| text.parse::<std::net::Ipv6Addr>().is_ok());
    if is_address || (!text.is_empty() && text.chars().all(is_name)) {
        Ok(text.to_owned())
    } else {
        Err("a host is a name or an address, without a port".to_owned())
    }
}

fn read_switch(text: &str) -> Result<(String, String), String> {
    let (name, setting) = text
        .split_once('=')
        .ok_or("a setting is missing: PROVIDER.SWITCH=SETTING")?;
    Ok((name.to_owned(), setting.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Arguments, String> {
        let all = ["program"].into_iter().chain(arguments.iter().copied());
        let matches = command().try_get_matches_from(all);
        matches
            .map(|matches| read(&matches))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn options_are_read_in_both_forms() {
        let arguments = parsed(&[
            "--omnidesk-port=8081",
            "--ravelin-port",
            "8080",
            "--listen=0.0.0.0",
            "--allow-host=sandbox",
            "--allow-host",
            "sandbox.local",
            "--option=ravelin.unknown_fields=off",
            "--json",
        ])
        .unwrap();
        assert_eq!(
            (arguments.ports.omnidesk, arguments.ports.ravelin),
            (8081, 8080)
        );
        assert_eq!((arguments.ports.admin, arguments.ports.radar), (0, 0));
        assert_eq!(arguments.listen, IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        assert_eq!(arguments.hosts, ["sandbox", "sandbox.local"]);
        let switch = ("ravelin.unknown_fields".to_owned(), "off".to_owned());
        assert_eq!(arguments.switches, [switch]);
        assert!(arguments.is_json && arguments.seed.is_none());
        assert_eq!(arguments.kept_requests, 10_000);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (arguments, part) in [
            (&["--ravelin-port"][..], "--ravelin-port"),
            (&["--ravelin-port", "99999"], "99999"),
            (&["--port"], "--port"),
            (&["--option", "a.b"], "a setting is missing"),
            (&["--listen", "here"], "here"),
            (&["--allow-host", "x:80"], "without a port"),
            (&["--allow-host", ""], "without a port"),
        ] {
            let message = parsed(arguments).unwrap_err();
            assert!(message.contains(part), "{message}");
        }
    }
}
