//! The sandbox as a program. It starts the servers, prints how to call them, and logs their requests.

use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::process::ExitCode;

use customer_api_sandbox::{RecordedRequest, RevnueCustomer, Sandbox};
use tokio::sync::mpsc;

const HELP: &str = "\
Local imitations of customer APIs, to try out clients without credentials.

Usage: customer-api-sandbox [OPTIONS]

Options:
      --ravelin-port <PORT>   Port of the Ravelin server [default: a free one]
      --omnidesk-port <PORT>  Port of the Omnidesk server [default: a free one]
      --revnue-port <PORT>    Port of the Revnue server [default: a free one]
      --radar-port <PORT>     Port of the Customer Radar server [default: a free one]
  -h, --help                  Print help
  -V, --version               Print version
";

/// The task that the command line sets.
#[derive(Debug, PartialEq, Eq)]
enum Command {
    Serve(Ports),
    Print(String),
}

/// The port of each server. 0 means a free one.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Ports {
    ravelin: u16,
    omnidesk: u16,
    revnue: u16,
    radar: u16,
}

fn main() -> ExitCode {
    let result = parse(std::env::args().skip(1)).and_then(|command| match command {
        Command::Serve(ports) => serve(ports),
        Command::Print(text) => write(&text),
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // If this can't be written either, only the exit code reports the failure.
            let _ = writeln!(io::stderr(), "error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn parse(arguments: impl Iterator<Item = String>) -> Result<Command, String> {
    let mut ports = Ports::default();
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (argument.as_str(), None),
        };
        match name {
            "-h" | "--help" => return Ok(Command::Print(HELP.to_owned())),
            "-V" | "--version" => {
                let version = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"), "\n");
                return Ok(Command::Print(version.to_owned()));
            }
            "--ravelin-port" | "--omnidesk-port" | "--revnue-port" | "--radar-port" => {
                let value = value.or_else(|| arguments.next());
                let value = value.ok_or_else(|| format!("{name} needs a port"))?;
                let port = value
                    .parse()
                    .map_err(|_| format!("`{value}` is not a port number"))?;
                match name {
                    "--ravelin-port" => ports.ravelin = port,
                    "--omnidesk-port" => ports.omnidesk = port,
                    "--revnue-port" => ports.revnue = port,
                    _ => ports.radar = port,
                }
            }
            other => return Err(format!("unknown argument `{other}`; see --help")),
        }
    }
    Ok(Command::Serve(ports))
}

fn serve(ports: Ports) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
        .map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let (lines, mut logged) = mpsc::unbounded_channel();
        let sandbox = Sandbox::builder()
            .ravelin_address((Ipv4Addr::LOCALHOST, ports.ravelin))
            .omnidesk_address((Ipv4Addr::LOCALHOST, ports.omnidesk))
            .revnue_address((Ipv4Addr::LOCALHOST, ports.revnue))
            .customer_radar_address((Ipv4Addr::LOCALHOST, ports.radar))
            // The logs would grow as long as the program runs.
            .kept_requests(0)
            .on_request(move |request| {
                // The receiver lives as long as the servers do.
                let _ = lines.send(log_line(request));
            })
            .start()
            .await
            .map_err(|error| error.to_string())?;
        // No page documents how a customer is created, so the account starts with one.
        let customer = RevnueCustomer::new(1, "Harbour Lane").with("city", "Suva");
        sandbox.revnue().seed_customer(customer);
        let text = ravelin(&sandbox) + &omnidesk(&sandbox) + &revnue(&sandbox) + &radar(&sandbox);
        write(&format!(
            "{text}Ctrl-C stops the sandbox and deletes its state.\n\n"
        ))?;
        while let Some(line) = logged.recv().await {
            write(&line)?;
        }
        Ok(())
    })
}

/// Returns how to call the Ravelin server.
fn ravelin(sandbox: &Sandbox) -> String {
    let (base, key) = (sandbox.ravelin().base_url(), sandbox.ravelin().secret_key());
    format!(
        "Ravelin\n  \
           base URL  {base}\n  \
           key       {key}\n  \
           export    RAVELIN_SECRET_KEY={key} RAVELIN_BASE_URL={base}\n\n  \
           curl -i {base}/v2/customer/cust-1/labels \\\n    \
             -H 'Authorization: token {key}' -H 'Content-Type: application/json' \\\n    \
             -d '{{\"category\":\"PAYMENT_FRAUD\",\"review\":\"FRAUDSTER\"}}'\n  \
           curl -i {base}/v2/label/customer/cust-1 -H 'Authorization: token {key}'\n  \
           curl -i {base}/v2/label/customer -H 'Authorization: token {key}'\n\n"
    )
}

