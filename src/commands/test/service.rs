//! `test --as-service`: whose receiver is audited, and how that service signs.

use crate::error::Error;
use crate::protocol::referralhero::HeroEncoding;
use crate::session::request::EncodingOption;
use clap::ValueEnum;

/// Options of the service.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(next_help_heading = "Request")]
pub(super) struct Arguments {
    /// Audit a receiver of this service's events, by its rules
    #[arg(long, value_enum, value_name = "SERVICE", default_value_t)]
    as_service: ServiceOption,
    /// Write ReferralHero's signature like this; its pages do not say which
    #[arg(long, value_enum, value_name = "HOW", default_value_t, conflicts_with = "no_secret")]
    encoding: EncodingOption,
}

/// Whose events are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum ServiceOption {
    /// Five tries, any 2xx acknowledges
    #[default]
    Referralloop,
    /// Three tries, 200 alone acknowledges
    Referralhero,
}

impl Arguments {
    /// How the second service's events are signed, where these are asked for.
    pub(super) fn hero(&self) -> Result<Option<HeroEncoding>, Error> {
        match (self.as_service, self.encoding) {
            (ServiceOption::Referralhero, encoding) => Ok(Some(encoding.as_encoding())),
            (ServiceOption::Referralloop, EncodingOption::Hex) => Ok(None),
            (ServiceOption::Referralloop, EncodingOption::Base64) => {
                Err(Error::usage("--encoding base64 is for ReferralHero; ReferralLoop signs in hexadecimal")
                    .hint("add --as-service referralhero"))
            }
        }
    }

    /// What a line that repeats a check must have of these.
    pub(super) fn list_options(&self) -> Vec<String> {
        let mut options = Vec::new();
        let hero = self.as_service == ServiceOption::Referralhero;
        options.extend(hero.then_some(["--as-service", "referralhero"]).into_iter().flatten().map(str::to_owned));
        let base64 = self.encoding == EncodingOption::Base64;
        options.extend(base64.then_some(["--encoding", "base64"]).into_iter().flatten().map(str::to_owned));
        options
    }
}
