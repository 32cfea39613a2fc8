//! Bodies as they are shown: JSON, text, binary, empty, long.

use super::*;
use jiff::tz::TimeZone;

fn render_plain(body: impl Into<bytes::Bytes>, width: usize, max_lines: Option<usize>) -> Vec<String> {
    let style = OutputStyle::new(false, width, TimeZone::UTC);
    render_body(&RawBody::new(body), &style, max_lines, Some(7)).iter().map(ToString::to_string).collect()
}

#[test]
fn json_is_laid_out_and_no_token_changes() {
    let body = "{\"a\":[1.0,1e3,-0],\"b\":\"\\u00e9\\/\u{9b}\u{202e}\",\"c\":{},\"a\":null}";
    let expected = [
        "{",
        "  \"a\": [",
        "    1.0,",
        "    1e3,",
        "    -0",
        "  ],",
        "  \"b\": \"\\u00e9\\/\\u009b\\u202e\",",
        "  \"c\": {},",
        "  \"a\": null",
        "}",
    ];
    assert_eq!(render_plain(body, 80, None), expected);
}

#[test]
fn bytes_in_a_json_string_that_are_not_utf8_stay_visible() {
    assert_eq!(render_plain(b"[\"\xff\"]".as_slice(), 80, None), ["[", "  \"\\xff\"", "]"]);
}

#[test]
fn text_keeps_its_lines() {
    assert_eq!(render_plain("a=1\tb\r\n\n<p>\n", 80, None), ["a=1\\u{9}b\\u{d}", "", "<p>"]);
    assert_eq!(render_plain("{\"broken\":", 80, None), ["{\"broken\":"]);
    assert_eq!(render_plain("caf\u{e9} and some more", 80, None), ["café and some more"]);
    assert_eq!(render_plain(b"caf\xe9 and some more".as_slice(), 80, None), ["caf\\xe9 and some more"]);
}

#[test]
fn binary_is_dumped() {
    let body: Vec<u8> = (0..20).collect();
    let wide = [
        "00000000  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f  ................",
        "00000010  10 11 12 13                                      ....",
    ];
    assert_eq!(render_plain(body.clone(), 100, Some(60)), wide);
    assert_eq!(render_plain(body, 80, None).len(), 3);
    let long = render_plain(vec![0xff; 4096], 100, Some(60));
    assert_eq!((long.len(), long[8].as_str()), (9, "… 3.9 KiB more: referralloop events show 7"));
}

/// A row has half a secret, and the filter of what is printed would find neither half.
#[test]
fn a_dump_has_no_byte_of_a_secret() {
    use crate::protocol::secrecy::SharedMask;
    use crate::protocol::signature::Secret;
    let secret = "Zq7topsecretVALUE";
    let mask = SharedMask::default();
    mask.write().add(&Secret::new(secret).unwrap());
    let style = OutputStyle::new(false, 100, TimeZone::UTC).with_mask(mask);
    let body = RawBody::new([b"\0\x01bin\xff\xff*".as_slice(), secret.as_bytes(), &[0xfe; 12]].concat());
    let expected = [
        "00000000  00 01 62 69 6e ff ff 2a ** ** ** ** ** ** ** **  ..bin..*********",
        "00000010  ** ** ** ** ** ** ** ** ** fe fe fe fe fe fe fe  *********.......",
        "00000020  fe fe fe fe fe                                   .....",
        "** is [redacted]: 17 B of a secret that is known here",
    ];
    let shown = |lines: Vec<StyledLine>| lines.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(shown(render_hex(&body, &style)), expected);
    assert_eq!(shown(render_body(&body, &style, None, None)), expected);
    // What of it is shown is hidden, though its end is not.
    let cut = shown(render_body(&body, &style, Some(1), Some(7)));
    assert_eq!(
        cut,
        [
            expected[0],
            "** is [redacted]: 8 B of a secret that is known here",
            "… 21 B more: referralloop events show 7"
        ]
    );
}

#[test]
fn nothing_is_said_to_be_empty() {
    assert_eq!(render_plain("", 80, Some(60)), ["(empty)"]);
    assert_eq!(render_plain("\n", 80, Some(60)), [""]);
}

#[test]
fn the_limit_counts_and_never_hides_a_single_line() {
    assert_eq!(render_plain("a\nb\nc", 80, Some(3)), ["a", "b", "c"]);
    assert_eq!(render_plain("a\nb\nc\nd", 80, Some(3)), ["a", "b", "c", "d"]);
    assert_eq!(
        render_plain("a\nb\nc\nd\ne", 80, Some(3)),
        ["a", "b", "c", "… 2 more lines: referralloop events show 7"]
    );
    let long = format!("[{}0]", "0,".repeat(1_233));
    assert_eq!(render_plain(long.clone(), 80, Some(2))[2], "… 1,234 more lines: referralloop events show 7");
    assert_eq!(render_plain(long, 80, None).len(), 1_236);
}

#[test]
fn an_endless_string_is_cut_where_lines_are_limited() {
    let body = format!("\"{}é{}\"", "x".repeat(998), "y".repeat(5_000));
    let limited = &render_plain(body.clone(), 80, Some(60))[0];
    assert!(limited.ends_with("xxx… 4.9 KiB more"), "{limited}");
    assert_eq!(render_plain(body.clone(), 80, None), [body]);
}
