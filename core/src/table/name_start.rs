//! The start of a name as a number: most names differ in it, and to compare numbers costs less than
//! a call of `memcmp`.

/// The first bytes of a name, in its order.
pub(super) const fn start_of(name: &str) -> u64 {
    let mut rest = name.as_bytes();
    let mut start = 0;
    let mut free = u64::BITS;
    while let [byte, after @ ..] = rest
        && free > 0
    {
        free -= u8::BITS;
        start |= (*byte as u64) << free;
        rest = after;
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_have_the_order_of_their_names() {
        let names = ["", "a", "a\0", "ab", "abcdefg", "abcdefgh", "abcdefghi", "b", "é", "ü"];
        for (nth, name) in names.iter().enumerate() {
            for later in names.iter().skip(nth) {
                assert!(start_of(name) <= start_of(later), "{name} {later}");
            }
        }
        assert!(start_of("abc") < start_of("abd"));
    }

    #[test]
    fn every_field_is_found_by_its_name() {
        for model in crate::table::MODELS {
            for (position, field) in model.fields.iter().enumerate() {
                assert_eq!(model.position(field.name), Some(position), "{}", field.name);
                assert_eq!(model.position(&format!("{}_", field.name)), None);
            }
        }
    }
}
