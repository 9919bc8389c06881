//! The code that the project's commands share: cargo, the packages of the workspace, servers for tests, and steps that
//! run one by one.

mod cargo;
pub mod checkout;
pub mod files;
mod packages;
pub mod servers;
pub mod step;

pub use cargo::{Cargo, program};
pub use packages::{
    Dependency, Package, having, members, published, resolved, target_directory, text,
};
