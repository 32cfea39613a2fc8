//! Percent-encoding, as languages do it that agree in everything but the characters they leave alone.

/// What each leaves alone beside letters and digits: RFC 3986 (PHP's `rawurlencode`, Ruby's `ERB::Util`, C#'s
/// `EscapeDataString`), JavaScript's `encodeURIComponent`, Python's `quote`, JavaScript's `encodeURI`,
/// Go's `PathEscape`.
const UNTOUCHED: [&[u8]; 5] = [b"-._~", b"-._~!'()*", b"-._~/", b"-._~!'()*;/?:@&=+$,#", b"-._~$&+:=@"];

/// The bytes in each way.
pub(super) fn encode_in_every_way(bytes: &[u8]) -> [Vec<u8>; 5] {
    UNTOUCHED.map(|untouched| {
        let encode = |&byte: &u8| match byte.is_ascii_alphanumeric() || untouched.contains(&byte) {
            true => vec![byte],
            false => format!("%{byte:02X}").into_bytes(),
        };
        bytes.iter().flat_map(encode).collect()
    })
}
