//! Finds the end of the plain part of a string.

/// The place of the next quote, backslash or control character, or the end of the input.
#[inline(always)]
pub(super) fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    while let Some(sixteen) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        // SAFETY: this is compiled only for processors with SSE2.
        match unsafe { sse2::special(sixteen) } {
            Some(offset) => return at + offset,
            None => at += 16,
        }
    }
    const ONES: u64 = u64::MAX / 0xff;
    while let Some(eight) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        let eight = u64::from_le_bytes(*eight);
        // Sets the high bit of each byte that is zero. Bytes after the first zero may be set
        // wrongly; only the first one is used.
        let zero = |bytes: u64| bytes.wrapping_sub(ONES) & !bytes;
        let quote = zero(eight ^ (ONES * b'"' as u64));
        let backslash = zero(eight ^ (ONES * b'\\' as u64));
        let control = eight.wrapping_sub(ONES * 0x20) & !eight;
        let found = (quote | backslash | control) & (ONES << 7);
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)) {
        at += 1;
    }
    at
}

/// Sixteen bytes at once, with instructions that every 64-bit x86 has.
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod sse2 {
    use std::arch::x86_64::{
        _mm_cmpeq_epi8, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x,
        _mm_set1_epi8,
    };

    /// The offset of the first quote, backslash or control character.
    #[inline]
    #[target_feature(enable = "sse2")]
    pub(super) fn special(bytes: &[u8; 16]) -> Option<usize> {
        let whole = u128::from_le_bytes(*bytes);
        let bytes = _mm_set_epi64x((whole >> 64) as i64, whole as i64);
        let quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'"' as i8));
        let backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'\\' as i8));
        let control = _mm_cmpeq_epi8(bytes, _mm_min_epu8(bytes, _mm_set1_epi8(0x1f)));
        let found = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), control));
        (found != 0).then(|| found.trailing_zeros() as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_found_at_every_place() {
        for length in 0..40 {
            for at in 0..length {
                for byte in 0..=u8::MAX {
                    // No UTF-8, which does not matter here.
                    let mut bytes = vec![0xff; length];
                    if let Some(one) = bytes.get_mut(at) {
                        *one = byte;
                    }
                    let ends = matches!(byte, b'"' | b'\\' | 0..0x20);
                    assert_eq!(plain_end(&bytes, 0), if ends { at } else { length });
                    assert_eq!(plain_end(&bytes, length), length);
                }
            }
        }
    }
}
