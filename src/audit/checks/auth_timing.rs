//! Whether refusals take longer the more of a signature is right: measured in pairs, believed only when it is beyond doubt.

use super::super::catalogue::CheckJudgement;
use super::super::check_context::CheckContext;
use super::auth_drafts::{Cut, cut};
use std::time::Duration;

/// Pairs of a first look, and of the second that must confirm it.
const PAIRS: [usize; 2] = [6, 8];

/// What a network or a busy machine does not hide, in the middle.
const TELLING: Duration = Duration::from_millis(2);

/// Each refusal of an almost right value slower than every one of a wrong value, twice.
pub(super) async fn is_constant(stage: &CheckContext<'_>) -> CheckJudgement {
    let mut seen = Duration::ZERO;
    for pairs in PAIRS {
        let (mut wrong, mut almost) = (Vec::new(), Vec::new());
        for at in 0..pairs {
            // What drifts does so for both.
            let order = if at % 2 == 0 { [Cut::Nothing, Cut::ButLast] } else { [Cut::ButLast, Cut::Nothing] };
            for part in order {
                let label =
                    if matches!(part, Cut::Nothing) { "all digits wrong" } else { "all but the last digit right" };
                let sent = stage.send(cut(stage, part).with_label(label)).await;
                if !matches!(sent.outcome.status(), Some(400..500)) {
                    return CheckJudgement::Skip("not every forged event is refused".to_owned());
                }
                if matches!(part, Cut::Nothing) { &mut wrong } else { &mut almost }.push(sent.latency);
            }
        }
        wrong.sort();
        almost.sort();
        seen = almost[pairs / 2].saturating_sub(wrong[pairs / 2]);
        if almost.first() <= wrong.last() || seen < TELLING {
            return CheckJudgement::Pass;
        }
    }
    let seen = seen.as_secs_f64() * 1_000.0;
    CheckJudgement::Fail(format!("a refusal takes {seen:.0} ms longer when all digits but the last are right"))
}
