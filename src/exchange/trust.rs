//! Whose certificates are taken beside those that this machine trusts, and whether a TLS connection comes about at all.

use super::outcomes::classify_causes;
use super::{connect_to, is_loopback};
use crate::protocol::attempt::AttemptOutcome;
use reqwest::Certificate;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, crypto};
use rustls_platform_verifier::Verifier;
use std::sync::Arc;
use tokio_rustls::TlsConnector;
use url::Url;

/// Authorities that are trusted for a run, and whether certificates of this machine's own names are looked at at all.
#[derive(Debug, Clone, Default)]
pub(crate) struct TlsTrust {
    authorities: Vec<CertificateDer<'static>>,
    pub(super) insecure: bool,
}

impl TlsTrust {
    /// Reads authorities from PEM; fails in words. `insecure` takes every certificate of this machine's own names, and
    /// means nothing for others.
    pub(crate) fn read(pem: Option<&[u8]>, insecure: bool) -> Result<Self, String> {
        let read = |pem| CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
        let authorities = pem.map_or(Ok(Vec::new()), read).map_err(|error| error.to_string())?;
        match pem.is_some() && authorities.is_empty() {
            true => Err("there is no certificate in it".into()),
            false => Ok(Self { authorities, insecure }),
        }
    }

    /// The authorities, for a client.
    pub(super) fn certificates(&self) -> impl Iterator<Item = Certificate> {
        self.authorities.iter().filter_map(|der| Certificate::from_der(der).ok())
    }

    fn configure(&self) -> Result<ClientConfig, rustls::Error> {
        let provider = Arc::new(crypto::ring::default_provider());
        let verifier = Verifier::new_with_extra_roots(self.authorities.iter().cloned(), provider.clone())?;
        let verifier: Arc<dyn ServerCertVerifier> = Arc::new(verifier);
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        Ok(config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
    }
}

/// Connects, makes the TLS handshake where the URL asks for one, and says nothing more: no request is made.
///
/// # Errors
/// How an attempt would have ended.
pub(crate) async fn shake_hands(url: &Url, trust: &TlsTrust) -> Result<(), AttemptOutcome> {
    let failed = |error: &(dyn std::error::Error + 'static)| classify_causes(Some(error), error.to_string());
    let stream = connect_to(url).await.map_err(|error| failed(&error))?;
    if url.scheme() != "https" || trust.insecure && is_loopback(url) {
        return Ok(());
    }
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(host).map_err(|error| failed(&error))?;
    let config = trust.configure().map_err(|error| failed(&error))?;
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.map(drop).map_err(|error| failed(&error))
}
