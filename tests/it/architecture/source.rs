//! Rust sources as far as the rules need them: code without comments and strings, the paths it names, its functions.

use std::fs;
use std::path::{Path, PathBuf};

/// One source file.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its path below the folder that was read, with slashes.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// A function, and how many lines it takes from its `fn` to its last brace.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    pub name: String,
    pub lines: usize,
}

impl Source {
    /// A source that is not in any file.
    pub fn new(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), text: text.to_owned() }
    }

    /// Every Rust file below a folder of the repository.
    pub fn below(folder: &str) -> Vec<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let mut files = Vec::new();
        collect(&root, &mut files);
        files.sort();
        let name = |path: &Path| path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        files.iter().map(|path| Self { name: name(path), text: fs::read_to_string(path).unwrap() }).collect()
    }

    /// Its module path: `session/listener.rs` is `session::listener`, `session/mod.rs` is `session`, `lib.rs` is nothing.
    pub fn module(&self) -> Vec<String> {
        let stem = self.name.strip_suffix(".rs").unwrap();
        let parts = stem.split('/').filter(|part| !matches!(*part, "mod" | "lib"));
        parts.map(str::to_owned).collect()
    }

    /// Paths of this crate that it names, from the crate's root.
    pub fn imports(&self) -> Vec<Vec<String>> {
        let tokens = tokens(&self.code());
        let mut found = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            let begins = at == 0 || tokens[at - 1] != "::";
            if !begins
                || !matches!(token.as_str(), "crate" | "super" | "self")
                || tokens.get(at + 1).is_none_or(|t| t != "::")
            {
                continue;
            }
            let mut base = if token == "crate" { Vec::new() } else { self.module() };
            if token == "super" {
                base.pop();
            }
            tree(&tokens[at + 2..], &base, &mut found);
        }
        found
    }

    /// Its code: comments, strings and characters are blank, line breaks are where they were.
    pub fn code(&self) -> String {
        let text: Vec<char> = self.text.chars().collect();
        let mut code = String::with_capacity(self.text.len());
        let mut at = 0;
        while at < text.len() {
            let end = blank(&text, at);
            if end == at {
                code.push(text[at]);
                at += 1;
            } else {
                code.extend(text[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
                at = end;
            }
        }
        code
    }

    /// Names of the types that it defines; associated types, which stand within braces, are left out.
    pub fn types(&self) -> Vec<String> {
        let tokens = tokens(&self.code());
        let mut depth = 0usize;
        let mut found = Vec::new();
        for pair in tokens.windows(2) {
            match pair[0].as_str() {
                "{" => depth += 1,
                "}" => depth = depth.saturating_sub(1),
                "struct" | "enum" | "trait" | "union" => found.push(pair[1].clone()),
                "type" if depth == 0 => found.push(pair[1].clone()),
                _ => {}
            }
        }
        found
    }

    /// The same without the tests at its end.
    pub fn production(&self) -> Self {
        let end = self.text.find("#[cfg(test)]\nmod tests {").unwrap_or(self.text.len());
        Self::new(&self.name, &self.text[..end])
    }

    /// How many items it declares `pub` without a bound; fields are no items.
    pub fn public_items(&self) -> usize {
        const ITEMS: [&str; 12] =
            ["fn", "async", "const", "unsafe", "struct", "enum", "union", "trait", "type", "static", "mod", "use"];
        tokens(&self.code()).windows(2).filter(|pair| pair[0] == "pub" && ITEMS.contains(&pair[1].as_str())).count()
    }

    /// The structs that have all these fields.
    pub fn structs_with(&self, fields: &[&str]) -> Vec<String> {
        let tokens = tokens(&self.code());
        let starts = tokens.iter().enumerate().filter(|(_, token)| *token == "struct").map(|(at, _)| at);
        let has = |body: &[String], field: &str| body.windows(2).any(|pair| pair[0] == field && pair[1] == ":");
        starts
            .filter(|at| {
                let body = tokens[*at..].split(|token| matches!(token.as_str(), "}" | ";")).next().unwrap_or_default();
                fields.iter().all(|field| has(body, field))
            })
            .filter_map(|at| tokens.get(at + 1).cloned())
            .collect()
    }

    /// Its functions.
    pub fn functions(&self) -> Vec<Function> {
        let code = self.code();
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(start) = code[from..].find("fn ").map(|at| at + from) {
            from = start + 3;
            let alone =
                code[..start].chars().next_back().is_none_or(|before| !(before.is_alphanumeric() || before == '_'));
            let name: String = code[from..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if let (true, false, Some(end)) = (alone, name.is_empty(), end_of_body(&code[start..])) {
                found.push(Function { name, lines: code[start..start + end].lines().count() });
            }
        }
        found
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The end of the comment, string or character that begins here; `at` itself where none does.
fn blank(text: &[char], at: usize) -> usize {
    let next = |offset: usize| text.get(at + offset).copied().unwrap_or(' ');
    match text[at] {
        '/' if next(1) == '/' => (at..text.len()).find(|i| text[*i] == '\n').unwrap_or(text.len()),
        '/' if next(1) == '*' => end_of_comment(text, at),
        '"' => end_of_string(text, at + 1, 0),
        'r' if !word_before(text, at) => {
            let hashes = text[at + 1..].iter().take_while(|c| **c == '#').count();
            if next(1 + hashes) == '"' { end_of_string(text, at + 2 + hashes, hashes.max(1)) } else { at }
        }
        '\'' if next(1) == '\\' => (at + 3..text.len()).find(|i| text[*i] == '\'').map_or(text.len(), |i| i + 1),
        '\'' if next(2) == '\'' => at + 3,
        _ => at,
    }
}

fn word_before(text: &[char], at: usize) -> bool {
    at > 0 && (text[at - 1].is_alphanumeric() && text[at - 1] != 'b' || text[at - 1] == '_')
}

fn end_of_comment(text: &[char], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    while at + 1 < text.len() {
        match (text[at], text[at + 1]) {
            ('/', '*') => (depth, at) = (depth + 1, at + 2),
            ('*', '/') => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// Behind the closing quote. With hashes the string is raw, and a backslash is only a backslash.
fn end_of_string(text: &[char], start: usize, hashes: usize) -> usize {
    let mut at = start;
    while at < text.len() {
        match text[at] {
            '\\' if hashes == 0 => at += 1,
            '"' => {
                let closing = text[at + 1..].iter().take(hashes).take_while(|c| **c == '#').count();
                // `r"…"` has no hash and was counted as one, so that backslashes stay plain.
                if closing == hashes || text[start - 2] == 'r' {
                    return at + 1 + closing;
                }
            }
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// Words, `::`, and single characters.
fn tokens(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut characters = code.chars().peekable();
    while let Some(character) = characters.next() {
        if character.is_alphanumeric() || character == '_' {
            let mut word = String::from(character);
            while let Some(more) = characters.next_if(|c| c.is_alphanumeric() || *c == '_') {
                word.push(more);
            }
            found.push(word);
        } else if character == ':' && characters.next_if_eq(&':').is_some() {
            found.push("::".into());
        } else if !character.is_whitespace() {
            found.push(character.into());
        }
    }
    found
}

/// Follows a path with its groups; returns how many tokens it took.
fn tree(tokens: &[String], base: &[String], found: &mut Vec<Vec<String>>) -> usize {
    let mut path = base.to_vec();
    let mut at = 0;
    loop {
        match tokens.get(at).map(String::as_str) {
            Some("{") => {
                at += 1;
                while let Some(token) = tokens.get(at).filter(|token| *token != "}") {
                    at += if token == "," { 1 } else { tree(&tokens[at..], &path, found).max(1) };
                }
                return at + 1;
            }
            Some("super") => drop(path.pop()),
            Some("self") | None => {}
            Some(word) => path.push(word.to_owned()),
        }
        at += 1;
        match tokens.get(at).map(String::as_str) {
            Some("::") => at += 1,
            Some("as") => {
                at += 2;
                break;
            }
            _ => break,
        }
    }
    found.push(path);
    at
}

/// Behind the last brace of the function that begins here; `None` for one without a body.
fn end_of_body(code: &str) -> Option<usize> {
    let (mut depth, mut nested) = (0usize, 0usize);
    for (at, character) in code.char_indices() {
        match character {
            '(' | '[' => nested += 1,
            ')' | ']' => nested = nested.saturating_sub(1),
            ';' if depth == 0 && nested == 0 => return None,
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}
