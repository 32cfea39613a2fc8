//! `inspect`: the page on the stored history, without a listener.

use crate::config::ConfigSettings;
use crate::config::secrets::WebhookSecrets;
use crate::context::Context;
use crate::error::{Error, Exit};
use crate::inspector::{self, InspectorContext, InspectorDoor};
use crate::output::console::Console;
use crate::output::human::ScreenStream;
use crate::output::records::ReadyRecord;
use crate::session::ready_file::{self, ReadyFile};
use crate::session::{self, arguments, listener, runtime};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// Look at the history in a browser, live: search, compare, send again
#[derive(Debug, clap::Args)]
#[command(
    after_help = "It shows what the store of the profile holds, and what a listener in another terminal adds to it.
The page is answered on this machine alone, and to the browser that opened the URL with its token.
Beside a listener of its own: referralloop listen --inspect. The paths that the page reads are
described in docs/inspector.md.

Examples:
  referralloop inspect
  referralloop inspect --inspect-port 0 --ready-file ready.json
  referralloop inspect --open"
)]
pub(crate) struct Arguments {
    /// Serve the page on this port; 0 picks a free one
    #[arg(short = 'p', long, visible_alias = "port", value_name = "PORT")]
    #[arg(value_parser = arguments::read_port, default_value_t = inspector::PORT)]
    inspect_port: u16,
    /// Serve it on this address; other than this machine's own needs a secret of yours
    #[arg(long, value_name = "ADDRESS", value_parser = arguments::read_address, default_value = "127.0.0.1")]
    bind: IpAddr,
    /// Open it in the browser
    #[arg(long)]
    open: bool,
    /// Sign with the secret in this file (- for standard input), and explain signatures with it
    #[arg(long, value_name = "FILE")]
    secret_file: Vec<PathBuf>,
    /// Write {inspect_url, pid} as JSON to this file once connections are accepted; removed at the end
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,
}

/// Serves the page until told to stop.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Error> {
    let console = Console::new(context);
    let settings = session::load_settings(context, &console)?;
    let secrets = session::load_secrets(context, &settings, &arguments.secret_file)?;
    session::refuse_open_address(arguments.bind, &secrets)?;
    runtime::serve_on(true, serve(arguments, context, &console, &settings, &secrets))
}

async fn serve(
    arguments: &Arguments,
    context: &Context,
    console: &Console,
    settings: &ConfigSettings,
    secrets: &WebhookSecrets,
) -> Result<Exit, Error> {
    let stop = context.subscribe_stop()?;
    ready_file::require_folder(context, arguments.ready_file.as_ref())?;
    let store = session::open_store(context, settings)?;
    let address = SocketAddr::new(arguments.bind, arguments.inspect_port);
    let door = InspectorDoor::bind(address, store.path(), (&context.clock, &context.entropy)).await?;
    let (url, path) = (door.url(), store.path().to_path_buf());
    let running = door.start(InspectorContext::collect(context, settings, (secrets, &store), None));
    let fields = ReadyRecord { pid: context.pid, inspect_url: Some(&url), ..ReadyRecord::default() };
    let file = arguments.ready_file.as_ref().map(|file| context.resolve(file));
    let _ready_file = file.map(|file| ReadyFile::write(file, context.clock.now(), &fields)).transpose()?;
    let (screen, _) = console.start_screen()?;
    listener::show_inspector(Some(&url), console, &screen);
    match console.is_json() {
        true => screen.write_record(context.clock.now(), &fields),
        false => screen.print(ScreenStream::Err, "Ready. Ctrl-C stops.\n".to_owned()),
    }
    if arguments.open {
        inspector::open_browser(&url, &path, context)?;
    }
    stop.wait_for_stop().await;
    tokio::select! {
        () = running.finish() => {}
        _ = stop.wait_for_second_stop() => {}
    }
    store.close().await;
    screen.finish()?;
    Ok(Exit::Done)
}
