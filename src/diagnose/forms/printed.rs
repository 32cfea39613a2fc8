//! What PHP, Node and Python print for a decoded body: `print_r`, `var_export`, `var_dump`, `serialize`, `util.inspect`,
//! `pprint`.

use super::number::{NumberStyle, write_number};
use super::parts::python_text;
use super::source::BodySource;
use super::tree::{JsonNode, NodeText};

/// Writes a node at a depth.
type NodePrinter = fn(&JsonNode, usize) -> Option<String>;

fn print(source: &BodySource, printers: &[NodePrinter]) -> Vec<Vec<u8>> {
    let Some(tree) = source.tree() else { return Vec::new() };
    printers.iter().filter_map(|printer| printer(tree, 0)).map(String::into_bytes).collect()
}

/// An array's members as PHP numbers and names them: the key's text, and whether it is a number.
fn php_members<'s, 'a>(node: &'s JsonNode<'a>) -> Vec<(String, bool, &'s JsonNode<'a>)> {
    match node {
        JsonNode::Array(elements) => elements.iter().enumerate().map(|(at, one)| (at.to_string(), true, one)).collect(),
        JsonNode::Object(members) => {
            let is_number = |name: &str| name.parse::<i64>().is_ok_and(|number| number.to_string() == name);
            members.iter().map(|(name, one)| (name.says.to_string(), is_number(&name.says), one)).collect()
        }
        _ => Vec::new(),
    }
}

/// PHP's echo of a float: fourteen digits.
fn php_echo(spelled: &str) -> Option<String> {
    let number: f64 = spelled.parse().ok()?;
    if spelled.parse::<i64>().is_ok() {
        return Some(spelled.to_owned());
    }
    let short = format!("{number:.13e}");
    if number.abs() < 1e15 {
        return write_number(&short, NumberStyle::Php).map(|text| text.replace('e', "E"));
    }
    let (mantissa, power) = short.split_once('e')?;
    let mantissa = mantissa.trim_end_matches('0');
    let fraction = if mantissa.ends_with('.') { "0" } else { "" };
    Some(format!("{mantissa}{fraction}E+{power}"))
}

fn print_r(node: &JsonNode, depth: usize, word: &str) -> Option<String> {
    Some(match node {
        JsonNode::Null | JsonNode::Flag(false) => String::new(),
        JsonNode::Flag(true) => "1".to_owned(),
        JsonNode::Number(spelled) => php_echo(spelled)?,
        JsonNode::Text(text) => text.says.to_string(),
        _ => {
            let blanks = " ".repeat(8 * depth);
            let own = if matches!(node, JsonNode::Array(_)) { "Array" } else { word };
            let mut out = format!("{own}\n{blanks}(\n");
            for (key, _, value) in php_members(node) {
                out += &format!("{blanks}    [{key}] => {}\n", print_r(value, depth + 1, word)?);
            }
            out + &format!("{blanks})\n")
        }
    })
}

pub(super) fn write_print_r(source: &BodySource) -> Vec<Vec<u8>> {
    print(source, &[|node, depth| print_r(node, depth, "Array"), |node, depth| print_r(node, depth, "stdClass Object")])
}

fn php_float(spelled: &str, numbers: NumberStyle) -> Option<String> {
    write_number(spelled, numbers).map(|text| text.replace('e', "E"))
}

fn var_export(node: &JsonNode, depth: usize) -> Option<String> {
    let quote = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"));
    Some(match node {
        JsonNode::Null => "NULL".to_owned(),
        JsonNode::Flag(flag) => flag.to_string(),
        JsonNode::Number(spelled) => php_float(spelled, NumberStyle::PhpFraction)?,
        JsonNode::Text(text) => quote(&text.says),
        _ => {
            let blanks = "  ".repeat(depth);
            let mut out = "array (\n".to_owned();
            for (key, is_number, value) in php_members(node) {
                let key = if is_number { key } else { quote(&key) };
                let inner = matches!(value, JsonNode::Array(_) | JsonNode::Object(_));
                let gap = if inner { format!("\n{blanks}  ") } else { String::new() };
                out += &format!("{blanks}  {key} => {gap}{},\n", var_export(value, depth + 1)?);
            }
            out + &format!("{blanks})")
        }
    })
}

