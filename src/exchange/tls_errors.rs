//! Why a TLS handshake failed, in words of what to do about it. Knows rustls' errors only.

use rustls::{CertificateError, Error, OtherError};

/// A sentence without its first letter's capital and without a full stop.
pub(super) fn describe_tls_error(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(fault) => describe_certificate_error(fault),
        Error::InvalidMessage(_) => "the other side does not speak TLS on this port; is it http:// instead?".to_owned(),
        other => other.to_string(),
    }
}

fn describe_certificate_error(fault: &CertificateError) -> String {
    let words = match fault {
        CertificateError::UnknownIssuer => {
            "the certificate was not issued by an authority that this machine trusts; give its CA's file with --ca-file or \
             in SSL_CERT_FILE, or add the CA to the system's certificates"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the certificate has expired; issue a new one"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the certificate is not valid yet; compare the clocks of both machines"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "the certificate is for another name; use the name that it was issued for, or issue one for this name"
        }
        CertificateError::Revoked => "the certificate was revoked; issue a new one",
        CertificateError::Other(other) if is_own_authority(other) => {
            "the certificate is self-signed and marked as a CA, so it cannot be a server's; issue a server certificate \
             from it, and trust the CA"
        }
        other => return format!("the certificate cannot be used: {other}"),
    };
    words.to_owned()
}

/// What `openssl req -x509` makes; webpki has an error for it that rustls does not name.
fn is_own_authority(error: &OtherError) -> bool {
    format!("{error:?}").contains("CaUsedAsEndEntity")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn each_fault_of_a_certificate_says_what_to_do() {
        #[derive(Debug, thiserror::Error)]
        #[error("CaUsedAsEndEntity")]
        struct CaUsedAsEndEntity;
        for (fault, words) in [
            (CertificateError::UnknownIssuer, "SSL_CERT_FILE"),
            (CertificateError::Expired, "expired"),
            (CertificateError::NotValidYet, "clocks"),
            (CertificateError::NotValidForName, "another name"),
            (CertificateError::Revoked, "revoked"),
            (CertificateError::Other(OtherError(Arc::new(CaUsedAsEndEntity))), "self-signed"),
            (CertificateError::BadEncoding, "cannot be used"),
        ] {
            let said = describe_tls_error(&Error::InvalidCertificate(fault.clone()));
            assert!(said.contains(words) && !said.contains("OtherError"), "{fault:?}: {said}");
        }
    }
}
