//! Prints the statements that create the tables, for an operator who runs them by hand:
//! `cargo run --example print-schema -- customer_api | psql …`

use std::{env, error::Error};

fn main() -> Result<(), Box<dyn Error>> {
    let schema = env::args()
        .nth(1)
        .unwrap_or_else(|| "customer_api".to_owned());
    let statements = customer_api_postgres::schema_sql(&schema)?;
    #[expect(
        clippy::print_stdout,
        reason = "printing is the purpose of the program"
    )]
    {
        println!("{statements}");
    }
    Ok(())
}
