//! Whose certificates a command takes that delivers: options of every one of them.

use super::input;
use crate::context::Context;
use crate::error::Error;
use crate::exchange::{HttpClient, TlsTrust, is_loopback};
use std::path::PathBuf;
use url::Url;

/// Largest bundle of certificates that is read.
const BUNDLE_LIMIT: u64 = 4 << 20;

/// Options for https targets.
#[derive(Debug, Clone, Default, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "TLS")]
pub(crate) struct Arguments {
    /// Trust the certificates in this PEM file too
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Take any certificate of this machine's own names (localhost, 127.0.0.1, app.localhost)
    #[arg(short = 'k', long)]
    insecure: bool,
}

impl Arguments {
    /// What is trusted on the way to these targets.
    pub(crate) fn read(&self, targets: &[&Url], context: &Context) -> Result<TlsTrust, Error> {
        let elsewhere = targets.iter().find(|url| url.scheme() == "https" && !is_loopback(url));
        if let (true, Some(url)) = (self.insecure, elsewhere) {
            let host = url.host_str().unwrap_or_default();
            return Err(Error::usage(format!(
                "--insecure works only for this machine's own names, and {host} is not one of them"
            ))
            .hint("trust the authority that signed its certificate: --ca-file FILE"));
        }
        let Some(path) = &self.ca_file else { return Ok(TlsTrust::read(None, self.insecure).unwrap_or_default()) };
        let pem = input::read_input(context, path, BUNDLE_LIMIT, "CA file")?;
        TlsTrust::read(Some(&pem), self.insecure).map_err(|error| {
            Error::usage(format!("{} cannot be used as CA file: {error}", path.display())).caused_by(error)
        })
    }

    /// Refuses options that mean nothing without another one.
    pub(crate) fn require(&self, headers: bool, with: bool, option: &str) -> Result<(), Error> {
        let given = match self {
            _ if headers => "-H",
            Self { ca_file: Some(_), .. } => "--ca-file",
            Self { insecure: true, .. } => "--insecure",
            _ => return Ok(()),
        };
        match with {
            true => Ok(()),
            false => Err(Error::usage(format!("{given} works only with {option}"))),
        }
    }

    /// The options as they were given, for a line that repeats a command.
    pub(crate) fn list_options(&self) -> Vec<String> {
        let file = self.ca_file.iter().flat_map(|path| ["--ca-file".to_owned(), path.display().to_string()]);
        file.chain(self.insecure.then(|| "--insecure".to_owned())).collect()
    }

    /// A client for these targets.
    pub(crate) fn open_client(&self, targets: &[&Url], context: &Context) -> Result<HttpClient, Error> {
        Ok(HttpClient::trusting(self.read(targets, context)?))
    }
}
