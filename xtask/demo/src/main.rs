//! The program behind `cargo xtask demo`: the clients at work against the sandbox, with a report of each step. The program ends with an
//! error if any result is not as expected.

mod account;
mod contracts;
mod export;
mod fleet;
mod fraud_team;
mod help_desk;
mod invitations;
mod night_run;
mod sender;

use std::process::ExitCode;

use account::Account;

/// The reason why the demo stopped.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some((program, rest)) = arguments.split_first() {
        match program.as_str() {
            invitations::SENDER => return account::exit(invitations::send(rest).await),
            fleet::MACHINE => return account::exit(fleet::send(rest).await),
            night_run::SENDER => return account::exit(night_run::send(rest).await),
            _ => {}
        }
    }
    let mut account = Account::new();
    let outcome = work(&mut account).await;
    account.close(outcome)
}

async fn work(account: &mut Account) -> Result<(), Failure> {
    account.chapter("The fraud team and Ravelin, in the sandbox");
    fraud_team::work(account).await?;
    export::work(account).await?;
    account.chapter("The fraud team's night run and Ravelin, in the sandbox");
    night_run::work(account).await?;
    account.chapter("The fraud team's machines, a PostgreSQL server and Ravelin, in the sandbox");
    fleet::work(account).await?;
    account.chapter("The help desk and Omnidesk, in the sandbox");
    help_desk::work(account).await?;
    account.chapter("The contract manager and Revnue, in the sandbox");
    contracts::work(account).await?;
    account.chapter("The shop and Customer Radar, in the sandbox");
    invitations::work(account).await
}
