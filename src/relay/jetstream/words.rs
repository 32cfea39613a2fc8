//! What the library and the servers say, read: its words are all that some of it has.

/// A right in the words of docs/teams.md: without what is another one each time.
pub(super) fn describe_right(words: &str) -> String {
    let words = words.replacen("Publish", "publish", 1).replacen("Subscription", "subscribe", 1).replace('"', "");
    let parts = match () {
        () if words.contains(" _INBOX.") => 1,
        () if words.contains(" $JS.ACK.") => 3,
        () => return words,
    };
    words.split('.').take(parts).chain([">"]).collect::<Vec<_>>().join(".")
}

/// What is behind "request error: request failed: …", without the code at its end.
pub(super) fn last_cause(words: &str) -> String {
    let words = words.rsplit(": ").next().unwrap_or_default();
    words.split(" (code ").next().unwrap_or_default().to_owned()
}

/// The server's code at the end of the words.
pub(super) fn read_code(words: &str) -> Option<u32> {
    words.rsplit_once("error code ")?.1.trim_end_matches(')').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_library_are_read() {
        let words = "request error: request failed: stream is offline (code 500, error code 10118)";
        assert_eq!((last_cause(words), read_code(words)), ("stream is offline".into(), Some(10_118)));
        assert_eq!((last_cause("timed out"), read_code("timed out")), ("timed out".into(), None));
    }

    #[test]
    fn rights_are_named_as_they_are_given() {
        for (words, right) in [
            ("Publish to \"$JS.ACK.HOOKS.as-q.1.2.3\"", "publish to $JS.ACK.HOOKS.>"),
            ("Subscription to \"_INBOX.iW9o.*\"", "subscribe to _INBOX.>"),
            ("Publish to \"hooks.created.w\"", "publish to hooks.created.w"),
        ] {
            assert_eq!(describe_right(words), right);
        }
    }
}