fn var_dump(node: &JsonNode, depth: usize) -> Option<String> {
    let blanks = "  ".repeat(depth);
    Some(match node {
        JsonNode::Null => format!("{blanks}NULL\n"),
        JsonNode::Flag(flag) => format!("{blanks}bool({flag})\n"),
        JsonNode::Number(spelled) if spelled.parse::<i64>().is_ok() => format!("{blanks}int({spelled})\n"),
        JsonNode::Number(spelled) => format!("{blanks}float({})\n", php_float(spelled, NumberStyle::Php)?),
        JsonNode::Text(text) => format!("{blanks}string({}) \"{}\"\n", text.says.len(), text.says),
        _ => {
            let members = php_members(node);
            let mut out = format!("{blanks}array({}) {{\n", members.len());
            for (key, is_number, value) in members {
                let key = if is_number { key } else { format!("\"{key}\"") };
                out += &format!("{blanks}  [{key}]=>\n{}", var_dump(value, depth + 1)?);
            }
            out + &format!("{blanks}}}\n")
        }
    })
}

pub(super) fn write_var_export(source: &BodySource) -> Vec<Vec<u8>> {
    print(source, &[var_export, var_dump])
}

fn serialize(node: &JsonNode) -> Option<String> {
    let text = |says: &str| format!("s:{}:\"{says}\";", says.len());
    Some(match node {
        JsonNode::Null => "N;".to_owned(),
        JsonNode::Flag(flag) => format!("b:{};", u8::from(*flag)),
        JsonNode::Number(spelled) if spelled.parse::<i64>().is_ok() => format!("i:{spelled};"),
        JsonNode::Number(spelled) => format!("d:{};", php_float(spelled, NumberStyle::Php)?),
        JsonNode::Text(says) => text(&says.says),
        _ => {
            let members = php_members(node);
            let mut out = format!("a:{}:{{", members.len());
            for (key, is_number, value) in members {
                out += &if is_number { format!("i:{key};") } else { text(&key) };
                out += &serialize(value)?;
            }
            out + "}"
        }
    })
}

pub(super) fn write_serialized(source: &BodySource) -> Vec<Vec<u8>> {
    let raw = source.utf8().map(|text| format!("s:{}:\"{text}\";", text.len()).into_bytes());
    print(source, &[|node, _| serialize(node)]).into_iter().chain(raw).collect()
}

/// Node's `util.inspect`: what is deeper than `limit` is a word; short objects stay on one line.
struct NodeInspector {
    limit: usize,
    /// The depth of the object that was written last.
    last: usize,
}

impl NodeInspector {
    fn write(&mut self, node: &JsonNode, depth: usize) -> Option<String> {
        let (entries, braces): (Vec<(String, &JsonNode)>, _) = match node {
            JsonNode::Null => return Some("null".to_owned()),
            JsonNode::Flag(flag) => return Some(flag.to_string()),
            JsonNode::Number(spelled) => return write_number(spelled, NumberStyle::JavaScript),
            JsonNode::Text(text) => return Some(js_quote(&text.says)),
            JsonNode::Array(_) if depth > self.limit => return Some("[Array]".to_owned()),
            JsonNode::Object(_) if depth > self.limit => return Some("[Object]".to_owned()),
            JsonNode::Array(elements) => (elements.iter().map(|one| (String::new(), one)).collect(), ("[", "]")),
            JsonNode::Object(members) => {
                (members.iter().map(|(name, one)| (format!("{}: ", js_name(&name.says)), one)).collect(), ("{", "}"))
            }
        };
        self.last = depth;
        if entries.is_empty() {
            return Some(format!("{}{}", braces.0, braces.1));
        }
        let mut out = Vec::new();
        for (name, value) in entries {
            out.push(name + &self.write(value, depth + 1)?);
        }
        let units = |text: &String| text.encode_utf16().count();
        let length = 2 * out.len() + 2 * depth + 11 + out.iter().map(units).sum::<usize>();
        if self.last - depth < 3 && length <= 80 && !out.iter().any(|entry| entry.contains('\n')) {
            return Some(format!("{} {} {}", braces.0, out.join(", "), braces.1));
        }
        let blanks = format!("\n{}", "  ".repeat(depth));
        Some(format!("{}{blanks}  {}{blanks}{}", braces.0, out.join(&format!(",{blanks}  ")), braces.1))
    }
}

fn js_name(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_name = !name.starts_with(|c: char| c.is_ascii_digit()) && !name.is_empty() && name.chars().all(plain);
    if is_name { name.to_owned() } else { js_quote(name) }
}

