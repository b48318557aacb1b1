/** A file's JSON to the compact JSON that the crate reads. */

import { stringEnd } from "../http/json.js";
import { canonicalize } from "../shared.js";

const NUMBER = /[-+.\deE]+/y;
const SPACE = " \t\n\r";

/**
 * JSON without spaces, its strings and numbers as JSON.stringify writes them. JSON.parse alone would lose all
 * but the last of the members that have one name; the crate refuses them.
 *
 * @throws SyntaxError for a string that is no JSON.
 */
export function compactJson(text: string): string {
  const value: unknown = JSON.parse(text);
  let compact = "";
  for (let at = 0; at < text.length; ) {
    const character = text[at] as string;
    let end = at + 1;
    if (character === '"') {
      end = stringEnd(text, at);
      compact += JSON.stringify(JSON.parse(text.slice(at, end)));
    } else if (character === "-" || (character >= "0" && character <= "9")) {
      NUMBER.lastIndex = at;
      const [digits = ""] = NUMBER.exec(text) ?? [];
      end = at + digits.length;
      const number = Number(digits);
      if (!Number.isFinite(number)) {
        // Says where it is, unless another member of its name hides it.
        canonicalize(value);
      }
      compact += JSON.stringify(number);
    } else if (!SPACE.includes(character)) {
      compact += character;
    }
    at = end;
  }
  return compact;
}
