//! Tokens: any key comes back from its token; a token of which anything was changed, and any text
//! that is none, is refused; what is accepted is the one token of its key.
#![no_main]

use arbitrary::Arbitrary;
use idempotency_keys::{ErrorCode, IdempotencyKey, Material};
use idempotency_keys_fuzz::{Task, scope, scope_parts};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Change {
    Replace { at: u16, with: u8 },
    Insert { at: u16, what: u8 },
    Remove { at: u16 },
    Truncate { to: u16 },
}

#[derive(Arbitrary, Debug)]
enum Input {
    Text(String),
    Key {
        scope: u8,
        task: Option<Task>,
        parts: Vec<String>,
        change: Change,
    },
}

fn changed(token: &str, change: &Change) -> Vec<u8> {
    let mut bytes = token.as_bytes().to_vec();
    let place = |at: u16| usize::from(at) % bytes.len();
    match *change {
        Change::Replace { at, with } => {
            let at = place(at);
            bytes[at] = with;
        }
        Change::Insert { at, what } => {
            let at = place(at);
            bytes.insert(at, what);
        }
        Change::Remove { at } => {
            let at = place(at);
            bytes.remove(at);
        }
        Change::Truncate { to } => {
            let to = place(to);
            bytes.truncate(to);
        }
    }
    bytes
}

fuzz_target!(|input: Input| {
    match input {
        Input::Text(text) => match IdempotencyKey::from_token(&text) {
            // A token of JavaScript's may hold half a character, which comes back as U+FFFD.
            Ok(key) => assert!(key.to_token() == text || key.key().contains('\u{fffd}')),
            Err(error) => assert_eq!(error.code(), ErrorCode::InvalidToken),
        },
        Input::Key {
            scope: choice,
            task,
            parts,
            change,
        } => {
            let scope = scope(choice);
            if scope_parts(scope, task.as_ref()).is_none() {
                return;
            }
            let context = task.as_ref().map(Task::context);
            let key = IdempotencyKey::create(Material::from(&parts), scope, context).unwrap();
            let token = key.to_token();
            assert!(
                token
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
            );
            assert_eq!(IdempotencyKey::from_token(&token).as_ref(), Ok(&key));
            let bytes = changed(&token, &change);
            if bytes == token.as_bytes() {
                return;
            }
            if let Ok(text) = String::from_utf8(bytes) {
                let error = IdempotencyKey::from_token(&text).unwrap_err();
                assert_eq!(error.code(), ErrorCode::InvalidToken);
            }
        }
    }
});
