//! The pipeline through its public interface, over a scripted transport: no sockets, and a paused clock where it matters.
#![cfg(test)]

mod before_send;
mod call;
mod keys;
mod observer;
mod pages;
mod quota;
mod raw;
mod retries;
mod seams;
mod session;
mod support;
