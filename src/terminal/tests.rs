//! What keys are called.

use super::*;

#[test]
fn keys_have_names() {
    let key = |code, modifiers| Key::from_event(&KeyEvent::new(code, modifiers));
    assert_eq!(key(KeyCode::Char('q'), KeyModifiers::NONE), Some(Key::Character('q')));
    assert_eq!(key(KeyCode::Char('Q'), KeyModifiers::SHIFT), Some(Key::Character('Q')));
    assert_eq!(key(KeyCode::Enter, KeyModifiers::NONE), Some(Key::Enter));
    assert_eq!(key(KeyCode::Char('j'), KeyModifiers::CONTROL), Some(Key::Enter));
    assert_eq!(key(KeyCode::Char('j'), KeyModifiers::NONE), Some(Key::Character('j')));
    assert_eq!(key(KeyCode::Char('r'), KeyModifiers::CONTROL), None);
    assert_eq!(key(KeyCode::F(1), KeyModifiers::NONE), None);
}
