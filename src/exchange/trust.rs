//! Whose certificates are taken beside those that this machine trusts.

use reqwest::Certificate;

/// Authorities that are trusted for a run, and whether certificates of this machine's own names are looked at at all.
#[derive(Debug, Clone, Default)]
pub(crate) struct TlsTrust {
    pub(super) authorities: Vec<Certificate>,
    pub(super) insecure: bool,
}

impl TlsTrust {
    /// Reads authorities from PEM; fails in words. `insecure` takes every certificate of this machine's own names, and
    /// means nothing for others.
    pub(crate) fn read(pem: Option<&[u8]>, insecure: bool) -> Result<Self, String> {
        let authorities =
            pem.map_or(Ok(Vec::new()), Certificate::from_pem_bundle).map_err(|error| error.to_string())?;
        match pem.is_some() && authorities.is_empty() {
            true => Err("there is no certificate in it".into()),
            false => Ok(Self { authorities, insecure }),
        }
    }
}
