//! Why a TLS handshake failed, in words of what to do about it. Knows rustls' errors only.

use rustls::{AlertDescription as Alert, CertificateError, Error, OtherError};

/// A sentence without its first letter's capital and without a full stop.
pub(crate) fn describe_tls_error(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(fault) => describe_certificate_error(fault),
        Error::InvalidMessage(_) => "the other side does not speak TLS on this port; is it http:// instead?".to_owned(),
        Error::PeerIncompatible(_) => NOTHING_IN_COMMON.to_owned(),
        Error::AlertReceived(Alert::HandshakeFailure | Alert::ProtocolVersion | Alert::InsufficientSecurity) => {
            NOTHING_IN_COMMON.to_owned()
        }
        Error::AlertReceived(Alert::CertificateRequired | Alert::BadCertificate | Alert::UnknownCA) => {
            "the other side wants a certificate of its clients, and none is sent from here".to_owned()
        }
        Error::AlertReceived(Alert::UnrecognisedName) => "the other side serves no such name".to_owned(),
        other => other.to_string(),
    }
}

const NOTHING_IN_COMMON: &str = "there is no version or cipher in common: TLS 1.2 (with ECDHE) and 1.3 are spoken here";

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
        // What `openssl req -x509` makes; webpki has an error for it that rustls does not name.
        CertificateError::Other(other) if names(other, "CaUsedAsEndEntity") => {
            "the certificate is self-signed and marked as a CA, which no server's is; give this very certificate with \
             --ca-file, or issue a server certificate from it, and trust the CA"
        }
        CertificateError::BadSignature => {
            "its signature does not hold: the authority was made anew under the same name, or a key has fewer than 2048 \
             bits; give the present CA's file with --ca-file, or issue a new certificate"
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => NO_SERVER,
        // An error of the verifier's own.
        CertificateError::Other(other) if names(other, "EkuError") => NO_SERVER,
        // What `openssl x509 -req` makes without a file of extensions.
        CertificateError::Other(other) if names(other, "UnsupportedCertVersion") => {
            "the certificate is of the old version 1 and names no host; issue one with a subjectAltName"
        }
        CertificateError::Other(other) => return format!("the certificate cannot be used: {}", inner_words(other)),
        other => return format!("the certificate cannot be used: {other}"),
    };
    words.to_owned()
}

/// Whether a certificate was refused for nothing but being that of an authority.
pub(super) fn is_own_authority(fault: &Error) -> bool {
    matches!(fault, Error::InvalidCertificate(CertificateError::Other(other)) if names(other, "CaUsedAsEndEntity"))
}

const NO_SERVER: &str =
    "the certificate is not for servers; issue one whose extended key usage, where it has any, is serverAuth";

/// Whether an error that rustls does not name has this name in the verifier.
fn names(error: &OtherError, name: &str) -> bool {
    format!("{error:?}").contains(name)
}

/// What stands within `Other(…)`.
fn inner_words(error: &OtherError) -> String {
    format!("{error:?}").trim_start_matches("OtherError(").trim_end_matches(')').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[derive(Debug, thiserror::Error)]
    #[error("a verifier's error")]
    enum Verifier {
        CaUsedAsEndEntity,
        EkuError,
        UnsupportedCertVersion,
        NameConstraintViolation,
    }

    #[test]
    fn each_fault_of_a_certificate_says_what_to_do() {
        let other = |fault| CertificateError::Other(OtherError(Arc::new(fault)));
        for (fault, words) in [
            (CertificateError::UnknownIssuer, "SSL_CERT_FILE"),
            (CertificateError::Expired, "expired"),
            (CertificateError::NotValidYet, "clocks"),
            (CertificateError::NotValidForName, "another name"),
            (CertificateError::Revoked, "revoked"),
            (CertificateError::BadSignature, "made anew under the same name"),
            (CertificateError::InvalidPurpose, "not for servers"),
            (other(Verifier::EkuError), "not for servers"),
            (other(Verifier::CaUsedAsEndEntity), "self-signed"),
            (other(Verifier::UnsupportedCertVersion), "subjectAltName"),
            (other(Verifier::NameConstraintViolation), "cannot be used: NameConstraintViolation"),
            (CertificateError::BadEncoding, "cannot be used"),
        ] {
            let said = describe_tls_error(&Error::InvalidCertificate(fault.clone()));
            assert!(said.contains(words) && !said.contains("Other"), "{fault:?}: {said}");
        }
    }

    #[test]
    fn what_the_other_side_refuses_is_no_name_of_an_alert() {
        for (alert, words) in [
            (Alert::HandshakeFailure, "no version or cipher in common"),
            (Alert::ProtocolVersion, "no version or cipher in common"),
            (Alert::CertificateRequired, "wants a certificate of its clients"),
            (Alert::UnrecognisedName, "no such name"),
        ] {
            let said = describe_tls_error(&Error::AlertReceived(alert));
            assert!(said.contains(words), "{alert:?}: {said}");
        }
    }
}
