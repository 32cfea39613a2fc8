//! What is a target, an address, a header, and what is none.

use super::header::HeaderError;
use super::*;

#[test]
fn short_forms_mean_this_machine() {
    for (text, url) in [
        ("3000", "http://localhost:3000/"),
        ("3000/webhooks", "http://localhost:3000/webhooks"),
        ("3000?x=1", "http://localhost:3000/?x=1"),
        ("3000#x", "http://localhost:3000/#x"),
        ("3000\\webhooks", "http://localhost:3000/webhooks"),
        (":3000/x", "http://localhost:3000/x"),
        ("localhost:3000/hook", "http://localhost:3000/hook"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080/"),
        ("[::1]:8080/x", "http://[::1]:8080/x"),
        ("app.example.com/hook", "https://app.example.com/hook"),
        ("HTTPS://app.example.com", "https://app.example.com/"),
        ("host.docker.internal:3000/x", "http://host.docker.internal:3000/x"),
        ("LocalHost:3000", "http://localhost:3000/"),
        ("App.LocalHost:3000", "http://app.localhost:3000/"),
        ("shop.test", "http://shop.test/"),
        ("printer.local/x", "http://printer.local/x"),
        ("app:8080/x", "http://app:8080/x"),
        ("http:8080/x", "http://http:8080/x"),
        ("127.1:3000", "http://127.0.0.1:3000/"),
        ("0x7f.1:3000", "http://127.0.0.1:3000/"),
        ("app.example.com:80/x", "https://app.example.com:80/x"),
        ("test.example.com", "https://test.example.com/"),
    ] {
        assert_eq!(parse_target(text).unwrap().as_str(), url, "{text}");
    }
}

#[test]
fn what_is_no_target_says_why() {
    for (text, part) in [
        ("", "empty"),
        ("ftp://x/y", "'ftp' is not a scheme"),
        ("htp://x/y", "'htp' is not a scheme"),
        ("0", "'0' is not a port"),
        ("70000/hook", "'70000' is not a port"),
        ("http://localhost:70000", "'70000' is not a port"),
        ("localhost:3000hooks", "'3000hooks' is not a port"),
        ("https://[::1]:x@y:3000:1/z", "'3000:1' is not a port"),
        ("http://", "empty host"),
        ("https://me:pw@example.com", "user name or password"),
        ("http://exa mple.com", "has a space in it; write a port"),
        ("localhost 3000", "'localhost 3000' has a space in it"),
        ("http+unix:///run/app.sock", "write it as unix:/run/app.sock"),
        ("http://unix:/run/app.sock:/hooks", "write it as unix:/run/app.sock:/hooks"),
        ("C:\\hooks", "'/hooks' is a path without a host"),
        ("::1", "'::1' is not a URL; write it as http://[::1]:3000/"),
        ("http://[fe80::1%25eth0]:3000/", "has an IPv6 zone"),
        ("[fe80::1%lo]:3000", "has an IPv6 zone"),
        ("http://.localhost:3000/", "'.localhost' is not the name of a host"),
        ("/hooks", "'/hooks' is a path without a host; write a port in front of it, like 3000/hooks"),
        ("./hooks", "'/hooks' is a path without a host"),
        ("//hooks/x", "like 3000/hooks/x"),
        (".", "'/' is a path"),
        ("//localhost:3000/x", "'//localhost:3000/x' is not a URL; write it as http://localhost:3000/x"),
        ("//shop.test", "write it as http://shop.test"),
        ("http//localhost:3000", "'http//localhost:3000' is not a URL; write it as http://localhost:3000"),
        ("HTTPS//app.example.com/x", "write it as https://app.example.com/x"),
        ("http;//localhost:3000", "write it as http://localhost:3000"),
        ("http://https://app.example.com", "write it as https://app.example.com"),
        ("http://http//app.example.com", "write it as http://app.example.com"),
        ("localhost,3000", "'localhost,3000' is not the name of a host"),
        ("http://{host}:3000/", "'{host}' is not the name of a host"),
        ("https://*.example.com", "'*.example.com' is not the name of a host"),
        ("created=3000", "'created=3000' is not the name of a host"),
        ("http://../x", "'..' is not the name of a host"),
        ("::1:3000", "write it as http://[::1]:3000/"),
        ("http:///x", "'http:///x' has no host; write it as http://localhost:3000/x"),
        ("http:/app.test/x", "write it as http://app.test/x"),
        ("HTTPS:app.test", "write it as https://app.test"),
        ("unix:app.sock:/hooks", "does not name a socket by its whole path; write it as unix:$PWD/app.sock:/hooks"),
        ("unix:./app.sock", "write it as unix:$PWD/app.sock"),
        ("./app.sock", "'./app.sock' does not name a socket by its whole path; write it as unix:$PWD/app.sock"),
        ("../x/app.socket", "write it as unix:$PWD/../x/app.socket"),
        ("/run/app.sock:/hooks", "write it as unix:/run/app.sock:/hooks"),
        ("app.sock", "write it as unix:$PWD/app.sock"),
        ("unix:/run/app.sock:hooks", "write it as unix:/run/app.sock:/hooks"),
        ("unix:/run/", "whole path"),
        ("unix:", "whole path; write it as unix:/run/app.sock"),
    ] {
        let message = parse_target(text).unwrap_err().to_string();
        assert!(message.contains(part), "{text}: {message}");
    }
}

#[test]
fn an_address_to_listen_on_may_be_written_as_in_a_url() {
    for (text, address) in [("localhost", "127.0.0.1"), ("LOCALHOST", "127.0.0.1"), ("[::1]", "::1"), ("::", "::")] {
        assert_eq!(parse_bind_address(text), address.parse().ok(), "{text}");
    }
    assert!(["[127.0.0.1]", "[::1", "app.localhost", ""].iter().all(|text| parse_bind_address(text).is_none()));
}

#[test]
fn a_listener_knows_its_own_address() {
    for (url, own, same) in [
        ("http://localhost:42/x", "127.0.0.1:42", true),
        ("http://app.localhost:42/", "[::1]:42", true),
        ("http://127.0.0.1:42/", "0.0.0.0:42", true),
        ("http://0.0.0.0:42/", "127.0.0.1:42", true),
        ("http://127.0.0.1/", "127.0.0.1:80", true),
        ("http://localhost:43/", "127.0.0.1:42", false),
        ("http://[::1]:42/", "127.0.0.1:42", false),
        ("http://127.0.0.2:42/", "127.0.0.1:42", false),
        ("http://app.test:42/", "127.0.0.1:42", false),
        ("http://localhost/", "127.0.0.1:0", false),
    ] {
        assert_eq!(is_own_address(&Url::parse(url).unwrap(), own.parse().unwrap()), same, "{url} {own}");
    }
}

#[test]
fn what_only_its_own_network_reaches_is_private() {
    for url in [
        "https://10.1.2.3/x",
        "https://192.168.1.5",
        "https://172.16.0.1",
        "https://169.254.1.1",
        "https://100.64.0.1",
        "https://127.0.0.1",
        "https://0.0.0.0",
        "https://[fd00::1]",
        "https://[fe80::1]",
        "https://[::ffff:10.0.0.1]",
        "https://app",
        "https://shop.test",
        "https://x.internal",
        "https://printer.local",
        "https://a.localhost",
    ] {
        assert!(is_private(&Url::parse(url).unwrap()), "{url}");
    }
    for url in ["https://app.example.com", "https://93.184.216.34", "https://[2606:2800::1]", "https://172.32.0.1"] {
        assert!(!is_private(&Url::parse(url).unwrap()), "{url}");
    }
}

#[test]
fn headers_keep_commas_and_colons() {
    let (name, value) = parse_header("X-Time: 10:00, or later").unwrap();
    assert_eq!((name.as_str(), value.as_bytes()), ("x-time", b"10:00, or later".as_slice()));
    assert_eq!(name.spelling(), "X-Time");
    let fault = |text: &str| parse_header(text).unwrap_err();
    assert_eq!(fault("X-Nothing"), HeaderError::NoColon);
    assert_eq!(fault("bad name: x"), HeaderError::Name("bad name".into()));
    assert_eq!(fault("X-A: a\nB: c"), HeaderError::Value("X-A".into()));
    assert_eq!(fault("Content-Length: 3"), HeaderError::Reserved("Content-Length".into()));
    assert!(parse_header("Host: shop.example").is_ok());
}

#[test]
fn a_socket_is_a_target() {
    for (text, url, socket, target) in [
        ("unix:/run/app.sock:/hooks?x=1", "unix:/run/app.sock:/hooks?x=1", "/run/app.sock", "/hooks?x=1"),
        ("unix:/run/app.sock", "unix:/run/app.sock", "/run/app.sock", "/"),
        ("UNIX:///run/a b.sock:/", "unix:/run/a%20b.sock:/", "/run/a b.sock", "/"),
    ] {
        let parsed = parse_target(text).unwrap();
        assert_eq!((parsed.as_str(), is_loopback(&parsed)), (url, true), "{text}");
        assert_eq!(socket_parts(&parsed), Some((socket.into(), target.into())), "{text}");
    }
    assert_eq!(socket_parts(&parse_target("3000/x").unwrap()), None);
}

#[test]
fn what_was_asked_for_is_carried_on() {
    for (target, arrival, with_path, url) in [
        ("3000/hooks", "/", false, "http://localhost:3000/hooks"),
        ("3000/hooks", "/in/a?t=1", false, "http://localhost:3000/hooks?t=1"),
        ("3000/hooks/?own=2", "/in/a?t=1", true, "http://localhost:3000/hooks/in/a?own=2&t=1"),
        ("3000", "/in", true, "http://localhost:3000/in"),
        ("3000/hooks", "/?t=1", true, "http://localhost:3000/hooks?t=1"),
        ("unix:/run/app.sock", "/", true, "unix:/run/app.sock"),
        ("unix:/run/app.sock", "/in?t=1", true, "unix:/run/app.sock:/in?t=1"),
        ("unix:/run/app.sock:/base", "/in", true, "unix:/run/app.sock:/base/in"),
        ("3000/hooks", "odd", true, "http://localhost:3000/hooks"),
    ] {
        assert_eq!(carry_on(&parse_target(target).unwrap(), arrival, with_path).as_str(), url, "{target} {arrival}");
    }
}
