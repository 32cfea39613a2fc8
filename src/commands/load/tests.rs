//! Tests.

use super::*;

#[test]
fn rates_and_stretches_have_bounds() {
    assert_eq!(rate("5000"), Ok(5000.0));
    assert_eq!(stretch("10s"), Ok(Duration::from_secs(10)));
    assert!(rate("0").is_err() && rate("-1").is_err() && rate("NaN").is_err() && rate("x").is_err());
    assert!(stretch("0").is_err() && stretch("25h").is_err());
}
