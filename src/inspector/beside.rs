//! `--inspect`: the page beside another server, a listener or a sandbox.

use super::{InspectorContext, InspectorDoor, PORT, RunningInspector, open_browser};
use crate::config::ConfigSettings;
use crate::config::secrets::WebhookSecrets;
use crate::context::Context;
use crate::error::Error;
use crate::session::arguments;
use crate::store::Store;
use std::net::SocketAddr;
use url::Url;

/// Options of the page.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Looking at it in a browser")]
pub(crate) struct InspectOptions {
    /// Serve the inspector too, a page on this machine that shows what happens, live
    #[arg(long)]
    inspect: bool,
    /// Serve it on this port; 0 picks a free one [default: 4243]
    #[arg(long, value_name = "PORT", value_parser = arguments::read_port, requires = "inspect")]
    inspect_port: Option<u16>,
    /// Open it in the browser
    #[arg(long, requires = "inspect")]
    open: bool,
}

impl InspectOptions {
    /// Whether it is wanted.
    pub(crate) fn is_wanted(&self) -> bool {
        self.inspect
    }

    /// Binds, where it is wanted.
    ///
    /// # Errors
    /// There is no store to look into, or the port is taken.
    pub(crate) async fn bind(&self, context: &Context, store: Option<&Store>) -> Result<Option<InspectorDoor>, Error> {
        if !self.inspect {
            return Ok(None);
        }
        let Some(store) = store else {
            return Err(Error::usage("--inspect shows the store, which --no-store leaves out"));
        };
        let address = SocketAddr::from(([127, 0, 0, 1], self.inspect_port.unwrap_or(PORT)));
        InspectorDoor::bind(address, store.path(), (&context.clock, &context.entropy)).await.map(Some)
    }

    /// Begins to serve, and opens the browser where that is wanted.
    pub(crate) fn start(
        &self,
        door: Option<InspectorDoor>,
        (context, settings): (&Context, &ConfigSettings),
        (secrets, store): (&WebhookSecrets, Option<&Store>),
        listener: Option<&Url>,
    ) -> Result<Option<RunningInspector>, Error> {
        let Some((door, store)) = door.zip(store) else { return Ok(None) };
        let url = door.url();
        let running = door.start(InspectorContext::collect(context, settings, (secrets, store), listener.cloned()));
        if self.open {
            open_browser(&url, store.path(), context)?;
        }
        Ok(Some(running))
    }
}
