//! Every operation meets every fault, and a document lists the results.
#![cfg(test)]

use std::thread;

use proof::{
    CustomerRadar, Omnidesk, Provider, Ravelin, Revnue,
    matrix::{self, Table},
    page,
};

/// One thread per provider, because each has a separate clock.
fn tables() -> Vec<Table> {
    let runs: [fn() -> Table; 4] = [
        matrix::run::<Ravelin>,
        matrix::run::<Omnidesk>,
        matrix::run::<Revnue>,
        matrix::run::<CustomerRadar>,
    ];
    let runs = runs.map(thread::spawn);
    runs.into_iter().map(|run| run.join().unwrap()).collect()
}

#[test]
fn every_operation_meets_every_fault_as_documented() {
    let tables = tables();
    let operations = Ravelin::operations().len()
        + Omnidesk::operations().len()
        + Revnue::operations().len()
        + CustomerRadar::operations().len();
    let cases: usize = tables.iter().map(Table::cases).sum();
    let mut text = format!(
        "{} faults, {operations} operations: {cases} calls.\n",
        matrix::all().len()
    );
    for table in &tables {
        text.push('\n');
        text.push_str(&table.markdown());
    }
    page::check("docs/fault-matrix.md", "matrix", &text);
}
