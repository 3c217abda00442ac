use std::time::Duration;

use time::OffsetDateTime;

use crate::output::Failure;
use crate::smoke::report::Report;

/// A smoke test of many.
#[derive(Debug)]
pub(crate) struct Round {
    pub(crate) began: OffsetDateTime,
    pub(crate) took: Duration,
    /// Or why the test could not run.
    pub(crate) report: Result<Report, Failure>,
}

impl Round {
    pub(crate) fn passed(&self) -> bool {
        let report = self.report.as_ref();
        report.is_ok_and(|report| report.totals().failed == 0)
    }
}
