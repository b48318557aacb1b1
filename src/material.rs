//! A string or a slice of strings to key material.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::error::Error;

/// Joins the parts of a key.
///
/// The SDK joins without escaping, so `["a", "b"]` and `"a-b"` are the same key.
pub(crate) const DELIMITER: &str = "-";

/// The caller's part of a key: a string, or several joined with `-`.
///
/// ```
/// use idempotency_keys::Material;
/// assert_eq!(Material::from(["order", "42"]).as_str(), "order-42");
/// assert_ne!(Material::from([""; 0]), Material::from(""));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Material {
    joined: String,
    has_parts: bool,
}

impl Material {
    /// The parts, joined: what the SDK reports as `options.key`.
    pub fn as_str(&self) -> &str {
        &self.joined
    }

    /// Whether there is any part: an empty string is one, an empty array has none.
    pub fn has_parts(&self) -> bool {
        self.has_parts
    }

    pub(crate) fn into_joined(self) -> String {
        self.joined
    }
}

impl From<&str> for Material {
    fn from(string: &str) -> Material {
        Material::from(String::from(string))
    }
}

impl From<String> for Material {
    fn from(string: String) -> Material {
        Material {
            joined: string,
            has_parts: true,
        }
    }
}

impl From<&String> for Material {
    fn from(string: &String) -> Material {
        Material::from(string.as_str())
    }
}

impl From<Cow<'_, str>> for Material {
    fn from(string: Cow<'_, str>) -> Material {
        Material::from(string.into_owned())
    }
}

impl<S: AsRef<str>> From<&[S]> for Material {
    fn from(parts: &[S]) -> Material {
        let mut joined = String::new();
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                joined.push_str(DELIMITER);
            }
            joined.push_str(part.as_ref());
        }
        Material {
            joined,
            has_parts: !parts.is_empty(),
        }
    }
}

impl<S: AsRef<str>, const N: usize> From<[S; N]> for Material {
    fn from(parts: [S; N]) -> Material {
        Material::from(parts.as_slice())
    }
}

impl<S: AsRef<str>> From<Vec<S>> for Material {
    fn from(parts: Vec<S>) -> Material {
        Material::from(parts.as_slice())
    }
}

impl<S: AsRef<str>> From<&Vec<S>> for Material {
    fn from(parts: &Vec<S>) -> Material {
        Material::from(parts.as_slice())
    }
}

/// A value that can't be a part of a key: the SDK would hash unrelated values of its kind to the same
/// few strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PartKind {
    Null,
    Undefined,
    Array,
    Object,
    Function,
    Symbol,
    Promise,
}

impl PartKind {
    /// In the order of their codes on the npm package's boundary.
    pub(crate) const ALL: [PartKind; 7] = [
        PartKind::Null,
        PartKind::Undefined,
        PartKind::Array,
        PartKind::Object,
        PartKind::Function,
        PartKind::Symbol,
        PartKind::Promise,
    ];

    /// The error for this part of a key, or for a key that is such a value itself; `key` is its place among many.
    pub(crate) fn refuse(self, part: Option<u32>, key: Option<u32>) -> Error {
        let found = match self {
            PartKind::Null => "null",
            PartKind::Undefined => "undefined",
            PartKind::Array => "an array inside an array",
            PartKind::Object => "an object",
            PartKind::Function => "a function",
            PartKind::Symbol => "a symbol",
            PartKind::Promise => "a promise",
        };
        let expected = match self {
            PartKind::Promise => "what it resolves to: await it first",
            _ => {
                "a string, a number, a bigint, a boolean or an IdempotencyKey: convert it to a string that tells it from every other value"
            }
        };
        Error::invalid_part(found, expected, part, key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn strings_and_arrays_of_any_kind_are_material() {
        let string = String::from("order-42");
        let expected = Material::from("order-42");
        assert_eq!(Material::from(&string), expected);
        assert_eq!(Material::from(Cow::Borrowed("order-42")), expected);
        assert_eq!(Material::from(vec!["order", "42"]), expected);
    }
}
