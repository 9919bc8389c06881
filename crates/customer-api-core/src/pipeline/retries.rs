//! The handling of a failed attempt. The trait [`Attempts`] hides HTTP and the clock.

use std::{future::Future, time::Duration};

use crate::{
    Delivery,
    error::{ErrorKind, Failure, StopReason},
    operation::info::Idempotency,
    retry::{Backoff, FailedAttempt, RetryDecision, RetryPolicy},
    telemetry,
};

/// A call, as the retry loop sees it.
pub(super) trait Attempts: Send {
    type Success: Send;

    /// Makes one more attempt.
    fn attempt(&mut self) -> impl Future<Output = Result<Self::Success, Failure>> + Send;

    /// Returns whether only the credential caused the failure and a better one may exist. `was_renewed` states that the rejected
    /// credential was itself the renewed one.
    fn renews_credential(
        &mut self,
        failure: &Failure,
        was_renewed: bool,
    ) -> impl Future<Output = bool> + Send;

    /// Withdraws what the caller's steps did for the last attempt. A step that refused the attempt has nothing to withdraw.
    fn withdraw(&mut self) -> impl Future<Output = ()> + Send;

    /// Returns whether the last response may have been written before its request arrived. Such a response proves nothing about
    /// the request.
    fn is_unasked(&self) -> bool;

    /// Returns the failed attempt, as a policy sees it.
    fn failed(&mut self, failure: &Failure) -> FailedAttempt;

    /// Returns the policy that decides about another attempt.
    fn policy(&self) -> &dyn RetryPolicy;

    /// Returns the back-off that determines the wait before another attempt.
    fn backoff(&self) -> &dyn Backoff;

    fn sleep(&mut self, wait: Duration) -> impl Future<Output = ()> + Send;
}

/// Continues after a failed first attempt, until an attempt succeeds or no retry is allowed.
pub(super) async fn after<A: Attempts>(
    mut failure: Failure,
    call: &mut A,
) -> Result<A::Success, Failure> {
    let mut delivery = Delivery::NotSent;
    let mut credential_renewed = false;
    loop {
        if call.renews_credential(&failure, credential_renewed).await {
            // A 401 proves that nothing was processed, so the one replay is harmless for writes too. The 401 does not count
            // towards the call's outcome. The replay's outcome does.
            credential_renewed = true;
            if is_undone(call, &failure) {
                call.withdraw().await;
            }
        } else {
            delivery = delivery.max(failure.delivery());
            if failure.delivery() == Delivery::NotSent {
                call.withdraw().await;
            }
            match wait_before_retry(call, &failure) {
                Ok(wait) => {
                    // A refusal that ends the call is the call's outcome. A refusal that is followed by a retry is not.
                    if failure.delivery() == Delivery::Refused && is_undone(call, &failure) {
                        call.withdraw().await;
                    }
                    call.sleep(wait).await;
                }
                Err(reason) => return Err(failure.at_least(delivery).with_stop(reason)),
            }
        }
        failure = match call.attempt().await {
            Ok(success) => return Ok(success),
            Err(failure) => failure,
        };
    }
}

/// Returns whether it is proven that the provider did nothing for the last attempt.
fn is_undone(call: &impl Attempts, failure: &Failure) -> bool {
    match failure.delivery() {
        Delivery::NotSent => true,
        Delivery::Refused => !call.is_unasked(),
        Delivery::Unknown => false,
    }
}

/// Asks the policy, within limits that no policy can change: a call that may have happened is repeated only if the repeat is
/// harmless, a refusal by the caller's own step is final, and no wait outlasts the call's timeout.
fn wait_before_retry(call: &mut impl Attempts, failure: &Failure) -> Result<Duration, StopReason> {
    let attempt = call.failed(failure);
    let may_repeat = attempt.idempotency != Idempotency::NonIdempotent || is_undone(call, failure);
    if let RetryDecision::Stop(reason) = call.policy().decide(&attempt) {
        return Err(reason);
    }
    // A wait would change neither of these failures.
    if matches!(attempt.kind, ErrorKind::Withheld | ErrorKind::NoRuntime) {
        return Err(StopReason::NotRetryable);
    }
    if !may_repeat {
        return Err(StopReason::MayHaveHappened);
    }
    let wait = call.backoff().wait(&attempt);
    if wait >= attempt.remaining {
        return Err(StopReason::DeadlineTooClose);
    }
    telemetry::retrying(&attempt, wait);
    Ok(wait)
}

