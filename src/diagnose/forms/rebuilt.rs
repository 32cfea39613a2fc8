//! JSON written anew after a program has put the body into a type of its own: members left out, in another order, under
//! other names, without what is empty, with times in another spelling, with texts made numbers.

use super::dialects as d;
use super::printed::sorted_top;
use super::source::BodySource;
use super::tree::{JsonNode, NodeText};
use super::writer::{JsonDialect, MemberOrder, write_document};
use std::borrow::Cow;

/// Larger bodies have too many forms to be held at once.
const LIMIT: usize = 16 << 10;

/// Objects with more members are not taken apart in every way.
const MEMBERS: usize = 6;
const ORDERED: usize = 5;

/// How the outcome is written: JavaScript, Python's default, PHP, Go's structs, Python's compact form.
static MANNERS: [JsonDialect; 5] = [d::STRINGIFY[0], d::PYTHON[0], d::PHP[0], d::GO_STRUCT[0], d::PYTHON_COMPACT[0]];

/// An object's members.
pub(super) type NodeMembers<'a> = [(NodeText<'a>, JsonNode<'a>)];

pub(super) fn top_members<'s, 'a>(source: &'s BodySource<'a>) -> &'s NodeMembers<'a> {
    match source.tree() {
        Some(JsonNode::Object(members)) if source.body.len() <= LIMIT => members,
        _ => &[],
    }
}

pub(super) fn write_all<'a>(trees: impl IntoIterator<Item = JsonNode<'a>>) -> Vec<Vec<u8>> {
    let written = |tree: JsonNode| {
        let all = MANNERS.iter().filter_map(|manner| write_document(&tree, manner).map(String::into_bytes));
        all.collect::<Vec<_>>()
    };
    trees.into_iter().flat_map(written).collect()
}

/// Every part of the top-level members, the largest first, and all but one of those of an object inside.
pub(super) fn drop_members(source: &BodySource) -> Vec<Vec<u8>> {
    let members = top_members(source);
    let all: u32 = if members.len() <= MEMBERS { (1 << members.len()) - 1 } else { 0 };
    let mut parts: Vec<u32> = (1..all).collect();
    parts.sort_by_key(|part| part.count_zeros());
    let kept = |part: u32| {
        let chosen = members.iter().enumerate().filter(move |(at, _)| part & (1 << at) != 0);
        JsonNode::Object(chosen.map(|(_, member)| member.clone()).collect())
    };
    let outer = parts.into_iter().map(kept);
    let inner = members.iter().enumerate().flat_map(|(at, (_, value))| {
        let count = if let JsonNode::Object(inner) = value { inner.len().min(24) } else { 0 };
        (0..count).map(move |lost| without_inner(members, at, lost))
    });
    write_all(outer.chain(inner))
}

fn without_inner<'a>(members: &NodeMembers<'a>, at: usize, lost: usize) -> JsonNode<'a> {
    let mut members = members.to_vec();
    if let Some((_, JsonNode::Object(inner))) = members.get_mut(at) {
        inner.remove(lost);
    }
    JsonNode::Object(members)
}

/// The top-level members in every order but their own.
pub(super) fn reorder_members(source: &BodySource) -> Vec<Vec<u8>> {
    let members = top_members(source);
    if members.len() > ORDERED {
        return Vec::new();
    }
    let mut orders: Vec<Vec<usize>> = vec![Vec::new()];
    for at in 0..members.len() {
        let with = |order: &Vec<usize>| {
            (0..=order.len()).rev().map(|place| [&order[..place], &[at], &order[place..]].concat()).collect::<Vec<_>>()
        };
        orders = orders.iter().flat_map(with).collect();
    }
    orders.retain(|order| !order.is_sorted());
    // Go's structs have an order of their own, and the maps in them are sorted.
    let inner: Vec<_> = members.iter().map(|(name, value)| (name.clone(), sorted_top(value))).collect();
    let structs = orders.iter().filter_map(|order| write_document(&pick(&inner, order), &d::GO_STRUCT[0]));
    let structs: Vec<Vec<u8>> = structs.map(String::into_bytes).collect();
    write_all(orders.iter().map(|order| pick(members, order))).into_iter().chain(structs).collect()
}

/// The members in another order.
fn pick<'a>(members: &NodeMembers<'a>, order: &[usize]) -> JsonNode<'a> {
    JsonNode::Object(order.iter().map(|at| members[*at].clone()).collect())
}

