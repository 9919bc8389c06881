//! The scripted faults that have not occurred yet.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{ConnectionFault, ConnectionFaultKind, Fault};

/// Faults in the order in which they were scripted. The first one that matches is taken.
#[derive(Debug, Default)]
pub(crate) struct FaultScript {
    requests: Mutex<Vec<(Option<String>, Fault)>>,
    connections: Mutex<Vec<ConnectionFault>>,
}

impl FaultScript {
    /// Adds a fault for one operation, or for any request.
    pub(crate) fn add(&self, operation: Option<String>, fault: Fault) {
        if fault.times > 0 {
            lock(&self.requests).push((operation, fault));
        }
    }

    pub(crate) fn add_connection(&self, fault: ConnectionFault) {
        if fault.times > 0 {
            lock(&self.connections).push(fault);
        }
    }

    /// Uses the first fault that matches once.
    pub(crate) fn take(&self, operation: Option<&str>) -> Option<Fault> {
        let mut faults = lock(&self.requests);
        let position = faults
            .iter()
            .position(|(wanted, _)| wanted.is_none() || wanted.as_deref() == operation)?;
        let (_, fault) = faults.get_mut(position)?;
        fault.times -= 1;
        let taken = fault.clone();
        if taken.times == 0 {
            drop(faults.remove(position));
        }
        Some(taken)
    }

    pub(crate) fn take_connection(&self) -> Option<ConnectionFaultKind> {
        let mut faults = lock(&self.connections);
        let fault = faults.first_mut()?;
        fault.times -= 1;
        let (kind, left) = (fault.kind, fault.times);
        if left == 0 {
            drop(faults.remove(0));
        }
        Some(kind)
    }

    /// Returns how many requests and connections are still to meet a fault.
    pub(crate) fn pending(&self) -> usize {
        let requests: usize = lock(&self.requests)
            .iter()
            .map(|(_, fault)| fault.times as usize)
            .sum();
        let connections: usize = lock(&self.connections)
            .iter()
            .map(|fault| fault.times as usize)
            .sum();
        requests + connections
    }

    pub(crate) fn clear(&self) {
        lock(&self.requests).clear();
        lock(&self.connections).clear();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Delivery;

    #[test]
    fn the_first_match_goes_first_and_runs_out() {
        let script = FaultScript::default();
        script.add(Some("write".to_owned()), Fault::hang().times(2));
        script.add(None, Fault::reset_before_head());
        script.add(None, Fault::hang().times(0));
        assert_eq!(script.pending(), 3);
        let take = |operation| script.take(operation).map(|fault| fault.delivery);
        assert_eq!(take(Some("read")), Some(Delivery::ResetBeforeHead));
        assert_eq!(take(Some("read")), None);
        assert_eq!(take(None), None);
        assert_eq!(take(Some("write")), Some(Delivery::Hang));
        assert_eq!(take(Some("write")), Some(Delivery::Hang));
        assert_eq!(take(Some("write")), None);
        assert_eq!(script.pending(), 0);
    }

    #[test]
    fn connections_have_their_own_queue() {
        let script = FaultScript::default();
        script.add_connection(ConnectionFault::garbage());
        script.add_connection(ConnectionFault::reset().times(2));
        assert_eq!(script.take(None).map(|fault| fault.delivery), None);
        assert_eq!(script.take_connection(), Some(ConnectionFaultKind::Garbage));
        assert_eq!(script.take_connection(), Some(ConnectionFaultKind::Reset));
        script.clear();
        assert_eq!(script.take_connection(), None);
    }
}
