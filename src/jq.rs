//! Conditions in the syntax of jq, asked of event bodies: `--where '.data.position < 10'`.
//!
//! Knows the jq language through the jaq crates and bodies as bytes. A condition may run for ever, so each is asked in
//! a thread of its own, and one that takes too long is given up. It reaches nothing outside: neither the environment,
//! further input, nor the streams and the exit of this process. Values are read, walked and dropped on the call stack,
//! which a stranger's body must not exhaust: one that is nested too deeply is not read.

use crate::protocol::body::RawBody;
use jaq_core::data::JustLut;
use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Vars, compile, unwrap_valr};
use jaq_json::{Val, read};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

#[cfg(test)]
mod tests;

/// Time that a condition has for one body.
pub(crate) const LIMIT: Duration = Duration::from_secs(1);

/// Levels of nesting that a body may have, as may the text of one of its strings, which `fromjson` reads.
const DEEPEST: usize = 1_000;

/// What a condition's thread has for its values, in the slowest build.
const STACK: usize = 16 << 20;

/// Characters that are quoted of what a condition says when it fails: it may be the whole body.
const LONGEST_FAULT: usize = 200;

/// Filters that act on the process, which no condition may. A condition that names one is told that it is unknown.
const WITHHELD: &[&str] = &[
    "halt",
    "halt_error",
    "env",
    "input",
    "inputs",
    "debug",
    "debug_empty",
    "stderr",
    "stderr_empty",
    "input_line_number",
    "$__prog_args",
];

type CompiledFilter = jaq_core::Filter<JustLut<Val>>;

/// A condition, ready to be asked.
#[derive(Debug)]
pub(crate) struct JqCondition {
    worker: Mutex<Option<JqWorker>>,
    /// The last failure on a body, until somebody takes it.
    fault: Mutex<Option<String>>,
    limit: Duration,
}

/// The thread that asks, and the way to it and back.
#[derive(Debug)]
struct JqWorker {
    bodies: Sender<Vec<RawBody>>,
    answers: Receiver<Vec<JqAnswer>>,
    /// Bodies that were answered so far, which shows that it goes on.
    count: Arc<AtomicUsize>,
}

/// Whether a body meets a condition, or why the condition fails on it.
type JqAnswer = Result<bool, String>;

/// What is wrong with a condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JqError {
    /// It is not in the syntax of jq, or uses what is not there.
    #[error("'{text}' is not a condition in jq syntax: {why}")]
    Syntax {
        text: String,
        /// What stands where, or is unknown.
        why: String,
    },
    /// It took too long for one body, and is not asked any more.
    #[error("the condition took too long on one body and was stopped")]
    TooSlow,
}

impl JqCondition {
    /// Reads a condition.
    ///
    /// # Errors
    /// It is no jq, or uses filters that are not there.
    pub(crate) fn new(expression: &str) -> Result<Self, JqError> {
        Self::with_limit(expression, LIMIT)
    }

    fn with_limit(expression: &str, limit: Duration) -> Result<Self, JqError> {
        // Compiled twice, for the compiled form belongs to its thread and the error belongs here.
        compile_filter(expression)?;
        Ok(Self { worker: Mutex::new(JqWorker::start(expression.to_owned())), fault: Mutex::default(), limit })
    }

    /// Whether a body meets the condition: whether any of its results is neither `false` nor `null`. A body that is not
    /// JSON, and one on which the condition fails, do not.
    ///
    /// # Errors
    /// The condition takes too long, for this body or an earlier one.
    pub(crate) fn matches(&self, body: &RawBody) -> Result<bool, JqError> {
        let answers = self.judge(vec![body.clone()])?;
        Ok(answers.into_iter().next().unwrap_or(Ok(false)).unwrap_or_else(|words| {
            *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(words);
            false
        }))
    }

    /// The same of many bodies at once, since a way to another thread and back costs more than most conditions: for each
    /// whether it meets the condition, or why the condition fails on it.
    ///
    /// # Errors
    /// The condition takes too long, for one of these bodies or an earlier one.
    pub(crate) fn judge(&self, bodies: Vec<RawBody>) -> Result<Vec<JqAnswer>, JqError> {
        let mut worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        let answers = worker.as_ref().and_then(|worker| worker.ask(bodies, self.limit));
        if answers.is_none() {
            // The thread cannot be ended; it is left behind, and no other one is begun.
            *worker = None;
        }
        answers.ok_or(JqError::TooSlow)
    }