/// Every node of a document changed, or left as it is.
pub(super) fn change<'a>(node: &JsonNode<'a>, edit: &dyn Fn(&JsonNode<'a>) -> Option<JsonNode<'a>>) -> JsonNode<'a> {
    if let Some(changed) = edit(node) {
        return changed;
    }
    match node {
        JsonNode::Array(elements) => JsonNode::Array(elements.iter().map(|one| change(one, edit)).collect()),
        JsonNode::Object(members) => {
            JsonNode::Object(members.iter().map(|(name, value)| (name.clone(), change(value, edit))).collect())
        }
        other => other.clone(),
    }
}

pub(super) fn own_text<'a>(says: String) -> NodeText<'a> {
    NodeText { says: Cow::Owned(says), literal: "" }
}

/// The order in which the documentation prints an event's members, and types are written down.
const DOCUMENTED: [&str; 13] = [
    "event_type",
    "waitlist_id",
    "data",
    "timestamp",
    "id",
    "email",
    "name",
    "position",
    "referral_code",
    "created_at",
    "old_position",
    "new_position",
    "position_change",
];

/// What a type with the documented members writes: a Go struct, a pydantic model, a DTO. It has no other members.
pub(super) fn write_documented(source: &BodySource) -> Vec<Vec<u8>> {
    let members = top_members(source);
    if !members.iter().any(|(name, _)| name.says == "event_type") {
        return Vec::new();
    }
    let ordered = |members: &NodeMembers<'_>| -> Vec<usize> {
        DOCUMENTED.iter().filter_map(|known| members.iter().position(|(name, _)| name.says == *known)).collect()
    };
    let kept = ordered(members).into_iter().map(|at| match &members[at] {
        (name, JsonNode::Object(inner)) => {
            (name.clone(), JsonNode::Object(ordered(inner).into_iter().map(|at| inner[at].clone()).collect()))
        }
        other => other.clone(),
    });
    let tree = JsonNode::Object(kept.collect());
    // Whole numbers stay what they are in a type whose member is one.
    write_all([tree])
}

/// With its members sorted: at every level, every token kept or as JavaScript writes it; or at the top alone, which is what
/// `ksort`, `sort` and `sorted` do.
pub(super) fn write_sorted(source: &BodySource) -> Vec<Vec<u8>> {
    let Some(tree) = source.tree() else { return Vec::new() };
    let every = d::SORTED.iter().chain(&d::STRINGIFY_SORTED).map(|dialect| write_document(tree, dialect));
    let top = sorted_top(tree);
    let top = MANNERS.iter().chain([&d::PHP_BOTH[0], &d::RUBY[0]]).map(|dialect| write_document(&top, dialect));
    every.chain(top).flatten().map(String::into_bytes).collect()
}

/// `JSON.stringify(body, names)`: the names of the top level, in their order or sorted, hold at every level.
pub(super) fn allow_names(source: &BodySource) -> Vec<Vec<u8>> {
    let mut names: Vec<&str> = top_members(source).iter().map(|(name, _)| name.says.as_ref()).collect();
    let Some(tree) = source.tree().filter(|_| !names.is_empty()) else { return Vec::new() };
    let in_order = allow(tree, &names);
    names.sort_unstable();
    write_all([in_order, allow(tree, &names)])
}

fn allow<'a>(node: &JsonNode<'a>, names: &[&str]) -> JsonNode<'a> {
    match node {
        JsonNode::Object(members) => {
            let find = |name: &&str| members.iter().find(|(known, _)| known.says == **name);
            let kept = names.iter().filter_map(find).map(|(name, value)| (name.clone(), allow(value, names)));
            JsonNode::Object(kept.collect())
        }
        JsonNode::Array(elements) => JsonNode::Array(elements.iter().map(|one| allow(one, names)).collect()),
        other => other.clone(),
    }
}

/// With `controller`, `action` and the body once more under the controller's name: what Rails' `params` holds.
pub(super) fn add_members(source: &BodySource) -> Vec<Vec<u8>> {
    let members = top_members(source);
    if members.is_empty() {
        return Vec::new();
    }
    let text = |says: &str| JsonNode::Text(own_text(says.to_owned()));
    let (mut trees, own) = (Vec::new(), JsonNode::Object(members.to_vec()));
    for name in ["webhook", "webhooks", "referralloop", "hook", "event", "api"] {
        let wrapped = (own_text(name.to_owned()), own.clone());
        for actions in [vec![], vec!["create"], vec!["receive"], vec!["handle"], vec!["index"], vec!["webhook"]] {
            let routed = actions.iter().flat_map(|action| {
                [("controller", name), ("action", *action)].map(|(key, value)| (own_text(key.to_owned()), text(value)))
            });
            let routed: Vec<_> = routed.collect();
            let with = |more: Vec<_>| JsonNode::Object([members.to_vec(), more].concat());
            trees.extend([with([routed.clone(), vec![wrapped.clone()]].concat()), with(routed)]);
        }
    }
    // The wrapper is named for one thing, the controller for many; Rails escapes what HTML reserves.
    let pairs = [("webhooks", "webhook"), ("hooks", "hook"), ("events", "event"), ("api/webhooks", "webhook")];
    for ((name, wrapper), action) in pairs.iter().flat_map(|pair| ["create", "receive"].map(|action| (pair, action))) {
        let added = [("controller", text(name)), ("action", text(action)), (wrapper, own.clone())];
        let added = added.map(|(key, value)| (own_text(key.to_owned()), value));
        trees.push(JsonNode::Object([members, &added].concat()));
    }
    let rails = trees.iter().filter_map(|tree| write_document(tree, &d::RAILS[0]).map(String::into_bytes));
    let rails: Vec<Vec<u8>> = rails.collect();
    write_all(trees).into_iter().chain(rails).collect()
}