fn js_quote(text: &str) -> String {
    let quote = match (text.contains('\''), text.contains('"'), text.contains('`') || text.contains("${")) {
        (true, false, _) => '"',
        (true, true, false) => '`',
        _ => '\'',
    };
    let escaped = text.chars().map(|c| match c {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        '\u{8}' => "\\b".to_owned(),
        '\u{c}' => "\\f".to_owned(),
        '\u{b}' => "\\v".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => format!("\\x{:02X}", u32::from(c)),
        c if c == quote => format!("\\{c}"),
        c => c.to_string(),
    });
    format!("{quote}{}{quote}", escaped.collect::<String>())
}

pub(super) fn write_inspected(source: &BodySource) -> Vec<Vec<u8>> {
    print(
        source,
        &[
            |node, depth| NodeInspector { limit: 2, last: 0 }.write(node, depth),
            |node, depth| NodeInspector { limit: usize::MAX, last: 0 }.write(node, depth),
        ],
    )
}

/// Python's `pprint.pformat`: an indentation a level, and what fits into 80 columns on one line.
fn pprint(node: &JsonNode, step: usize, indent: usize, allowance: usize) -> Option<String> {
    let whole = python_text(node)?;
    if whole.chars().count() + indent + allowance <= 80 {
        return Some(whole);
    }
    let entries: Vec<(String, &JsonNode)> = match node {
        JsonNode::Array(elements) => elements.iter().map(|one| (String::new(), one)).collect(),
        JsonNode::Object(members) => {
            members.iter().map(|(name, one)| Some((name_of(name)?, one))).collect::<Option<_>>()?
        }
        _ => return Some(whole),
    };
    let braces = if matches!(node, JsonNode::Array(_)) { ("[", "]") } else { ("{", "}") };
    let (count, inner) = (entries.len(), indent + step);
    let mut out = Vec::new();
    for (at, (name, value)) in entries.into_iter().enumerate() {
        let behind = if at + 1 == count { allowance + 1 } else { 1 };
        let column = inner + name.chars().count();
        out.push(name + &pprint(value, step, column, behind)?);
    }
    let joint = format!(",\n{}", " ".repeat(inner));
    Some(format!("{}{}{}{}", braces.0, " ".repeat(step - 1), out.join(&joint), braces.1))
}

fn name_of(name: &NodeText) -> Option<String> {
    python_text(&JsonNode::Text(name.clone())).map(|name| format!("{name}: "))
}

/// The same with its members sorted at every level.
pub(super) fn sorted<'a>(node: &JsonNode<'a>) -> JsonNode<'a> {
    match node {
        JsonNode::Array(elements) => JsonNode::Array(elements.iter().map(sorted).collect()),
        JsonNode::Object(members) => {
            let mut members: Vec<_> = members.iter().map(|(name, value)| (name.clone(), sorted(value))).collect();
            members.sort_by(|(one, _), (other, _)| one.says.cmp(&other.says));
            JsonNode::Object(members)
        }
        other => other.clone(),
    }
}

/// The same with its members sorted at the top alone.
pub(super) fn sorted_top<'a>(node: &JsonNode<'a>) -> JsonNode<'a> {
    let JsonNode::Object(members) = node else { return node.clone() };
    let mut members = members.clone();
    members.sort_by(|(one, _), (other, _)| one.says.cmp(&other.says));
    JsonNode::Object(members)
}

/// `pprint` sorted and not, with other indentations; `repr` sorted, with other quotes, without blanks, of an
/// `OrderedDict` and of its items.
pub(super) fn write_pprint(source: &BodySource) -> Vec<Vec<u8>> {
    print(
        source,
        &[
            |node, _| pprint(&sorted(node), 1, 0, 0),
            |node, _| pprint(node, 1, 0, 0),
            |node, _| pprint(&sorted(node), 4, 0, 0),
            |node, _| pprint(&sorted(node), 2, 0, 0),
            |node, _| python_text(&sorted(node)),
            |node, _| python_text(&sorted_top(node)),
            |node, _| python_text(node).map(|text| text.replace('\'', "\"")),
            |node, _| python_text(node).map(|text| text.replace(' ', "")),
            |node, _| items(node).map(|items| format!("OrderedDict({items})")),
            |node, _| items(node),
        ],
    )
}

fn items(node: &JsonNode) -> Option<String> {
    let JsonNode::Object(members) = node else { return None };
    let pair = |(name, value): &(NodeText, JsonNode)| {
        Some(format!("({}, {})", name_of(name)?.trim_end_matches(": "), python_text(value)?))
    };
    Some(format!("[{}]", members.iter().map(pair).collect::<Option<Vec<_>>>()?.join(", ")))
}
