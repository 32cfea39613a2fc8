//! Twenty questions. Each request is the one that tells most: a body for which many guesses sign the same value, and many
//! do not. Nobody who reads JSON and writes it again changes an empty list, whoever joins values with whatever leaves
//! a single one alone, whoever quotes a text writes a number alike; so one request judges all of them. What is accepted leaves
//! those that sign so; what is refused makes them unlikely, the more the less a handler minds the body.

use super::causes::PARTLY;
use super::guesses::{GuessBody, GuessedWay, MALFORMED, ProbeGuess, list_bases, list_bodies, list_guesses, number_of};
use super::language::ServerLanguage;
use super::manners::SigningManner;
use super::prober::EndpointProber;
use super::{
    ProbeEvidence, ProbeFindings, ProbeRequest, ProbeResponse, ProbedServer, bodies, build_finding, other_header,
    reduced,
};
use crate::diagnose::cause::{CauseFamily, FindingCertainty, MismatchCause};
use std::collections::HashMap;

/// Header fields in which others send the time that they sign, and which get the event's.
const TIMES: [&str; 6] = [
    "x-webhook-timestamp",
    "x-timestamp",
    "webhook-timestamp",
    "x-signature-timestamp",
    "x-request-timestamp",
    "x-referralloop-timestamp",
];
const TIME: &str = "2024-01-15T10:00:00Z";

/// A guess that has this share of all weight or less is not asked for.
const UNLIKELY: f64 = 0.000_2;

/// How common a rewriting is that leaves out or adds members, among the guesses.
const REBUILT: f64 = 0.04;

/// Requests that tell single features apart. Where fewer are left, all of them are asked about in one.
const FOR_FEATURES: u32 = 12;

/// What the questions led to.
pub(super) enum GuessOutcome {
    /// This is it.
    Named(ProbeFindings),
    /// The prober signs in the manner that is wanted now; or one of the shapes is accepted.
    Seen(Vec<ProbeEvidence>),
    /// Nothing that is known.
    Unknown,
}

/// A question: the body's number, and what is signed of it.
type GuessQuestion = (usize, u64);

struct GuessingGame {
    bodies: Vec<GuessBody>,
    guesses: Vec<ProbeGuess>,
    usual: SigningManner,
    asked: Vec<GuessQuestion>,
    /// Accepted, and signed over other bytes than it has.
    proof: Option<(Vec<u8>, Vec<u8>)>,
    /// Whether something was accepted.
    found: bool,
}

