//! Whole numbers to decimal digits, without `core::fmt`.

use alloc::string::String;

/// `number` in decimal, without sign or leading zeros.
pub(crate) fn text(mut number: u64) -> String {
    let mut reversed = [0u8; 20];
    let mut length = 0;
    for digit in reversed.iter_mut() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
        length += 1;
        if number == 0 {
            break;
        }
    }
    reversed
        .iter()
        .take(length)
        .rev()
        .map(|&digit| char::from(digit))
        .collect()
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