#[cfg(test)]
mod tests {
    use std::{
        collections::VecDeque,
        pin::pin,
        task::{Context, Poll, Waker},
    };

    use super::*;
    use crate::operation::{Method, OperationInfo};

    const WRITE: &OperationInfo = &OperationInfo::new("write", Method::Post, "/");

    /// A call whose attempts end as planned.
    struct Planned {
        plan: VecDeque<Failure>,
        policy: Eager,
        idempotency: Idempotency,
        renews: bool,
        is_unasked: bool,
        story: Vec<&'static str>,
    }

    /// Always requests another attempt after this time.
    #[derive(Debug)]
    struct Eager(Duration);

    impl RetryPolicy for Eager {
        fn decide(&self, _: &FailedAttempt) -> RetryDecision {
            RetryDecision::Retry
        }
    }

    impl Backoff for Eager {
        fn wait(&self, _: &FailedAttempt) -> Duration {
            self.0
        }
    }

    impl Attempts for Planned {
        type Success = ();

        async fn attempt(&mut self) -> Result<(), Failure> {
            self.story.push("attempt");
            self.plan.pop_front().map_or(Ok(()), Err)
        }

        async fn renews_credential(&mut self, failure: &Failure, was_renewed: bool) -> bool {
            failure.kind() == ErrorKind::Status && self.renews && !was_renewed
        }

        async fn withdraw(&mut self) {
            self.story.push("withdraw");
        }

        fn is_unasked(&self) -> bool {
            self.is_unasked
        }

        fn failed(&mut self, failure: &Failure) -> FailedAttempt {
            FailedAttempt {
                idempotency: self.idempotency,
                ..FailedAttempt::new(WRITE, failure.kind(), failure.delivery())
            }
        }

        fn policy(&self) -> &dyn RetryPolicy {
            &self.policy
        }

        fn backoff(&self) -> &dyn Backoff {
            &self.policy
        }

        async fn sleep(&mut self, _: Duration) {
            self.story.push("sleep");
        }
    }

    /// Runs the loop to its end. The loop never waits, because there is no clock.
    fn run(call: &mut Planned, first: Failure) -> Result<(), Failure> {
        let mut context = Context::from_waker(Waker::noop());
        match pin!(after(first, call)).poll(&mut context) {
            Poll::Ready(outcome) => outcome,
            Poll::Pending => panic!("it waits"),
        }
    }

    fn planned(plan: impl IntoIterator<Item = Failure>) -> Planned {
        Planned {
            plan: plan.into_iter().collect(),
            policy: Eager(Duration::from_secs(1)),
            idempotency: Idempotency::NonIdempotent,
            renews: false,
            is_unasked: false,
            story: Vec::new(),
        }
    }

    fn not_sent() -> Failure {
        Failure::new(ErrorKind::Connect, Delivery::NotSent)
    }

    fn unknown() -> Failure {
        Failure::new(ErrorKind::Interrupted, Delivery::Unknown)
    }

    fn refused() -> Failure {
        Failure::new(ErrorKind::Status, Delivery::Refused)
    }

    fn end(outcome: Result<(), Failure>) -> (ErrorKind, Delivery) {
        let failure = outcome.unwrap_err();
        (failure.kind(), failure.delivery())
    }

    #[test]
    fn what_was_not_sent_is_withdrawn_and_sent_after_the_wait() {
        let mut call = planned([not_sent()]);
        run(&mut call, not_sent()).unwrap();
        let round = ["withdraw", "sleep", "attempt"];
        assert_eq!(call.story, [round, round].concat());
    }

