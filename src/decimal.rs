//! Whole numbers to decimal digits, without `core::fmt`.

use alloc::string::String;

use crate::text;

/// `number` in decimal, without sign or leading zeros.
pub(crate) fn text(mut number: u64) -> String {
    let mut digits = [0; 20];
    let mut start = digits.len();
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
        start -= 1;
        if number == 0 {
            break;
        }
    }
    text::ascii(digits.get(start..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #[test]
    fn agrees_with_the_standard_formatter() {
        for number in [0, 1, 9, 10, 99, 100, 1_234_567_890, u64::MAX] {
            assert_eq!(super::text(number), number.to_string());
        }
    }
}
