//! Compiles the examples of the project's front page.
#![cfg_attr(doctest, doc = include_str!("../../../README.md"))]
