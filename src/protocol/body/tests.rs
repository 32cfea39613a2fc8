//! Bodies share their bytes, print their size only, and are known by their SHA-256.

use super::*;

#[test]
fn the_fingerprint_is_sha_256() {
    // FIPS 180-2, appendix B.1.
    let fingerprint = RawBody::new("abc").fingerprint();
    let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(fingerprint.to_string(), hex);
    assert_eq!(format!("{fingerprint:?}"), hex);
    assert_eq!(format!("{fingerprint:.8}"), "ba7816bf");
    assert_eq!(serde_json::to_string(&fingerprint).unwrap(), format!("\"{hex}\""));
    assert_eq!(fingerprint.key()[..4], [0xba, 0x78, 0x16, 0xbf]);
}

#[test]
fn a_body_keeps_its_bytes_and_prints_none() {
    let body = RawBody::new(&b"\xef\xbb\xbf{ }\n"[..]);
    assert_eq!(body.as_bytes(), b"\xef\xbb\xbf{ }\n");
    assert_eq!((body.len(), body.is_empty()), (7, false));
    assert_eq!(body.bytes().as_ptr(), body.as_bytes().as_ptr());
    assert_eq!(format!("{body:?}"), "RawBody(7 bytes)");
    assert!(RawBody::default().is_empty());
}

#[test]
fn hexadecimal_digits_are_the_usual_ones() {
    for byte in 0..=255u8 {
        assert_eq!(hex_digits(byte).iter().collect::<String>(), format!("{byte:02x}"));
    }
}
