//! What keys are called.

use super::*;

#[test]
fn keys_have_names() {
    let key = |code, modifiers| Key::from_event(&KeyEvent::new(code, modifiers)).next();
    assert_eq!(key(KeyCode::Char('q'), KeyModifiers::NONE), Some(Key::Character('q')));
    assert_eq!(key(KeyCode::Char('Q'), KeyModifiers::SHIFT), Some(Key::Character('Q')));
    assert_eq!(key(KeyCode::Enter, KeyModifiers::NONE), Some(Key::Enter));
    assert_eq!(key(KeyCode::Char('j'), KeyModifiers::CONTROL), Some(Key::Enter));
    assert_eq!(key(KeyCode::Char('j'), KeyModifiers::NONE), Some(Key::Character('j')));
    assert_eq!(key(KeyCode::Char('r'), KeyModifiers::CONTROL), None);
    assert_eq!(key(KeyCode::F(1), KeyModifiers::NONE), None);
}

#[test]
fn escape_and_a_key_that_are_read_at_once_are_two() {
    let keys = |modifiers| Key::from_event(&KeyEvent::new(KeyCode::Char('q'), modifiers)).collect::<Vec<_>>();
    assert_eq!(keys(KeyModifiers::ALT), [Key::Escape, Key::Character('q')]);
    assert_eq!(keys(KeyModifiers::ALT | KeyModifiers::CONTROL), []);
}
