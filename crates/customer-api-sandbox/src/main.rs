//! The sandbox as a program: starts the servers, says how to call them, and logs what they get.

use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::process::ExitCode;

use customer_api_sandbox::{RecordedRequest, Sandbox};
use tokio::sync::mpsc;

const HELP: &str = "\
Local imitations of customer APIs, for trying out clients without credentials.

Usage: customer-api-sandbox [OPTIONS]

Options:
      --ravelin-port <PORT>  Port of the Ravelin server [default: a free one]
  -h, --help                 Print help
  -V, --version              Print version
";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
enum Command {
    Serve { ravelin_port: u16 },
    Print(String),
}

fn main() -> ExitCode {
    let result = parse(std::env::args().skip(1)).and_then(|command| match command {
        Command::Serve { ravelin_port } => serve(ravelin_port),
        Command::Print(text) => write(&text),
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // If even this can't be written, the exit code has to do.
            let _ = writeln!(io::stderr(), "error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn parse(arguments: impl Iterator<Item = String>) -> Result<Command, String> {
    let mut ravelin_port = 0;
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
            "--ravelin-port" => {
                let value = value.or_else(|| arguments.next());
                let value = value.ok_or("--ravelin-port needs a port")?;
                ravelin_port = value
                    .parse()
                    .map_err(|_| format!("`{value}` is no port number"))?;
            }
            other => return Err(format!("unknown argument `{other}`; see --help")),
        }
    }
    Ok(Command::Serve { ravelin_port })
}

fn serve(ravelin_port: u16) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
        .map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let (lines, mut logged) = mpsc::unbounded_channel();
        let sandbox = Sandbox::builder()
            .ravelin_address((Ipv4Addr::LOCALHOST, ravelin_port))
            .on_request(move |request| {
                // The receiver lives as long as the servers do.
                let _ = lines.send(log_line(request));
            })
            .start()
            .await
            .map_err(|error| with_source(&error))?;
        write(&introduction(&sandbox))?;
        while let Some(line) = logged.recv().await {
            // The log would grow as long as the program runs.
            sandbox.ravelin().clear_requests();
            write(&line)?;
        }
        Ok(())
    })
}

/// How to call each server.
fn introduction(sandbox: &Sandbox) -> String {
    let (base, key) = (sandbox.ravelin().base_url(), sandbox.ravelin().secret_key());
    format!(
        "Ravelin\n  \
           base URL  {base}\n  \
           key       {key}\n\n  \
           curl -i {base}/v2/customer/cust-1/labels \\\n    \
             -H 'Authorization: token {key}' -H 'Content-Type: application/json' \\\n    \
             -d '{{\"category\":\"PAYMENT_FRAUD\",\"review\":\"FRAUDSTER\"}}'\n  \
           curl -i {base}/v2/label/customer/cust-1 -H 'Authorization: token {key}'\n\n\
         Ctrl-C ends the sandbox and forgets everything.\n\n"
    )
}

/// One line without ids, keys and bodies.
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

fn with_source(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", with_source(source)),
        None => error.to_string(),
    }
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
        let serve = |ravelin_port| Ok(Command::Serve { ravelin_port });
        assert_eq!(parsed(&[]), serve(0));
        assert_eq!(parsed(&["--ravelin-port", "8080"]), serve(8080));
        assert_eq!(parsed(&["--ravelin-port=8080"]), serve(8080));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (arguments, part) in [
            (&["--ravelin-port"][..], "needs a port"),
            (&["--ravelin-port", "99999"], "`99999`"),
            (&["--port"], "`--port`"),
        ] {
            let message = parsed(arguments).unwrap_err();
            assert!(message.contains(part), "{message}");
        }
        assert_eq!(parsed(&["-h"]), Ok(Command::Print(HELP.to_owned())));
    }
}
