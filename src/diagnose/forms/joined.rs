//! A decoded body made one text without being JSON: values behind each other, names and values in pairs.

use super::dialects as d;
use super::maps::go_text;
use super::parts::python_text;
use super::source::BodySource;
use super::tree::{JsonNode, NodeText};
use super::writer::write_document;

/// How a value that is no text is written: JavaScript and PHP, Python, Node's text of an object, PHP's of an array.
type ValueText = fn(&JsonNode) -> Option<String>;

fn is_inner(node: &JsonNode) -> bool {
    matches!(node, JsonNode::Object(_) | JsonNode::Array(_))
}

const WAYS: [ValueText; 7] = [
    |node| write_document(node, &d::STRINGIFY[0]),
    python_text,
    |node| if is_inner(node) { Some("[object Object]".to_owned()) } else { write_document(node, &d::STRINGIFY[0]) },
    |node| if is_inner(node) { Some("Array".to_owned()) } else { write_document(node, &d::PHP[0]) },
    |node| write_document(node, &d::PHP[0]),
    go_text,
    super::maps::ruby_text,
];

fn text_of(node: &JsonNode, way: ValueText) -> Option<String> {
    match node {
        JsonNode::Text(text) => Some(text.says.to_string()),
        _ => way(node),
    }
}

/// Every way, in the order of the body and sorted, with every joint, values alone and with their names.
pub(super) fn join_values(source: &BodySource) -> Vec<Vec<u8>> {
    let Some(JsonNode::Object(members)) = source.tree() else { return Vec::new() };
    let mut sorted: Vec<_> = members.iter().collect();
    sorted.sort_by(|(one, _), (other, _)| one.says.cmp(&other.says));
    let mut forms = Vec::new();
    for (order, way) in [members.iter().collect(), sorted].iter().flat_map(|order| WAYS.map(|way| (order, way))) {
        let pairs: Option<Vec<(&str, String)>> =
            order.iter().map(|(name, value)| Some((name.says.as_ref(), text_of(value, way)?))).collect();
        let Some(pairs) = pairs else { continue };
        for joint in ["", "|", ",", ".", ":", "\n", "&", " "] {
            let values: Vec<&str> = pairs.iter().map(|(_, text)| text.as_str()).collect();
            forms.push(values.join(joint));
            for sign in ["=", "", ":", ": "] {
                let named: Vec<String> = pairs.iter().map(|(name, text)| format!("{name}{sign}{text}")).collect();
                forms.push(named.join(joint));
            }
        }
    }
    forms.extend(list_pairs(members));
    forms.extend(list_halves(members));
    let (mut leaves, mut texts) = (Vec::new(), Vec::new());
    members.iter().for_each(|(_, value)| collect_leaves(value, &mut leaves));
    texts.extend(members.iter().filter_map(|(_, value)| match value {
        JsonNode::Text(text) => Some(text.says.to_string()),
        _ => None,
    }));
    let joints = ["", "|", ",", "&", "\n", ":", ".", " "];
    forms.extend(joints.iter().flat_map(|joint| [leaves.join(joint), texts.join(joint)]));
    forms.into_iter().map(String::into_bytes).collect()
}

/// Every value at the bottom of a body, as JavaScript writes it.
fn collect_leaves(node: &JsonNode, leaves: &mut Vec<String>) {
    match node {
        JsonNode::Object(members) => members.iter().for_each(|(_, value)| collect_leaves(value, leaves)),
        JsonNode::Array(elements) => elements.iter().for_each(|value| collect_leaves(value, leaves)),
        // To join is to leave out what is null.
        JsonNode::Null => leaves.push(String::new()),
        _ => leaves.extend(text_of(node, WAYS[0])),
    }
}

/// Pairs in a list: Ruby's `to_a` and `sort` as JSON.
fn list_pairs(members: &[(NodeText, JsonNode)]) -> [String; 2] {
    let pair = |(name, value): &(NodeText, JsonNode)| {
        let name = write_document(&JsonNode::Text(name.clone()), &d::RUBY[0])?;
        Some(format!("[{name},{}]", write_document(value, &d::RUBY[0])?))
    };
    let mut pairs: Vec<String> = members.iter().filter_map(pair).collect();
    let plain = format!("[{}]", pairs.join(","));
    pairs.sort();
    [plain, format!("[{}]", pairs.join(","))]
}

/// The names alone or the values alone, as a list and joined: `Object.keys`, `Object.values`.
fn list_halves(members: &[(NodeText, JsonNode)]) -> Vec<String> {
    let names: Vec<&str> = members.iter().map(|(name, _)| name.says.as_ref()).collect();
    let lists = [
        JsonNode::Array(members.iter().map(|(name, _)| JsonNode::Text(name.clone())).collect()),
        JsonNode::Array(members.iter().map(|(_, value)| value.clone()).collect()),
    ];
    let ways = [&d::STRINGIFY[0], &d::PYTHON[0], &d::PHP[0]];
    let written = lists.iter().flat_map(|list| ways.map(|way| write_document(list, way)));
    written.flatten().chain([",", "", ", ", "&", "|"].map(|joint| names.join(joint))).collect()
}