/// Asks until one cause is left.
pub(super) async fn guess_cause<S>(prober: &mut EndpointProber<S>, server: &ProbedServer<'_>) -> GuessOutcome
where
    S: AsyncFnMut(&ProbeRequest) -> ProbeResponse,
{
    let usual = prober.manner.clone();
    let bodies = list_bodies(bodies::build_shapes(), bodies::build_distinctive_body());
    let guesses = list_guesses(&usual, &bodies, server.url);
    let mut game = GuessingGame { bodies, guesses, usual, asked: Vec::new(), proof: None, found: false };
    for at in 0..3 {
        let question = (at, number_of(&game.bodies[at].bytes));
        game.asked.push(question);
        game.doubt(question);
    }
    let language = server.language.get();
    game.tell_language(language);
    // PHP's decoder never fails.
    if language != Some(ServerLanguage::Php) {
        game.tell_readers(prober).await;
    }
    let mut tried_rebuilt = false;
    while prober.has_left(1) {
        let next = game.choose();
        let likely = next.map_or(0.0, |(_, share)| share);
        if !game.found && !tried_rebuilt && likely < REBUILT {
            tried_rebuilt = true;
            if let Some(found) = reduced::find_rebuilding(prober, &game.bodies[0].bytes).await {
                return GuessOutcome::Named(found);
            }
            continue;
        }
        let Some((question, _)) = next else { break };
        if let Some(outcome) = game.ask(prober, question).await {
            return outcome;
        }
    }
    game.conclude()
}

impl GuessingGame {
    /// The question whose answer is least certain, and how likely it is accepted; none where all is said.
    fn choose(&self) -> Option<(GuessQuestion, f64)> {
        let total: f64 = self.guesses.iter().map(|guess| guess.weight).sum();
        let mut best = None;
        let mut unsure = UNLIKELY;
        for (at, body) in self.bodies.iter().enumerate().filter(|(_, body)| body.trust > 0.1) {
            let mut shares: HashMap<u64, f64> = HashMap::new();
            for guess in &self.guesses {
                for sign in &guess.signs[at] {
                    *shares.entry(*sign).or_default() += guess.weight / total / guess.signs[at].len() as f64;
                }
            }
            for (sign, share) in shares {
                let likely = share * body.trust;
                // Where all would be accepted nothing is learned, but it may still be a proof.
                let told = match share > 0.999 {
                    true if self.proof.is_none() && sign != number_of(&body.bytes) => 2.0 * UNLIKELY,
                    true => 0.0,
                    false => likely.min(1.0 - likely),
                };
                let is_better = told > unsure || told == unsure && best.is_some_and(|(known, _)| (at, sign) < known);
                if is_better && !self.asked.contains(&(at, sign)) {
                    (best, unsure) = (Some(((at, sign), likely)), told);
                }
            }
        }
        best
    }

    /// Whether JSON is read before anything is verified: then the rest is likelier to use what was read.
    async fn tell_readers<S>(&mut self, prober: &mut EndpointProber<S>)
    where
        S: AsyncFnMut(&ProbeRequest) -> ProbeResponse,
    {
        let Some(at) = self.bodies.iter().position(|body| body.bytes == MALFORMED) else { return };
        let Some(reply) = prober.send_over("what is no JSON", MALFORMED, MALFORMED).await else { return };
        let is_read = !prober.is_refusal(&reply);
        for guess in &mut self.guesses {
            let needs_json = guess.signs[at].is_empty();
            let is_apart = matches!(guess.way, GuessedWay::Headers | GuessedWay::Framed(_))
                || guess.cause.family == CauseFamily::Absent;
            match is_read {
                _ if is_apart => {}
                true if !needs_json => guess.weight *= 0.2,
                false if needs_json => guess.weight *= 0.35,
                _ => {}
            }
        }
    }

    /// What other languages print is unlikely where the server names its own.
    fn tell_language(&mut self, language: Option<ServerLanguage>) {
        let Some(own) = language else { return };
        for guess in &mut self.guesses {
            if let Some(writes) = ServerLanguage::of_cause(guess.cause.id) {
                guess.weight *= if writes == own { 2.0 } else { 0.1 };
            }
        }
    }

    /// What is refused was not signed so, unless the body was minded.
    fn doubt(&mut self, (at, sign): GuessQuestion) {
        let trust = self.bodies[at].trust;
        for guess in self.guesses.iter_mut().filter(|guess| guess.signs[at].contains(&sign)) {
            guess.weight *= 1.0 - trust / guess.signs[at].len() as f64;
        }
    }

    async fn ask<S>(&mut self, prober: &mut EndpointProber<S>, question: GuessQuestion) -> Option<GuessOutcome>
    where
        S: AsyncFnMut(&ProbeRequest) -> ProbeResponse,
    {
        let (at, sign) = question;
        self.asked.push(question);
        let body = self.bodies[at].bytes.clone();
        let signed = |guess: &&ProbeGuess| guess.signs[at].contains(&sign) && guess.weight > 0.0;
        let guess = self.guesses.iter().filter(signed).max_by(|one, other| one.weight.total_cmp(&other.weight))?;
        if let GuessedWay::Headers = guess.way {
            if other_header::find_header(prober, &self.usual, &body).await {
                return Some(GuessOutcome::Seen(Vec::new()));
            }
            self.doubt(question);
            return None;
        }
        let (value, message) = (guess.value(&self.usual, &body, sign)?, guess.message(&body, sign));
        let manner = if let GuessedWay::Manner(manner, _) = &guess.way { Some(manner.as_ref().clone()) } else { None };
        let is_framed = matches!(guess.way, GuessedWay::Framed(_));
        let mut signatures: Vec<_> = prober.manner.headers.iter().map(|name| (*name, value.clone())).collect();
        if is_framed {
            signatures.extend(TIMES.map(|name| (name, TIME.to_owned())));
        }
        let what = self.bodies[at].what;
        let reply = prober.send(&ProbeRequest { what, body: body.clone(), signatures, cut: None }).await?;
        if reply != ProbeResponse::Accepted {
            self.bodies[at].trust *= if prober.is_refusal(&reply) { 1.0 } else { 0.3 };
            if prober.is_refusal(&reply) {
                self.doubt(question);
            }
            return None;
        }
        if let Some(manner) = manner {
            prober.manner = manner;
            return Some(match prober.has_left(FOR_FEATURES) {
                true => GuessOutcome::Seen(vec![(body, true)]),
                false => self.find_base(prober, body).await,
            });
        }
        self.keep(question, message.as_ref() == Some(&body));
        match message {
            Some(made) if made != body => {
                self.proof.get_or_insert((body, made));
            }
            Some(_) if at < bodies::SHAPE_COUNT => return Some(GuessOutcome::Seen(vec![(body, true)])),
            _ => {}
        }
        None
    }

    /// With few requests left: what of a body is hashed, itself or what programs commonly make of it.
    async fn find_base<S>(&self, prober: &mut EndpointProber<S>, accepted: Vec<u8>) -> GuessOutcome
    where
        S: AsyncFnMut(&ProbeRequest) -> ProbeResponse,
    {
        let mut seen = vec![(accepted, true)];
        let GuessBody { what, bytes, .. } = &self.bodies[bodies::SHAPE_COUNT];
        for (form, message) in list_bases(bytes) {
            let Some(reply) = prober.send_over(what, bytes, &message).await else { break };
            match (form, reply) {
                (None, ProbeResponse::Accepted) => return GuessOutcome::Seen(vec![(message, true)]),
                (Some(cause), ProbeResponse::Accepted) => {
                    let mut findings = vec![build_finding(cause, FindingCertainty::Proof)];
                    findings.extend(prober.manner_causes());
                    return GuessOutcome::Named((findings, Some((bytes.clone(), message))));
                }
                (None, reply) if prober.is_refusal(&reply) => seen.push((message, false)),
                _ => {}
            }
        }
        GuessOutcome::Seen(seen)
    }

    /// What is accepted was signed so; but what is small and signed over itself may be so by chance: PHP's text of a number is
    /// that number, whatever it is of a list.
    fn keep(&mut self, (at, sign): GuessQuestion, itself: bool) {
        self.found = true;
        let others = if itself && self.bodies[at].trust < 1.0 { 0.01 } else { 0.0 };
        for guess in self.guesses.iter_mut().filter(|guess| !guess.signs[at].contains(&sign)) {
            guess.weight *= others;
        }
    }

    /// Names what is left, the likeliest first.
    fn conclude(mut self) -> GuessOutcome {
        if !self.found {
            return GuessOutcome::Unknown;
        }
        self.guesses.sort_by(|one, other| other.weight.total_cmp(&one.weight));
        let most = self.guesses.first().map_or(0.0, |guess| guess.weight);
        let mut causes: Vec<&'static MismatchCause> = Vec::new();
        for guess in self.guesses.iter().filter(|guess| guess.weight > most / 20.0) {
            if !causes.contains(&guess.cause) {
                causes.push(guess.cause);
            }
        }
        let is_proved = self.proof.is_some()
            || self.guesses.first().is_some_and(|guess| matches!(guess.way, GuessedWay::Digest(..)));
        let Some((first, also)) = causes.split_first().filter(|_| is_proved) else {
            return GuessOutcome::Named((vec![build_finding(&PARTLY, FindingCertainty::Consistent)], None));
        };
        let mut finding = build_finding(first, FindingCertainty::Proof);
        finding.also = also.to_vec();
        GuessOutcome::Named((vec![finding], self.proof))
    }
}
