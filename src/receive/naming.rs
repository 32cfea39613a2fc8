//! What tells the targets of one listener from each other, in as few characters as that takes.
//!
//! Pure.

use super::settings::{ForwardSettings, redact_target_url};
use crate::exchange::is_loopback;
use url::Url;

/// A name for each target; none where there is one alone, which nobody has to tell from others.
pub(super) fn name_targets(forwards: &[ForwardSettings]) -> Vec<Option<String>> {
    if forwards.len() < 2 {
        return vec![None; forwards.len()];
    }
    let full = |forward: &ForwardSettings| redact_target_url(&forward.url);
    let ways: [&dyn Fn(&ForwardSettings) -> String; 2] =
        [&|forward| name_host(&forward.url), &|forward| name_host(&forward.url) + forward.url.path()];
    let names = ways.iter().map(|way| forwards.iter().map(way).collect::<Vec<String>>());
    let distinct = |names: &Vec<String>| (1..names.len()).all(|at| !names[..at].contains(&names[at]));
    let chosen = names.into_iter().find(distinct).unwrap_or_else(|| forwards.iter().map(full).collect());
    chosen.into_iter().map(Some).collect()
}

/// `:3000` on this machine, else the host with the port that the URL names.
fn name_host(url: &Url) -> String {
    let port = url.port_or_known_default().map(|port| format!(":{port}"));
    match (is_loopback(url), url.host_str()) {
        (false, Some(host)) => host.to_owned() + &url.port().map(|port| format!(":{port}")).unwrap_or_default(),
        _ => port.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_as_long_as_it_has_to_be() {
        let names = |urls: &[&str]| {
            let forwards = urls.iter().map(|url| ForwardSettings::new(Url::parse(url).unwrap()));
            name_targets(&forwards.collect::<Vec<_>>()).into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>()
        };
        assert_eq!(names(&["http://localhost:3000/a"]), [""]);
        assert_eq!(names(&["http://localhost:3000/a", "http://127.0.0.1:4000/b"]), [":3000", ":4000"]);
        assert_eq!(names(&["http://localhost:3000/a", "http://localhost:3000/b"]), [":3000/a", ":3000/b"]);
        assert_eq!(names(&["https://u:p@x.example/a", "http://y.example:81/"]), ["x.example", "y.example:81"]);
        let same = ["http://localhost:1/a?b", "http://localhost:1/a?c"];
        assert_eq!(names(&same), same);
    }
}
