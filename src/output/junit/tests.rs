//! The document, literally, and what must not break it.

use super::*;

fn case(name: &str, status: JunitStatus) -> JunitCase {
    JunitCase { name: name.into(), class: "auth".into(), time: Duration::from_millis(1500), status, output: None }
}

#[test]
fn a_document() {
    let failed =
        JunitStatus::Failed { kind: "high".into(), message: "a <b> & \"c\"".into(), text: "one\ntwo ]]>".into() };
    let cases = vec![
        case("one", JunitStatus::Passed),
        case("two", failed),
        JunitCase { output: Some("said".into()), ..case("three", JunitStatus::Skipped("no secret".into())) },
    ];
    let at = "2024-01-15T10:00:00.5Z".parse().unwrap();
    let suites = [JunitSuite { name: "auth".into(), cases }];
    assert_eq!(
        render_junit("referralloop", at, Duration::from_secs(5), &suites),
        r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="referralloop" tests="3" failures="1" errors="0" skipped="1" time="5.000">
  <testsuite name="auth" tests="3" failures="1" errors="0" skipped="1" time="4.500" timestamp="2024-01-15T10:00:00">
    <testcase name="one" classname="auth" time="1.500"/>
    <testcase name="two" classname="auth" time="1.500">
      <failure type="high" message="a &lt;b&gt; &amp; &quot;c&quot;">one
two ]]&gt;</failure>
    </testcase>
    <testcase name="three" classname="auth" time="1.500">
      <skipped message="no secret"/>
      <system-out>said</system-out>
    </testcase>
  </testsuite>
</testsuites>
"#
    );
}

#[test]
fn no_character_breaks_it() {
    let hostile: String = ('\0'..=char::MAX).collect();
    let failed = JunitStatus::Failed { kind: hostile.clone(), message: hostile.clone(), text: hostile.clone() };
    let suites = [JunitSuite { name: hostile.clone(), cases: vec![case(&hostile, failed)] }];
    let text = render_junit(&hostile, Timestamp::UNIX_EPOCH, Duration::ZERO, &suites);
    // XML 1.0, section 2.2.
    let allowed = |c: char| matches!(c, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(text.chars().all(allowed));
    assert!(text.contains(r"\u{fffe}\u{ffff}"), "what it cannot hold is named");
    assert!(!text.contains("<\u{1}"));
}
