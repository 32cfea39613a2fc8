//! By whose rules a delivery goes: when it is tried, and what acknowledges it.

use super::attempt::AttemptOutcome;
use super::body::RawBody;
use super::facts::EventFacts;
use super::referralhero::{self, HeroEvent};
use super::schedule::{RetryFrom, RetrySchedule, is_acknowledgement};
use std::time::Duration;

/// The rules of one of the two services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeliveryRules {
    /// ReferralLoop: five attempts over 81 minutes, any 2xx.
    Referralloop(RetryFrom),
    /// ReferralHero: three attempts over five minutes, 200 alone.
    Referralhero,
}

impl DeliveryRules {
    /// The rules of the service that a body is of.
    pub(crate) fn of_body(body: &RawBody, from: RetryFrom) -> Self {
        if is_hero_body(body) { Self::Referralhero } else { Self::Referralloop(from) }
    }

    /// Scheduled starts of the attempts, counted from the first.
    pub(crate) fn schedule(self) -> Vec<Duration> {
        match self {
            Self::Referralloop(from) => RetrySchedule::new(from).collect(),
            Self::Referralhero => referralhero::ATTEMPTS.to_vec(),
        }
    }

    /// Whether a status acknowledges.
    pub(crate) fn accepts(self, status: u16) -> bool {
        match self {
            Self::Referralloop(_) => is_acknowledgement(status),
            Self::Referralhero => status == 200,
        }
    }

    /// An outcome as these rules take it: of the second service, another 2xx than 200 acknowledges nothing.
    pub(crate) fn judge(self, outcome: AttemptOutcome) -> AttemptOutcome {
        match outcome {
            AttemptOutcome::Answered(answer) if self == Self::Referralhero => {
                AttemptOutcome::Answered(super::attempt::AttemptResponse { only_200: true, ..answer })
            }
            outcome => outcome,
        }
    }
}

/// Whether a body is an event of the second service.
pub(crate) fn is_hero_body(body: &RawBody) -> bool {
    let name = EventFacts::from_body(body).event_type;
    name.as_deref().and_then(HeroEvent::from_name).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::attempt::AttemptResponse;

    #[test]
    fn each_service_has_its_own_rules() {
        let hero = DeliveryRules::of_body(&RawBody::new(r#"{"response":"reward_sent"}"#), RetryFrom::Previous);
        let own = DeliveryRules::of_body(&RawBody::new("{}"), RetryFrom::First);
        assert_eq!((hero, own), (DeliveryRules::Referralhero, DeliveryRules::Referralloop(RetryFrom::First)));
        let answer =
            |status| AttemptResponse { status, location: None, body: "".into(), truncated: false, only_200: false };
        for (status, by_hero, by_own) in
            [(200, true, true), (201, false, true), (204, false, true), (500, false, false)]
        {
            let judged = |rules: DeliveryRules| rules.judge(AttemptOutcome::Answered(answer(status))).is_acknowledged();
            assert_eq!((judged(hero), judged(own)), (by_hero, by_own), "{status}");
        }
        assert_eq!((hero.schedule().len(), own.schedule().len()), (3, 5));
        assert_eq!(hero.schedule().last(), Some(&Duration::from_secs(300)));
    }
}
