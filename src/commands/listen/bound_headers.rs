//! `listen -H`: a header for every target, or bound to one, whose value no other target gets to see.

use crate::error::Error;
use crate::session::arguments::{HeaderArgument, read_header};
use crate::session::request::replace_headers;

/// Checks `Name: value` and `TARGET=Name: value`; which targets there are is not known yet.
pub(super) fn check_header(text: &str) -> Result<String, String> {
    let bound = text.match_indices('=').any(|(at, _)| read_header(&text[at + 1..]).is_ok());
    match read_header(text) {
        Err(error) if !bound => Err(error),
        _ => Ok(text.to_owned()),
    }
}

/// The headers of each target. A target is called what was written of it: the events in front of its `=`, what stands
/// behind, or all of it. A bound header takes the place of one for all.
///
/// # Errors
/// A header is bound to a target that does not exist.
pub(super) fn assign_headers(headers: &[String], routes: &[&str]) -> Result<Vec<Vec<HeaderArgument>>, Error> {
    let (mut common, mut own) = (Vec::new(), vec![Vec::new(); routes.len()]);
    for text in headers {
        let bound: Vec<(usize, &str)> =
            routes.iter().enumerate().filter_map(|(at, route)| Some((at, strip_target(text, route)?))).collect();
        for (at, header) in &bound {
            own[*at].push(read_header(header).map_err(Error::usage)?);
        }
        if bound.is_empty() {
            common.push(read_header(text).map_err(|_| unknown_target(text, routes))?);
        }
    }
    let merge = |own: Vec<HeaderArgument>| {
        let mut all = common.clone();
        replace_headers(&mut all, &own);
        all
    };
    Ok(own.into_iter().map(merge).collect())
}

/// What stands behind a target's name and `=`.
fn strip_target<'a>(text: &'a str, route: &str) -> Option<&'a str> {
    let (events, target) = route.split_once('=').map_or((route, route), |(events, target)| (events, target));
    let names = [route, events, target];
    let rests = names.into_iter().filter_map(|name| text.strip_prefix(name)?.strip_prefix('='));
    rests.filter(|rest| read_header(rest).is_ok()).min_by_key(|rest| rest.len())
}

fn unknown_target(text: &str, routes: &[&str]) -> Error {
    // The value may be a credential, so it is not repeated.
    let name = text.split_once('=').map_or("", |(name, _)| name);
    Error::usage(format!("-H: unknown target '{name}'"))
        .hint(format!("write a target of --forward-to before the =: {}", routes.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assigned(headers: &[&str], routes: &[&str]) -> Result<Vec<Vec<String>>, String> {
        let headers: Vec<String> = headers.iter().map(|text| check_header(text).unwrap()).collect();
        let line = |(name, value): &HeaderArgument| format!("{}: {}", name.spelling(), value.to_str().unwrap());
        let all = assign_headers(&headers, routes).map_err(|error| error.message)?;
        Ok(all.iter().map(|own| own.iter().map(line).collect()).collect())
    }

    #[test]
    fn a_header_reaches_its_target_alone() {
        let routes = ["created,*_changed=3000/new", "localhost:4000/b?x=1"];
        let headers = ["X-A: 1", "created,*_changed=X-B: b=c: d", "localhost:4000/b?x=1=X-C: 3", "3000/new=x-a: 9"];
        assert_eq!(assigned(&headers, &routes).unwrap(), [vec!["X-B: b=c: d", "x-a: 9"], vec!["X-A: 1", "X-C: 3"]]);
        assert_eq!(assigned(&["Cookie: 3000=X: y"], &["3000"]).unwrap(), [["Cookie: 3000=X: y"]]);
    }

    #[test]
    fn what_is_bound_to_nothing_says_so_without_the_value() {
        let message = assigned(&["delted=Authorization: hush"], &["created=3000"]).unwrap_err();
        assert!(message.contains("'delted'") && !message.contains("hush"), "{message}");
        assert!(check_header("created=nothing").is_err());
    }
}
