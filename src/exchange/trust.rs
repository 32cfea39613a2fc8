//! Whose certificates are taken beside those that this machine trusts, and whether a TLS connection comes about at all.

use super::outcomes::classify_causes;
use super::tls_errors::is_own_authority;
use super::{connect_to, is_loopback};
use crate::protocol::attempt::AttemptOutcome;
use reqwest::Certificate;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme, crypto};
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

    /// What makes TLS connections where authorities were given; `None` where the client's own means do, and where this
    /// machine has no certificates.
    pub(crate) fn configure_given(&self) -> Option<ClientConfig> {
        (!self.authorities.is_empty()).then(|| self.configure().ok()).flatten()
    }

    fn configure(&self) -> Result<ClientConfig, rustls::Error> {
        let provider = Arc::new(crypto::ring::default_provider());
        let given = self.authorities.clone();
        let machine = Verifier::new_with_extra_roots(given.iter().cloned(), provider.clone())?;
        let verifier: Arc<dyn ServerCertVerifier> = Arc::new(GivenVerifier { machine, given });
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        Ok(config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
    }
}

/// The machine's verifier, which takes one thing more: the very certificate that was given, shown by the server itself.
/// `openssl req -x509` marks what it makes as a CA, and webpki takes none for a server's.
#[derive(Debug)]
struct GivenVerifier {
    machine: Verifier,
    given: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for GivenVerifier {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match self.machine.verify_server_cert(shown, chain, name, ocsp, now) {
            // Its time was looked at before its mark, its name was not.
            Err(fault) if is_own_authority(&fault) && self.given.contains(shown) => {
                verify_server_name(&ParsedCertificate::try_from(shown)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.machine.verify_tls12_signature(message, shown, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.machine.verify_tls13_signature(message, shown, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.machine.supported_verify_schemes()
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
