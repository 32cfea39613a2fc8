//! A request's head as it goes over the wire: what is asked for, and the fields in their order. What a dry run prints and
//! what is sent both come from here.

use super::field::FieldName;
use super::target::{is_loopback, socket_parts};
use http::header::{ACCEPT, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::{HeaderName, HeaderValue};
use url::{Position, Url};

/// Whether a request to this URL goes out over a connection of this program's own: to this machine without TLS. The
/// others pass through a library that spells names in its own way.
pub(crate) fn is_direct(url: &Url) -> bool {
    url.scheme() == "unix" || url.scheme() == "http" && is_loopback(url)
}

/// What a URL is asked for: path and query.
pub(crate) fn request_target(url: &Url) -> String {
    match socket_parts(url) {
        Some((_, target)) => target,
        None => url[Position::BeforePath..Position::AfterQuery].to_owned(),
    }
}

/// The `Host` that goes with a URL (RFC 9110, section 7.2). Whoever listens on a socket has no name.
pub(crate) fn request_host(url: &Url) -> &str {
    if url.host().is_none() { "localhost" } else { &url[Position::BeforeHost..Position::AfterPort] }
}

/// All fields of a request in the order in which they go out: `Host` first, those that were given with repeats side by
/// side, `Accept`, and the length of the body where it is announced. What was given stands in place of what is added.
pub(crate) fn wire_fields(
    url: &Url,
    given: &[(FieldName, HeaderValue)],
    length: Option<usize>,
) -> Vec<(FieldName, HeaderValue)> {
    let has = |name: &HeaderName| given.iter().any(|(given, _)| given == name);
    let mut fields: Vec<(FieldName, HeaderValue)> = Vec::with_capacity(given.len() + 3);
    let all_of = |fields: &mut Vec<_>, name: &HeaderName| {
        fields.extend(given.iter().filter(|(given, _)| given == name).cloned());
    };
    match HeaderValue::from_str(request_host(url)) {
        Ok(host) if !has(&HOST) => fields.push((HOST.into(), host)),
        _ => all_of(&mut fields, &HOST),
    }
    for (name, _) in given {
        if !fields.iter().any(|(there, _)| there == name) {
            all_of(&mut fields, name);
        }
    }
    if !has(&ACCEPT) {
        fields.push((ACCEPT.into(), HeaderValue::from_static("*/*")));
    }
    if let Some(length) = length.filter(|_| !has(&CONTENT_LENGTH) && !has(&TRANSFER_ENCODING)) {
        fields.push((CONTENT_LENGTH.into(), HeaderValue::from(length)));
    }
    if !is_direct(url) {
        fields.iter_mut().for_each(|(name, _)| name.drop_spelling());
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(url: &str, given: &[(&str, &'static str)], length: Option<usize>) -> String {
        let given: Vec<_> = given
            .iter()
            .map(|(name, value)| (FieldName::from_spelling(name.as_bytes()).unwrap(), HeaderValue::from_static(value)))
            .collect();
        let fields = wire_fields(&Url::parse(url).unwrap(), &given, length);
        let line =
            |(name, value): &(FieldName, HeaderValue)| format!("{}: {}", name.spelling(), value.to_str().unwrap());
        fields.iter().map(line).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn fields_keep_order_and_spelling_towards_this_machine() {
        let given = [("X-ODD", "1"), ("content-Type", "a/b"), ("x-odd", "2")];
        assert_eq!(
            written("http://app.localhost:3000/x", &given, Some(0)),
            "Host: app.localhost:3000, X-ODD: 1, x-odd: 2, content-Type: a/b, Accept: */*, Content-Length: 0"
        );
        assert_eq!(
            written("https://app.localhost/x", &given, None),
            "Host: app.localhost, X-Odd: 1, X-Odd: 2, Content-Type: a/b, Accept: */*"
        );
    }

    #[test]
    fn what_is_given_stands_in_place_of_what_is_added() {
        let given = [("accept", "x/y"), ("HOST", "shop.example"), ("content-length", "7")];
        assert_eq!(
            written("unix:/run/app.sock:/in", &given, Some(2)),
            "HOST: shop.example, accept: x/y, content-length: 7"
        );
        assert_eq!(written("unix:/run/app.sock:/in", &[], None), "Host: localhost, Accept: */*");
    }
}
