//! Reads the transcript of wrong input.

/// One kind of wrong input.
#[derive(Debug, Default)]
pub struct Case {
    /// What surrounds the command, as name and text.
    pub setting: Option<(String, String)>,
    /// The arguments.
    pub line: Vec<String>,
    /// The exit code.
    pub code: i32,
    /// The sentence.
    pub error: String,
    /// The hints.
    pub hints: Vec<String>,
}

/// Every kind.
pub fn cases() -> Vec<Case> {
    let paragraphs = include_str!("table.txt").split("\n\n").skip(1);
    paragraphs.map(|paragraph| case(paragraph.trim_matches('\n'))).collect()
}

fn case(paragraph: &str) -> Case {
    let mut case = Case::default();
    for line in paragraph.lines() {
        if let Some(command) = line.strip_prefix("$ referralloop ") {
            case.line = words(command);
        } else if let Some(hint) = line.strip_prefix("  hint: ") {
            case.hints.push(hint.to_owned());
        } else if let Some((code, error)) = line.split_once(" error: ") {
            (case.code, case.error) = (code.parse().unwrap(), error.to_owned());
        } else {
            let (name, text) = line.split_once(": ").unwrap_or((line, ""));
            case.setting = Some((name.to_owned(), text.replace("\\n", "\n")));
        }
    }
    assert!(!case.error.is_empty(), "{paragraph}");
    case
}

fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), None::<String>, false);
    for character in line.chars() {
        match character {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' if !quoted => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words.into_iter().map(|word: String| word.replace("\\n", "\n")).collect()
}
