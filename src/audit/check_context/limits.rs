//! The bounds of an audit: no request is made beyond their number, and what is under way when they are used up is left.

use super::CheckContext;
use std::future::Future;

impl CheckContext<'_> {
    /// Keeps so many requests for the checks at the end.
    pub(in crate::audit) fn keep_requests(&self, count: u32) {
        self.log().kept = count.min(self.plan.limits.requests.saturating_sub(1));
    }

    /// Whether so many more requests may be made.
    pub(in crate::audit) fn has_requests(&self, more: u32) -> bool {
        let log = self.log();
        log.requests.saturating_add(more).saturating_add(log.kept) <= self.plan.limits.requests
    }

    /// Counts requests that are about to be made. Where there are not so many left, it never returns, and whoever waits
    /// in `stay_within_limits` is told.
    pub(in crate::audit) async fn take_requests(&self, count: u32) {
        if self.has_requests(count) {
            self.log().requests += count;
            return;
        }
        self.spent.notify_one();
        std::future::pending::<()>().await;
    }

    /// Does something for as long as there is time and there are requests; `Err` says which of both is used up.
    pub(in crate::audit) async fn stay_within_limits<T>(&self, doing: impl Future<Output = T>) -> Result<T, String> {
        let left = self.plan.limits.time.saturating_sub(self.elapsed());
        let bounded = async {
            tokio::select! {
                biased;
                done = doing => Ok(done),
                () = self.spent.notified() => Err(self.describe_request_limit()),
            }
        };
        match tokio::time::timeout(left, bounded).await {
            Ok(ended) => ended,
            Err(_) => Err(self.describe_time_limit()),
        }
    }

    pub(in crate::audit) fn describe_request_limit(&self) -> String {
        format!("it would take more than {} requests (--max-requests)", self.plan.limits.requests)
    }

    pub(in crate::audit) fn describe_time_limit(&self) -> String {
        format!("the audit's time is up ({} s; --max-time)", self.plan.limits.time.as_secs())
    }
}
