//! The command line that shows whether the fault is mended: the one that was given, with every option that changes what
//! comes out.

use super::Arguments;
use crate::context::Context;
use crate::output::rendition::write_shell_word;
use crate::session::arguments;
use std::path::PathBuf;
use url::Url;

/// The line that probes once more.
pub(super) fn repeat_probe(url: &Url, given: &Arguments, context: &Context) -> String {
    let probe = ["--probe".to_owned(), url.to_string()];
    let sent = [arguments::repeat_headers(&given.headers), given.trust.list_options()].concat();
    write_line(context, [&probe[..], &sent, &list_common(given)].concat())
}

/// The line that was given, with room for what the code computes once it is mended. What was typed into standard input
/// is not there again.
pub(super) fn repeat_with_value(given: &Arguments, context: &Context) -> Option<String> {
    let (before, subject) = match (given.event, &given.body) {
        (Some(event), _) => (Vec::new(), vec!["--event".to_owned(), event.to_string()]),
        (None, Some(file)) if file.as_os_str() != "-" => {
            let signature = given.signature.iter().flat_map(|value| ["--signature".to_owned(), value.clone()]);
            (signature.collect(), vec![file.to_string_lossy().into_owned()])
        }
        _ => return None,
    };
    let value = ["--got".to_owned(), "VALUE".to_owned()];
    Some(write_line(context, [&before[..], &value, &list_common(given), &subject].concat()))
}

/// What both take: the secrets, and whose fix is told.
fn list_common(given: &Arguments) -> Vec<String> {
    let file = |path: &PathBuf| ["--secret-file".to_owned(), path.display().to_string()];
    let framework = given.framework.map(|framework| ["--framework".to_owned(), framework.name.to_owned()]);
    given.secret_file.iter().flat_map(file).chain(framework.into_iter().flatten()).collect()
}

/// As a shell takes it: a query may have an & in it.
fn write_line(context: &Context, words: Vec<String>) -> String {
    let words: String = words.iter().map(|word| format!(" {}", write_shell_word(word))).collect();
    format!("{} verify{words}", arguments::describe_program(context))
}
