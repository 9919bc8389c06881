//! The pipeline through its public interface, over a scripted transport: no sockets, and a paused clock where it matters.
#![cfg(test)]

mod before_send;
mod call;
mod pages;
mod quota;
mod retries;
mod seams;
mod session;
mod support;