/// With each number as a text, and with each value of the top level as one.
pub(super) fn quote_numbers(source: &BodySource) -> Vec<Vec<u8>> {
    let Some(tree) = source.tree().filter(|_| source.body.len() <= LIMIT) else { return Vec::new() };
    let quote = |node: &JsonNode<'_>| match node {
        JsonNode::Number(_) => write_document(node, &d::STRINGIFY[0]).map(|text| JsonNode::Text(own_text(text))),
        _ => None,
    };
    let flat = top_members(source).iter().map(|(name, value)| {
        let text = match value {
            JsonNode::Text(_) => return (name.clone(), value.clone()),
            _ => write_document(value, &d::STRINGIFY[0]).unwrap_or_default(),
        };
        (name.clone(), JsonNode::Text(own_text(text)))
    });
    write_all([change(tree, &quote), JsonNode::Object(flat.collect())])
}

/// Names in `camelCase`, `PascalCase` and `kebab-case`.
pub(super) fn rename_members(source: &BodySource) -> Vec<Vec<u8>> {
    let Some(tree) = source.tree().filter(|_| source.body.len() <= LIMIT && source.text.contains('_')) else {
        return Vec::new();
    };
    let capital = |part: &str| part.chars().take(1).flat_map(char::to_uppercase).chain(part.chars().skip(1)).collect();
    let joined = |name: &str, from: usize| {
        let parts = name.split('_').enumerate();
        parts.map(|(at, part)| if at < from { part.to_owned() } else { capital(part) }).collect::<String>()
    };
    let camel = |name: &str| joined(name, 1);
    let pascal = |name: &str| joined(name, 0);
    let kebab = |name: &str| name.replace('_', "-");
    let ways: [&dyn Fn(&str) -> String; 3] = [&camel, &pascal, &kebab];
    write_all(ways.map(|way| rename(tree, way)))
}

fn rename<'a>(node: &JsonNode<'a>, way: &dyn Fn(&str) -> String) -> JsonNode<'a> {
    match node {
        JsonNode::Object(members) => {
            let renamed = members.iter().map(|(name, value)| (own_text(way(&name.says)), rename(value, way)));
            JsonNode::Object(renamed.collect())
        }
        JsonNode::Array(elements) => JsonNode::Array(elements.iter().map(|one| rename(one, way)).collect()),
        other => other.clone(),
    }
}

/// Without members that are null; also without empty texts; also without whatever Go's `omitempty` leaves out.
pub(super) fn drop_empty(source: &BodySource) -> Vec<Vec<u8>> {
    let Some(tree) = source.tree().filter(|_| source.body.len() <= LIMIT) else { return Vec::new() };
    let levels = (0..3).map(|level| without_empty(tree, level)).filter(|kept| kept != tree);
    write_all(levels)
}

fn without_empty<'a>(node: &JsonNode<'a>, level: usize) -> JsonNode<'a> {
    let is_empty = |value: &JsonNode| match value {
        JsonNode::Null => true,
        JsonNode::Text(text) => level > 0 && text.says.is_empty(),
        JsonNode::Flag(flag) => level > 1 && !flag,
        JsonNode::Number(spelled) => level > 1 && *spelled == "0",
        JsonNode::Array(elements) => level > 1 && elements.is_empty(),
        JsonNode::Object(members) => level > 1 && members.is_empty(),
    };
    change(node, &|one| match one {
        JsonNode::Object(members) => {
            let kept = members.iter().filter(|(_, value)| !is_empty(value));
            Some(JsonNode::Object(kept.map(|(name, value)| (name.clone(), without_empty(value, level))).collect()))
        }
        _ => None,
    })
}

/// How programs write a time that came as `2024-01-15T10:00:00Z`: JavaScript and Rails, Python, Carbon, databases.
const TIMES: [fn(&str) -> String; 6] = [
    |time| format!("{time}.000Z"),
    |time| format!("{time}+00:00"),
    |time| format!("{time}.000000Z"),
    |time| format!("{}+00:00", time.replace('T', " ")),
    |time| time.replace('T', " "),
    str::to_owned,
];

