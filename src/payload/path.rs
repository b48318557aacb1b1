//! The path of a value in a payload, for errors: `$.items[3].name`.

use alloc::string::String;
use alloc::vec::Vec;

use crate::text;

/// Steps shown at each end of a path; the ones between are left out.
const SHOWN: usize = 16;
/// Bytes of a member's name that are shown.
const NAME_LENGTH: usize = 80;

/// One step of a path.
#[derive(Clone, Copy)]
enum Step<'a> {
    /// A member's name as JSON writes it, without quotation marks.
    Member(&'a [u8]),
    Element(u64),
}

/// The path of the value at `offset` in compact JSON.
pub(crate) fn at(text: &[u8], offset: usize) -> String {
    let mut steps = Vec::new();
    let mut at = 0;
    // Whether the next string names a member.
    let mut names = false;
    while at < offset
        && let Some(&byte) = text.get(at)
    {
        at += 1;
        match byte {
            b'"' => {
                let start = at;
                at = string_end(text, at);
                if names && let Some(name) = text.get(start..at - 1) {
                    steps.pop();
                    steps.push(Step::Member(name));
                    names = false;
                }
            }
            b'{' => {
                steps.push(Step::Member(&[]));
                names = true;
            }
            b'[' => steps.push(Step::Element(0)),
            b'}' | b']' => {
                steps.pop();
                names = false;
            }
            b',' => match steps.last_mut() {
                Some(Step::Element(index)) => *index += 1,
                Some(Step::Member(_)) => names = true,
                None => {}
            },
            _ => {}
        }
    }
    if names {
        // Between two members: the object.
        steps.pop();
    }
    show(&steps)
}

/// The path whose steps are the elements of a JSON array: strings are members, numbers elements.
pub(crate) fn of_steps(array: &[u8]) -> String {
    let mut steps = Vec::new();
    let mut at = 0;
    while let Some(&byte) = array.get(at) {
        at += 1;
        match byte {
            b'"' => {
                let start = at;
                at = string_end(array, at);
                steps.push(Step::Member(array.get(start..at - 1).unwrap_or_default()));
            }
            b'0'..=b'9' => {
                let mut index = u64::from(byte - b'0');
                while let Some(&digit @ b'0'..=b'9') = array.get(at) {
                    index = index.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
                    at += 1;
                }
                steps.push(Step::Element(index));
            }
            _ => {}
        }
    }
    show(&steps)
}

/// The byte after the closing quotation mark of the string whose content starts at `at`.
fn string_end(text: &[u8], mut at: usize) -> usize {
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len() + 2
}

fn show(steps: &[Step<'_>]) -> String {
    let mut path = String::from("$");
    let hidden = SHOWN..steps.len().saturating_sub(SHOWN);
    for (index, step) in steps.iter().enumerate() {
        if hidden.contains(&index) {
            if index == hidden.start {
                path.push('…');
            }
            continue;
        }
        match step {
            Step::Element(index) => {
                path.push('[');
                path.push_str(&text::decimal(*index));
                path.push(']');
            }
            Step::Member(name) if is_identifier(name) => {
                path.push('.');
                path.push_str(&shown(name));
            }
            Step::Member(name) => {
                path.push_str("[\"");
                path.push_str(&shown(name));
                path.push_str("\"]");
            }
        }
    }
    path
}

fn is_identifier(name: &[u8]) -> bool {
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$');
    name.first().is_some_and(|first| !first.is_ascii_digit()) && name.iter().all(word)
}

fn shown(name: &[u8]) -> String {
    let text = core::str::from_utf8(name).unwrap_or("\u{fffd}");
    text::excerpt(text, NAME_LENGTH)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn steps_are_members_and_elements() {
        for (steps, path) in [
            ("[]", "$"),
            (r#"["a",0,"b",12]"#, "$.a[0].b[12]"),
            (r#"["a b","\"",""]"#, r#"$["a b"]["\""][""]"#),
        ] {
            assert_eq!(of_steps(steps.as_bytes()), path);
        }
    }
}
