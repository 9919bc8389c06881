#![doc = include_str!("../README.md")]

mod arguments;
mod calls;
mod output;

use std::fs;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;

use arguments::Arguments;
use customer_api_sandbox::{RecordedRequest, Sandbox};
use serde_json::{Value, json};

/// The exit codes for failures, in addition to those of [`clap`].
const FAILED: u8 = 1;
const WRONG_FILE: u8 = 2;

/// The reason why the program ends: a message, and the exit code.
type Failure = (String, u8);

fn main() -> ExitCode {
    // A wrong option ends the program here, with code 2.
    let arguments = arguments::read(&arguments::command().get_matches());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(serve(arguments)),
        Err(error) => Err((error.to_string(), FAILED)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err((message, code)) => {
            // If the message can't be written either, only the exit code reports the failure.
            let _ = writeln!(io::stderr(), "error: {message}");
            ExitCode::from(code)
        }
    }
}

async fn serve(arguments: Arguments) -> Result<(), Failure> {
    let is_json = arguments.is_json;
    // The signals are handled before the first line is printed, because the reader of that line may stop the program.
    let mut stop = Stop::new().map_err(|error| (error.to_string(), FAILED))?;
    let (lines, mut end) = output::start(is_json);
    let logged = lines.clone();
    let sandbox = start(&arguments, move |request| {
        logged.send(if is_json {
            json_line(request)
        } else {
            text_line(request)
        });
    })
    .await?;
    prepare(&sandbox, &arguments)?;
    lines.send(if is_json {
        first_json_line(&sandbox)
    } else {
        introduction(&sandbox)
    });
    tokio::select! {
        error = end.failure() => return Err((error.to_string(), FAILED)),
        () = stop.requested() => {}
    }
    drop((sandbox, lines));
    end.last_lines().await;
    Ok(())
}

fn first_json_line(sandbox: &Sandbox) -> String {
    let mut health = sandbox.health();
    if let Some(fields) = health.as_object_mut() {
        fields.insert("event".to_owned(), json!("start"));
        fields.insert("admin_url".to_owned(), json!(sandbox.admin_url()));
    }
    format!("{health}\n")
}

async fn start(
    arguments: &Arguments,
    observer: impl Fn(&RecordedRequest) + Send + Sync + 'static,
) -> Result<Sandbox, Failure> {
    let ports = arguments.ports;
    let address = |port| SocketAddr::new(arguments.listen, port);
    let mut builder = Sandbox::builder()
        .admin_address(address(ports.admin))
        .ravelin_address(address(ports.ravelin))
        .omnidesk_address(address(ports.omnidesk))
        .revnue_address(address(ports.revnue))
        .customer_radar_address(address(ports.radar))
        // Without limits, the journal would grow as long as the program runs.
        .kept_requests(arguments.kept_requests)
        .kept_bytes(arguments.kept_bytes)
        .on_request(observer);
    for host in &arguments.hosts {
        builder = builder.allow_host(host);
    }
    builder
        .start()
        .await
        .map_err(|error| (error.to_string(), FAILED))
}

/// Sets the switches, records and faults of the command line.
fn prepare(sandbox: &Sandbox, arguments: &Arguments) -> Result<(), Failure> {
    for (name, setting) in &arguments.switches {
        set_switch(sandbox, name, setting)
            .map_err(|reason| (format!("--option {name}={setting}: {reason}"), WRONG_FILE))?;
    }
    // Revnue's pages do not document how to create a customer. Therefore the account starts with one.
    let records = match &arguments.seed {
        Some(file) => read(file)?,
        None => json!({
            "revnue": {
                "customers": [{
                    "id": 1,
                    "company": 1,
                    "fields": { "name": "Harbour Lane", "city": "Suva" },
                }],
            },
        }),
    };
    let in_file = |file: &Option<_>, error: &dyn std::fmt::Display| {
        let file: &Option<std::path::PathBuf> = file;
        let name = file
            .as_deref()
            .map_or_else(String::new, |file| file.display().to_string());
        (format!("{name}: {error}"), WRONG_FILE)
    };
    sandbox
        .seed(records)
        .map_err(|error| in_file(&arguments.seed, &error))?;
    if let Some(file) = &arguments.faults {
        sandbox
            .replace_faults(read(file)?)
            .map_err(|error| in_file(&arguments.faults, &error))?;
    }
    Ok(())
}

/// Sets a switch. The setting is JSON, a word, or `on` or `off`.
fn set_switch(sandbox: &Sandbox, name: &str, setting: &str) -> Result<(), String> {
    let word = || Value::String(setting.to_owned());
    let settings = match setting {
        "on" => vec![json!(true), word()],
        "off" => vec![json!(false), Value::Null, word()],
        _ => {
            let read = serde_json::from_str(setting);
            read.into_iter().chain([word()]).collect()
        }
    };
    let mut reason = None;
    for setting in settings {
        match sandbox.set_switch(name, setting) {
            Ok(()) => return Ok(()),
            // `settings` begins with the likeliest meaning of the text, so the first error is the one to report.
            Err(error) => drop(reason.get_or_insert(error)),
        }
    }
    Err(reason.map_or_else(String::new, |error| error.to_string()))
}

fn read(file: &Path) -> Result<Value, Failure> {
    let failed =
        |error: &dyn std::fmt::Display| (format!("{}: {error}", file.display()), WRONG_FILE);
    let text = fs::read(file).map_err(|error| failed(&error))?;
    // Some editors write a byte order mark.
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    serde_json::from_slice(text).map_err(|error| failed(&error))
}

fn introduction(sandbox: &Sandbox) -> String {
    let servers = [
        calls::ravelin(sandbox),
        calls::omnidesk(sandbox),
        calls::revnue(sandbox),
        calls::radar(sandbox),
    ];
    format!(
        "Console and admin API\n  {}\n\n{}Ctrl-C stops the sandbox and deletes its state.\n\n",
        sandbox.admin_url().unwrap_or_default(),
        servers.concat()
    )
}

/// Returns the line of a request, without ids, keys and bodies.
fn text_line(request: &RecordedRequest) -> String {
    let path = request.path_template.as_deref().unwrap_or("(unknown path)");
    let status = request
        .status
        .map_or_else(|| "-".to_owned(), |status| status.to_string());
    let applied = if request.applied {
        "applied"
    } else {
        "not applied"
    };
    let fault = if request.fault.is_some() {
        ", by a scripted fault"
    } else {
        ""
    };
    let (provider, method) = (request.provider, &request.method);
    format!("{provider} {method} {path} {status} {applied}{fault}\n")
}

fn json_line(request: &RecordedRequest) -> String {
    let mut summary = request.to_json();
    if let Some(fields) = summary.as_object_mut() {
        fields.insert("event".to_owned(), json!("request"));
    }
    format!("{summary}\n")
}

/// The signals that stop the program: Ctrl-C and, on Unix, SIGTERM.
struct Stop {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Stop {
    /// Listens from now on.
    fn new() -> io::Result<Self> {
        #[cfg(unix)]
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            #[cfg(unix)]
            interrupt: signal(SignalKind::interrupt())?,
            #[cfg(unix)]
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn requested(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    }
}
