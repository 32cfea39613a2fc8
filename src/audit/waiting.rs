//! Waiting for an endpoint that is being started.

use super::AuditPlan;
use crate::exchange::connect_to;
use crate::shutdown::StopReceiver;
use std::time::Duration;

/// Time between two looks.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// Waits until somebody listens at the endpoint, as long as the plan has it; also ends when told to stop. Whether somebody
/// does listen the first request finds out.
pub(crate) async fn wait_for_endpoint(plan: &AuditPlan, stop: &StopReceiver) {
    if plan.wait.is_zero() {
        return;
    }
    let look = async {
        while connect_to(&plan.url).await.is_err() {
            plan.clock.sleep(BETWEEN_LOOKS).await;
        }
    };
    tokio::select! {
        () = look => {}
        () = plan.clock.sleep(plan.wait) => {}
        _ = stop.wait_for_stop() => {}
    }
}
