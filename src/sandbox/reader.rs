//! Reading what a sandbox delivered, beside the sandbox that writes or after its end.

use super::delivery::{self, DeliveryFilter};
use super::schema::SANDBOX;
use crate::database::{self, OpenError};
use crate::protocol::delivery::SandboxDelivery;
use std::path::Path;
use std::time::Duration;

/// How long to wait for a lock. A log keeps readers and writers apart; only another program's lock is met here.
const PATIENCE: Duration = Duration::from_secs(4);

/// Deliveries, oldest first; `None` where there is no sandbox yet. Makes none.
pub(crate) fn read_deliveries(path: &Path, wanted: &DeliveryFilter) -> Result<Option<Vec<SandboxDelivery>>, OpenError> {
    let Some(connection) = database::open_reader(&SANDBOX, path, PATIENCE)? else { return Ok(None) };
    let found = delivery::list_deliveries(&connection, wanted);
    found.map(Some).map_err(|error| OpenError::from_sqlite(path, SANDBOX.noun, &error))
}
