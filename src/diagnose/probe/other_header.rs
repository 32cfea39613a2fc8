//! The header field in which a signature is looked for, where it is not the service's.

use super::manners::{BARE_DIGITS, HEADERS, HeaderValue, SigningManner, VALUES};
use super::prober::EndpointProber;
use super::{ProbeRequest, ProbeResponse};
use crate::diagnose::reading::OTHER_HEADER;

/// What the first requests are called, and those that tell them apart.
const ALL: &str = "signed rightly, in other headers";
const SOME: &str = "signed rightly, in some of them";

/// Tries several header fields in one request, and finds out which of them it was: each written as is usual there, and then
/// the other way.
pub(super) async fn find_header<S>(prober: &mut EndpointProber<S>, usual: &SigningManner, body: &[u8]) -> bool
where
    S: AsyncFnMut(&ProbeRequest) -> ProbeResponse,
{
    let otherwise = |(name, written): (&'static str, HeaderValue)| match written {
        HeaderValue::Usual => (name, HeaderValue::Bare),
        HeaderValue::Bare | HeaderValue::Base64 => (name, HeaderValue::Usual),
    };
    find_among(HEADERS.to_vec(), prober, usual, body).await
        || find_among(HEADERS.map(otherwise).to_vec(), prober, usual, body).await
}

async fn find_among<S>(
    mut left: Vec<(&'static str, HeaderValue)>,
    prober: &mut EndpointProber<S>,
    usual: &SigningManner,
    body: &[u8],
) -> bool
where
    S: AsyncFnMut(&ProbeRequest) -> ProbeResponse,
{
    let bare = usual.with_value(&BARE_DIGITS);
    let base64 = usual.with_value(&VALUES[0]);
    let manner = |written: HeaderValue| match written {
        HeaderValue::Usual => usual.clone(),
        HeaderValue::Bare => bare.clone(),
        HeaderValue::Base64 => base64.clone(),
    };
    let mut what = ALL;
    loop {
        let half = left.split_off(if what == ALL { left.len() } else { left.len() / 2 });
        let signatures = left.iter().map(|(name, written)| (*name, manner(*written).sign(body))).collect();
        let request = ProbeRequest { what, body: body.to_vec(), signatures, cut: None };
        match (prober.send(&request).await == Some(ProbeResponse::Accepted), what) {
            (false, ALL) => return false,
            (false, _) => left = half,
            (true, _) => {}
        }
        if let [(name, written)] = left[..] {
            // How the value is written there is that header's; only the header is wrong.
            prober.manner = manner(written).with_headers(&[name]);
            prober.manner.causes = vec![&OTHER_HEADER];
            return true;
        }
        what = SOME;
    }
}
