//! The scripted faults that have not occurred yet.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{ConnectionFault, ConnectionFaultKind, Fault};
use crate::pulse::Pulse;
use crate::unknown_fields::Noise;

/// The faults, in the order in which they were scripted. A request meets the first fault that
/// matches.
#[derive(Debug, Default)]
pub(crate) struct FaultScript {
    requests: Mutex<Vec<ScriptedFault>>,
    pulse: Arc<Pulse>,
    connections: Mutex<Vec<ConnectionFault>>,
}

/// A fault that is still to be met.
#[derive(Debug, Clone)]
pub(crate) struct ScriptedFault {
    /// Unique within the sandbox.
    #[cfg_attr(
        not(feature = "console"),
        expect(dead_code, reason = "only the admin API names a fault")
    )]
    pub(crate) id: u64,
    /// The operation whose requests meet the fault; `None` for any request.
    pub(crate) operation: Option<String>,
    pub(crate) fault: Fault,
    /// How many requests are still to meet the fault; `None` for all.
    pub(crate) left: Option<u32>,
    /// How many requests have met the fault.
    pub(crate) struck: u32,
    draws: Arc<Noise>,
}

impl ScriptedFault {
    /// Draws whether a request meets the fault.
    fn strikes(&self) -> bool {
        self.fault.chance.is_none_or(|chance| {
            // An `f64` can represent integers of 53 bits exactly.
            let draw = (self.draws.next() >> 11) as f64 / (1_u64 << 53) as f64;
            draw < chance.probability
        })
    }
}

impl FaultScript {
    pub(crate) fn new(pulse: Arc<Pulse>) -> Self {
        Self {
            pulse,
            ..Self::default()
        }
    }

    /// Adds a fault for one operation, or for any request, and returns it.
    pub(crate) fn add(&self, operation: Option<String>, fault: Fault) -> ScriptedFault {
        let scripted = self.scripted(operation, fault);
        if scripted.left != Some(0) {
            lock(&self.requests).push(scripted.clone());
        }
        scripted
    }

    fn scripted(&self, operation: Option<String>, fault: Fault) -> ScriptedFault {
        let seed = fault.chance.map_or(0, |chance| chance.seed);
        ScriptedFault {
            id: self.pulse.next_fault(),
            operation,
            left: fault.times,
            struck: 0,
            draws: Arc::new(Noise::new(seed)),
            fault,
        }
    }

    /// Replaces all faults for requests.
    #[cfg(feature = "console")]
    pub(crate) fn replace(&self, faults: impl IntoIterator<Item = (Option<String>, Fault)>) {
        let faults = faults.into_iter();
        let scripted = faults.map(|(operation, fault)| self.scripted(operation, fault));
        let scripted = scripted.filter(|scripted| scripted.left != Some(0));
        *lock(&self.requests) = scripted.collect();
    }

    /// Returns the faults that are still to be met.
    #[cfg(feature = "console")]
    pub(crate) fn all(&self) -> Vec<ScriptedFault> {
        lock(&self.requests).clone()
    }

    /// Removes a fault, and returns whether it was there.
    #[cfg(feature = "console")]
    pub(crate) fn remove(&self, id: u64) -> bool {
        let mut requests = lock(&self.requests);
        let before = requests.len();
        requests.retain(|scripted| scripted.id != id);
        requests.len() < before
    }

    pub(crate) fn add_connection(&self, fault: ConnectionFault) {
        if fault.times > 0 {
            lock(&self.connections).push(fault);
        }
    }

    /// Returns the first fault that matches, and counts one use of that fault.
    pub(crate) fn take(&self, operation: Option<&str>) -> Option<Fault> {
        let mut faults = lock(&self.requests);
        let position = faults.iter().position(|scripted| {
            let wanted = scripted.operation.as_deref();
            (wanted.is_none() || wanted == operation) && scripted.strikes()
        })?;
        let scripted = faults.get_mut(position)?;
        scripted.struck = scripted.struck.saturating_add(1);
        scripted.left = scripted.left.map(|left| left.saturating_sub(1));
        let (taken, left) = (scripted.fault.clone(), scripted.left);
        if left == Some(0) {
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

    /// Returns how many requests and connections are still to meet a fault. A fault for all
    /// requests counts as one.
    pub(crate) fn pending(&self) -> usize {
        let requests: usize = lock(&self.requests)
            .iter()
            .map(|scripted| scripted.left.unwrap_or(1) as usize)
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
    fn a_fault_without_an_end_stays_until_it_is_cleared() {
        let script = FaultScript::default();
        script.add(None, Fault::hang().always());
        assert!((0..100).all(|_| script.take(None).is_some()));
        assert_eq!(script.pending(), 1);
        script.clear();
        assert!(script.take(None).is_none());
    }

    #[test]
    fn draws_follow_the_probability_and_the_seed() {
        let struck = |probability, seed| {
            let script = FaultScript::default();
            script.add(None, Fault::hang().always().probability(probability, seed));
            (0..1_000)
                .map(|_| script.take(None).is_some())
                .collect::<Vec<_>>()
        };
        let count = |struck: &[bool]| struck.iter().filter(|struck| **struck).count();
        assert_eq!(struck(0.1, 7), struck(0.1, 7));
        assert_ne!(struck(0.1, 7), struck(0.1, 8));
        assert!((70..=130).contains(&count(&struck(0.1, 7))));
        assert_eq!([count(&struck(0.0, 1)), count(&struck(1.0, 1))], [0, 1_000]);
        // A request that does not meet the fault does not use it up, and meets the next one.
        let script = FaultScript::default();
        script.add(None, Fault::hang().probability(0.0, 1));
        script.add(None, Fault::reset_before_head());
        let met = script.take(None).map(|fault| fault.delivery);
        assert_eq!(
            (met, script.pending()),
            (Some(Delivery::ResetBeforeHead), 1)
        );
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
