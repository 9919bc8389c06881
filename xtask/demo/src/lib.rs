//! Compiles and runs the examples of the project's front page.
#![doc = include_str!("../../../README.md")]