    #[test]
    fn no_policy_repeats_what_may_have_happened() {
        let mut call = planned([]);
        let expected = (ErrorKind::Interrupted, Delivery::Unknown);
        assert_eq!(end(run(&mut call, unknown())), expected);
        assert!(call.story.is_empty());
        // If a repeat is harmless, the call is repeated.
        call.idempotency = Idempotency::Idempotent;
        run(&mut call, unknown()).unwrap();
        assert_eq!(call.story, ["sleep", "attempt"]);
    }

    #[test]
    fn no_policy_repeats_a_write_for_a_response_that_may_be_no_response_to_it() {
        let mut call = planned([]);
        run(&mut call, refused()).unwrap();
        assert_eq!(call.story, ["withdraw", "sleep", "attempt"]);
        let mut call = planned([]);
        call.is_unasked = true;
        let expected = (ErrorKind::Status, Delivery::Refused);
        assert_eq!(end(run(&mut call, refused())), expected);
        call.idempotency = Idempotency::Safe;
        run(&mut call, refused()).unwrap();
        // The request may have been processed nevertheless, so nothing is withdrawn.
        assert_eq!(call.story, ["sleep", "attempt"]);
        call.renews = true;
        call.story.clear();
        run(&mut call, refused()).unwrap();
        assert_eq!(call.story, ["attempt"]);
    }

    #[test]
    fn no_policy_repeats_what_the_caller_withheld() {
        let mut call = planned([]);
        let withheld = Failure::new(ErrorKind::Withheld, Delivery::NotSent);
        let expected = (ErrorKind::Withheld, Delivery::NotSent);
        assert_eq!(end(run(&mut call, withheld)), expected);
        assert_eq!(call.story, ["withdraw"]);
    }

    #[test]
    fn no_wait_reaches_the_end_of_the_call() {
        // `FailedAttempt::new` has one minute left.
        for (wait, is_repeated) in [(59, true), (60, false), (61, false)] {
            let mut call = planned([]);
            call.policy = Eager(Duration::from_secs(wait));
            assert_eq!(run(&mut call, not_sent()).is_ok(), is_repeated, "{wait}");
        }
    }

    #[test]
    fn the_greatest_doubt_of_all_attempts_counts() {
        let mut call = planned([refused()]);
        call.idempotency = Idempotency::Safe;
        call.policy = Eager(Duration::from_secs(1));
        let mut plan = VecDeque::from([refused(), not_sent()]);
        plan.push_back(Failure::new(ErrorKind::Withheld, Delivery::NotSent));
        call.plan = plan;
        let expected = (ErrorKind::Withheld, Delivery::Unknown);
        assert_eq!(end(run(&mut call, unknown())), expected);
    }

    #[test]
    fn a_renewed_credential_is_tried_once_and_at_once() {
        let mut call = planned([]);
        call.renews = true;
        run(&mut call, refused()).unwrap();
        assert_eq!(call.story, ["withdraw", "attempt"]);

        // The second refusal concerns the call. A replay that is not sent leaves no doubt.
        let mut call = planned([Failure::new(ErrorKind::Withheld, Delivery::NotSent)]);
        call.renews = true;
        let expected = (ErrorKind::Withheld, Delivery::NotSent);
        assert_eq!(end(run(&mut call, refused())), expected);
        let mut call = planned([
            refused(),
            Failure::new(ErrorKind::Withheld, Delivery::NotSent),
        ]);
        call.renews = true;
        let expected = (ErrorKind::Withheld, Delivery::Refused);
        assert_eq!(end(run(&mut call, refused())), expected);
        let renewed = ["withdraw", "attempt"];
        let repeated = ["withdraw", "sleep", "attempt"];
        let story = [&renewed[..], &repeated, &["withdraw"]].concat();
        assert_eq!(call.story, story);
    }
}