/// Returns how to call the Omnidesk server.
fn omnidesk(sandbox: &Sandbox) -> String {
    let server = sandbox.omnidesk();
    let (base, key) = (server.base_url(), server.api_key());
    format!(
        "Omnidesk\n  \
           base URL  {base}\n  \
           key       {key}\n  \
           export    OMNIDESK_API_KEY={key} OMNIDESK_BASE_URL={base}\n\n  \
           curl -i {base}/api/v2/customer -H 'apiKey: {key}' \\\n    \
             -F brand_id=1 -F primary_id=cust-1 -F firstname=Ana -F custom_tier=gold \\\n    \
             -F channel_id=email -F customer_link_channel=ana@shop.example\n  \
           curl -i {base}/api/v2/customer/SearchByPrimaryExternalID -H 'apiKey: {key}' \\\n    \
             -F brand_id=1 -F primary_id=cust-1\n  \
           curl -i -X PUT {base}/api/v2/customer/1 -H 'apiKey: {key}' \\\n    \
             --data-urlencode brandID=1 --data-urlencode customerChannelType_0=telephone \\\n    \
             --data-urlencode customerChannelValue_0=+31201234567\n  \
           curl -i {base}/api/v2/customer -H 'apiKey: {key}'\n\n"
    )
}

/// Returns how to call the Revnue server.
fn revnue(sandbox: &Sandbox) -> String {
    let (base, token) = (sandbox.revnue().base_url(), sandbox.revnue().token());
    format!(
        "Revnue\n  \
           base URL  {base}\n  \
           token     {token}\n  \
           customer  1, of company 1\n  \
           export    REVNUE_TOKEN={token} REVNUE_BASE_URL={base}\n\n  \
           curl -i {base}/api/v2/customer \\\n    \
             -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \\\n    \
             -d '{{\"company\":1,\"name\":\"Harbour Lane\",\"category\":17}}'\n  \
           curl -i '{base}/api/v2/customer/?company=1' -H 'Authorization: Bearer {token}'\n\n"
    )
}

/// Returns how to call the Customer Radar server.
fn radar(sandbox: &Sandbox) -> String {
    let server = sandbox.customer_radar();
    let (base, user, password) = (server.base_url(), server.username(), server.password());
    format!(
        "Customer Radar\n  \
           base URL  {base}\n  \
           login     {user}, {password}\n  \
           export    RADAR_USERNAME={user} RADAR_PASSWORD={password} RADAR_BASE_URL={base} \
           RADAR_CLIENT=client-1 RADAR_PROGRAMME=programme-1\n\n  \
           TOKEN=$(curl -s {base}/auth/login -H 'Content-Type: application/json' \\\n    \
             -d '{{\"username\":\"{user}\",\"password\":\"{password}\"}}' \\\n    \
             | sed 's/.*\"token\":\"\\([^\"]*\\)\".*/\\1/')\n  \
           curl -i {base}/invitation -H \"Authorization: $TOKEN\" \\\n    \
             -H 'Content-Type: application/json' \\\n    \
             -d '{{\"clientDisplayId\":\"client-1\",\"programmeDisplayId\":\"programme-1\",\"sendData\":[{{\"email\":\"ana@shop.example\",\"locationDisplayId\":\"location-1\"}}]}}'\n\n"
    )
}

/// Returns the line of a request, without ids, keys and bodies.
fn log_line(request: &RecordedRequest) -> String {
    let path = request.path_template.as_deref().unwrap_or("(unknown path)");
    let status = request
        .status
        .map_or_else(|| "-".to_owned(), |status| status.to_string());
    let applied = if request.applied {
        "applied"
    } else {
        "not applied"
    };
    let (provider, method) = (request.provider, &request.method);
    format!("{provider} {method} {path} {status} {applied}\n")
}

fn write(text: &str) -> Result<(), String> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Command, String> {
        parse(arguments.iter().map(|argument| (*argument).to_owned()))
    }

    #[test]
    fn ports_are_read_in_both_forms() {
        let serve = |ravelin, omnidesk| {
            Ok(Command::Serve(Ports {
                ravelin,
                omnidesk,
                ..Ports::default()
            }))
        };
        assert_eq!(parsed(&[]), serve(0, 0));
        assert_eq!(parsed(&["--ravelin-port", "8080"]), serve(8080, 0));
        assert_eq!(parsed(&["--ravelin-port=8080"]), serve(8080, 0));
        let both = ["--omnidesk-port=8081", "--ravelin-port", "8080"];
        assert_eq!(parsed(&both), serve(8080, 8081));
        let ports = Ports {
            revnue: 8082,
            ..Ports::default()
        };
        assert_eq!(
            parsed(&["--revnue-port", "8082"]),
            Ok(Command::Serve(ports))
        );
        let ports = Ports {
            radar: 8083,
            ..Ports::default()
        };
        assert_eq!(parsed(&["--radar-port=8083"]), Ok(Command::Serve(ports)));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (arguments, part) in [
            (&["--ravelin-port"][..], "--ravelin-port needs a port"),
            (&["--omnidesk-port"], "--omnidesk-port needs a port"),
            (&["--radar-port"], "--radar-port needs a port"),
            (&["--ravelin-port", "99999"], "`99999`"),
            (&["--port"], "`--port`"),
        ] {
            let message = parsed(arguments).unwrap_err();
            assert!(message.contains(part), "{message}");
        }
        assert_eq!(parsed(&["-h"]), Ok(Command::Print(HELP.to_owned())));
    }
}