    /// Why the condition failed on a body, where it did since this was asked last. Such a body does not meet it.
    pub(crate) fn take_fault(&self) -> Option<String> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl JqWorker {
    fn start(expression: String) -> Option<Self> {
        let (bodies, asked) = channel::<Vec<RawBody>>();
        let (answering, answers) = channel();
        let count = Arc::new(AtomicUsize::new(0));
        let counting = Arc::clone(&count);
        let work = move || {
            let Ok(filter) = compile_filter(&expression) else { return };
            // Given up, it has nobody any more to count for.
            let is_wanted = || Arc::strong_count(&counting) > 1;
            let judge = |body: &RawBody| {
                let answer = is_wanted().then(|| run_filter(&filter, body));
                counting.fetch_add(1, Ordering::Relaxed);
                answer
            };
            for batch in asked {
                let Some(told) = batch.iter().map(judge).collect() else { return };
                if answering.send(told).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new().name("where".into()).stack_size(STACK).spawn(work).ok()?;
        Some(Self { bodies, answers, count })
    }

    /// Answers for all bodies; `None` where a body took longer than the limit.
    fn ask(&self, bodies: Vec<RawBody>, limit: Duration) -> Option<Vec<JqAnswer>> {
        self.bodies.send(bodies).ok()?;
        loop {
            let before = self.count.load(Ordering::Relaxed);
            match self.answers.recv_timeout(limit) {
                Err(RecvTimeoutError::Timeout) if self.count.load(Ordering::Relaxed) != before => {}
                answers => return answers.ok(),
            }
        }
    }
}

fn compile_filter(expression: &str) -> Result<CompiledFilter, JqError> {
    let fault = |why| JqError::Syntax { text: expression.to_owned(), why };
    let allowed = |name: &str| !WITHHELD.contains(&name);
    let defs = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs()).filter(|def| allowed(def.name));
    let funs = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs()).filter(|(name, ..)| allowed(name));
    let arena = Arena::default();
    let loaded = Loader::new(defs).load(&arena, File { code: expression, path: () });
    let modules =
        loaded.map_err(|faults| fault(faults.first().map_or_else(String::new, |(_, why)| describe_slip(why))))?;
    Compiler::default().with_funs(funs).compile(modules).map_err(|faults| {
        fault(faults.first().and_then(|(_, names)| names.first()).map_or_else(String::new, describe_unknown))
    })
}

/// What was expected, and what stands there instead.
fn describe_slip(fault: &load::Error<&str>) -> String {
    let (expected, found) = match fault {
        load::Error::Io(_) => return "there are no modules here".into(),
        load::Error::Lex(slips) => slips.first().map_or(("", ""), |(expected, found)| (expected.as_str(), *found)),
        load::Error::Parse(slips) => slips.first().map_or(("", ""), |(expected, found)| (expected.as_str(), *found)),
    };
    let place = if found.is_empty() { "at its end".to_owned() } else { format!("at '{found}'") };
    match expected {
        "" | "nothing" => format!("it goes on {place}"),
        "term" => format!("a value is missing {place}"),
        _ => format!("{expected} is missing {place}"),
    }
}

fn describe_unknown((name, kind): &(&str, compile::Undefined)) -> String {
    match kind {
        compile::Undefined::Filter(0) => format!("nothing is called '{name}' there"),
        compile::Undefined::Filter(arity) => {
            format!("nothing is called '{name}' there with so many arguments: {arity}")
        }
        kind => format!("there is no {} '{name}'", kind.as_str()),
    }
}

fn run_filter(filter: &CompiledFilter, body: &RawBody) -> JqAnswer {
    if is_too_deep(body.as_bytes()) {
        return Err(format!("it is nested more than {DEEPEST} levels deep"));
    }
    // What is no JSON meets no condition, which is no failure.
    let Ok(input) = read::parse_single(body.as_bytes()) else { return Ok(false) };
    let context = Ctx::<JustLut<Val>>::new(&filter.lut, Vars::new([]));
    for result in filter.id.run((context, input)).map(unwrap_valr) {
        match result {
            Ok(Val::Null | Val::Bool(false)) => {}
            Ok(_) => return Ok(true),
            // As in jq, the first error is the end. What could follow may be the same error for ever.
            Err(error) => return Err(shorten_fault(error.to_string())),
        }
    }
    Ok(false)
}

fn shorten_fault(mut words: String) -> String {
    if let Some((at, _)) = words.char_indices().nth(LONGEST_FAULT) {
        words.truncate(at);
        words.push('…');
    }
    words
}

/// Whether a body, or the text of one of its strings, may be nested too deeply. What opens within a string is counted
/// as if nothing closed there, for a condition can cut it in two.
fn is_too_deep(body: &[u8]) -> bool {
    // Most are short, and a level takes a byte at least.
    if body.len() <= DEEPEST {
        return false;
    }
    let (mut depth, mut text) = (0_usize, None);
    let mut rest = body;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        let escaped =
            tail.get(..5).is_some_and(|digits| [b"u005b", b"u007b"].iter().any(|it| digits.eq_ignore_ascii_case(*it)));
        match (byte, &mut text) {
            (b'"', None) => text = Some(0_usize),
            (b'"', Some(_)) => text = None,
            (b'[' | b'{', None) => depth += 1,
            (b']' | b'}', None) => depth = depth.saturating_sub(1),
            (b'[' | b'{', Some(opened)) => *opened += 1,
            (b'\\', Some(opened)) => {
                *opened += usize::from(escaped);
                rest = tail.get(1..).unwrap_or_default();
            }
            _ => {}
        }
        if depth.max(text.unwrap_or(0)) > DEEPEST {
            return true;
        }
    }
    false
}
