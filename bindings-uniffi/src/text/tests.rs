#![allow(clippy::unwrap_used, clippy::panic)]

use lomi::ErrorKind;

use super::{checked, readable};
use crate::pages::Pager;
use crate::response::Refusal;
use crate::webhooks::MemoryStore;

#[test]
fn text_is_checked_before_it_is_a_string() {
    assert_eq!(checked("é".into()).unwrap(), "é");
    for bytes in [&b"\xf0"[..], b"a\xf0", b"\xc2", &[0xff; 64], b"\xed\xa0\x80"] {
        let refused = checked(bytes.to_vec()).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Validation);
        assert!(refused.message().contains("not valid UTF-8"), "{}", refused.message());
        assert!(readable(bytes).contains('\u{fffd}'));
    }
}

#[test]
fn an_exported_function_refuses_what_is_no_text() {
    let store = MemoryStore::new(10);
    let Err(Refusal::Refused { packed }) = store.remember(vec![0xf0], 1.0) else { panic!("kept") };
    assert!(String::from_utf8_lossy(&packed).contains("ValidationError"));
    assert!(store.remember(b"key".to_vec(), 1.0).unwrap());
    assert!(Pager::new(vec![0xf0], 0, vec![0]).is_err());
}
