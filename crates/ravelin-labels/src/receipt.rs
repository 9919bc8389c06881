use customer_api_core::Timestamp;

use crate::LabelReceipt;

impl LabelReceipt {
    /// Returns the time when the label was recorded: `eventTime`, or `timestamp` if the response has no `eventTime`.
    #[must_use]
    pub fn recorded_at(&self) -> Option<&Timestamp> {
        self.event_time.as_ref().or(self.timestamp.as_ref())
    }
}
