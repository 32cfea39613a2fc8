//! What events do: the endpoint's own state, asked for until it stands still, and how long an effect takes to arrive.

use super::super::AuditHook;
use super::CheckContext;
use std::time::Duration;

/// How long the effects of acknowledged events may take.
const EFFECT_WITHIN: Duration = Duration::from_secs(5);

/// How often the state is asked for meanwhile.
const ASK_EVERY: Duration = Duration::from_millis(50);

/// How long the state is watched for standing still before anything is known of the endpoint's delay.
const STILL_AT_FIRST: Duration = Duration::from_millis(600);

/// How long it is watched at least once the delay is known.
const STILL_AT_LEAST: Duration = Duration::from_millis(400);

/// How long the effects of everything before may go on arriving.
const SETTLES_WITHIN: Duration = Duration::from_secs(20);

impl CheckContext<'_> {
    fn state_hook(&self) -> Result<&AuditHook<i64>, String> {
        self.plan.state.as_ref().ok_or_else(|| "needs --state-cmd".to_owned())
    }

    /// The endpoint's state.
    pub(in crate::audit) async fn read_state(&self) -> Result<i64, String> {
        self.state_hook()?().await
    }

    /// The state once it has stood still for twice as long as an effect takes to arrive: effects of what went before
    /// may come after the answers, as the documentation advises.
    pub(in crate::audit) async fn read_settled_state(&self) -> Result<i64, String> {
        let clock = &self.plan.clock;
        let still = self.log().unit.map_or(STILL_AT_FIRST, |(_, delay)| STILL_AT_LEAST.max(delay * 2));
        let until = clock.monotonic() + SETTLES_WITHIN.max(still * 2);
        let (mut last, mut since) = (self.read_state().await?, clock.monotonic());
        loop {
            clock.sleep(ASK_EVERY).await;
            let now = self.read_state().await?;
            if now != last {
                (last, since) = (now, clock.monotonic());
            } else if clock.monotonic().saturating_sub(since) >= still {
                return Ok(now);
            }
            if clock.monotonic() >= until {
                return Err("the state does not stop changing".to_owned());
            }
        }
    }

    /// Waits until the state has gone from `before` to `wanted` or beyond, then until it stands still; the last value.
    pub(in crate::audit) async fn wait_for_state(&self, before: i64, wanted: i64) -> Result<i64, String> {
        let clock = &self.plan.clock;
        let until = clock.monotonic() + EFFECT_WITHIN;
        while self.read_state().await?.abs_diff(before) < wanted.abs_diff(before) && clock.monotonic() < until {
            clock.sleep(ASK_EVERY).await;
        }
        self.read_settled_state().await
    }

    /// How long it takes until the state is another than `before`, where it becomes one, and what it is then.
    async fn wait_for_change(&self, before: i64) -> Result<(Option<Duration>, i64), String> {
        let clock = &self.plan.clock;
        let began = clock.monotonic();
        loop {
            let (now, took) = (self.read_state().await?, clock.monotonic().saturating_sub(began));
            if now != before || took >= EFFECT_WITHIN {
                return Ok(((now != before).then_some(took), now));
            }
            clock.sleep(ASK_EVERY).await;
        }
    }

    /// What one event changes the state by; found out with ordinary ones the first time, and how long it takes.
    pub(in crate::audit) async fn measure_unit(&self) -> Result<i64, String> {
        let known = self.log().unit;
        if let Some((unit, _)) = known {
            return Ok(unit);
        }
        let before = self.read_settled_state().await?;
        self.send(self.draft_signup_created().with_label("an ordinary event, for its effect")).await;
        self.measure_effect(before).await
    }

    /// The same once an event has been acknowledged that found the state at `before`. A worker may work once a second:
    /// the event that comes right after it did waits for as long as any does.
    pub(in crate::audit) async fn measure_effect(&self, before: i64) -> Result<i64, String> {
        let (first, seen) = self.wait_for_change(before).await?;
        let Some(first) = first else {
            self.log().unit = Some((0, Duration::ZERO));
            return Ok(0);
        };
        self.send(self.draft_signup_created().with_label("another event, for its effect")).await;
        let (second, _) = self.wait_for_change(seen).await?;
        self.log().unit = Some((0, first.max(second.unwrap_or_default())));
        let both = self.read_settled_state().await?.saturating_sub(before);
        // Of two that are taken for one, that one is the measure.
        let unit = (both + both.signum()) / 2;
        self.log().unit.iter_mut().for_each(|(known, _)| *known = unit);
        Ok(unit)
    }
}
