//! The pipeline through its public face, over a scripted transport: no sockets, and a clock that is paused where it matters.
#![cfg(test)]

mod before_send;
mod call;
mod pages;
mod quota;
mod retries;
mod seams;
mod session;
mod support;