/// Times read and written again: all, those at the top, those inside.
pub(super) fn respell_times(source: &BodySource) -> Vec<Vec<u8>> {
    let members = top_members(source);
    let chosen: [fn(&JsonNode) -> bool; 3] =
        [|_| true, |value| matches!(value, JsonNode::Text(_)), |value| !matches!(value, JsonNode::Text(_))];
    let original = JsonNode::Object(members.to_vec());
    let trees = TIMES.iter().flat_map(|write| chosen.map(|chosen| respell_some(members, *write, chosen)));
    write_all(trees.filter(|tree| *tree != original))
}

fn respell_some<'a>(
    members: &NodeMembers<'a>,
    write: fn(&str) -> String,
    chosen: fn(&JsonNode) -> bool,
) -> JsonNode<'a> {
    let one = |(name, value): &(NodeText<'a>, JsonNode<'a>)| match chosen(value) {
        true => (name.clone(), change(value, &|node| respell(node, write))),
        false => (name.clone(), value.clone()),
    };
    JsonNode::Object(members.iter().map(one).collect())
}

fn respell<'a>(node: &JsonNode<'a>, write: fn(&str) -> String) -> Option<JsonNode<'a>> {
    let JsonNode::Text(text) = node else { return None };
    let time = match text.says.strip_suffix('Z').filter(|time| is_time(time)) {
        Some(time) => time.to_owned(),
        None => read_offset(&text.says)?,
    };
    Some(JsonNode::Text(own_text(write(&time))))
}

/// A time with a numeric offset, in UTC: what JavaScript's `Date` makes of it.
fn read_offset(text: &str) -> Option<String> {
    let (time, offset) = text.split_at_checked(19)?;
    let numeric = offset.len() == 6 && offset.starts_with(['+', '-']) && is_time(time);
    let time: jiff::Timestamp = text.parse().ok().filter(|_| numeric)?;
    Some(time.strftime("%Y-%m-%dT%H:%M:%S").to_string())
}

/// `2024-01-15T10:00:00`.
fn is_time(text: &str) -> bool {
    let shape = b"0000-00-00T00:00:00";
    let fits = |(byte, known): (u8, &u8)| byte == *known || (*known == b'0' && byte.is_ascii_digit());
    text.len() == shape.len() && text.bytes().zip(shape).all(fits)
}

/// PHP's `JSON_NUMERIC_CHECK`: every text that is a number becomes one.
pub(super) fn make_numbers(source: &BodySource) -> Vec<Vec<u8>> {
    let Some(tree) = source.tree().filter(|_| source.body.len() <= LIMIT) else { return Vec::new() };
    let made = change(tree, &numeric);
    if made == *tree {
        return Vec::new();
    }
    let dialects = d::PHP.iter().chain(&d::PHP_BOTH);
    dialects.filter_map(|dialect| write_document(&made, dialect).map(String::into_bytes)).collect()
}

fn numeric<'a>(node: &JsonNode<'a>) -> Option<JsonNode<'a>> {
    let JsonNode::Text(NodeText { says: Cow::Borrowed(says), .. }) = node else { return None };
    let digits = says.trim_start_matches('0');
    let digits = if digits.starts_with(|c: char| c.is_ascii_digit()) { digits } else { says };
    let is_number = says.bytes().any(|byte| byte.is_ascii_digit())
        && says.bytes().all(|byte| byte.is_ascii_digit() || b".-+eE".contains(&byte))
        && says.parse::<f64>().is_ok();
    is_number.then_some(JsonNode::Number(digits))
}

/// In the order of Java's `HashMap`: org.json's `JSONObject`, which escapes `</` and punctuation beyond ASCII, and
/// Jackson and Gson where they read a `HashMap`.
pub(super) fn write_java_hash(source: &BodySource) -> Vec<Vec<u8>> {
    let Some(tree) = source.tree() else { return Vec::new() };
    let dialects = [d::STRINGIFY[0], d::JACKSON[0], d::GSON[0]].map(|one| one.with_order(MemberOrder::JavaHash));
    let mut written: Vec<String> = dialects.iter().filter_map(|dialect| write_document(tree, dialect)).collect();
    let escape = |c: char| match c {
        '\u{80}'..'\u{a0}' | '\u{2000}'..'\u{2100}' => format!("\\u{:04x}", u32::from(c)),
        other => other.to_string(),
    };
    let own = written.first().map(|text| text.replace("</", "<\\/").chars().map(escape).collect());
    written.splice(0..0, own);
    written.into_iter().map(String::into_bytes).collect()
}
