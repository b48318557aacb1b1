/**
 * The wasm module as JavaScript, for `idempotency-keys/js`: binaryen's `wasm2js`, and what its
 * output lacks.
 */

const ROTATION = /__wasm_rot([lr])_i32\(/;

/** Where the parenthesis closes that opened before `start`. */
function closing(text, start) {
  let depth = 1;
  for (let index = start; index < text.length; index++) {
    depth += Number(text[index] === "(") - Number(text[index] === ")");
    if (depth === 0) return index;
  }
  throw new Error("a call without an end");
}

/**
 * Writes rotations by a constant as two shifts. wasm2js calls a helper for each, of which SHA-256
 * has hundreds a block: without the calls it hashes 8 times as fast (3 times under `--jitless`;
 * measured on Node 20).
 */
function inlineRotations(text) {
  const call = ROTATION.exec(text);
  if (call === null) return text;
  const start = call.index + call[0].length;
  const end = closing(text, start);
  const [, value, bits] = /^(.*), (\d+)$/s.exec(text.slice(start, end)) ?? [];
  const head = text.slice(0, call.index);
  const tail = inlineRotations(text.slice(end + 1));
  if (bits === undefined) return `${head}${call[0]}${inlineRotations(text.slice(start, end))})${tail}`;
  const left = call[1] === "l" ? Number(bits) : 32 - bits;
  return `${head}($rotated = ${inlineRotations(value)}, $rotated << ${left} | $rotated >>> ${32 - left})${tail}`;
}

function declareRotated(definition) {
  return definition.includes("$rotated") ? definition.replace("{\n", "{\n  var $rotated = 0;\n") : definition;
}

/** `text`, as wasm2js wrote it, as a module: its default export starts an instance with memory of its own. */
export function scriptModule(text) {
  const [body, exports] = text.split(/^(?=export )/m, 2);
  if (exports === undefined || /^import /m.test(body)) {
    throw new Error("wasm2js wrote a module of another shape than `var retasmFunc = …; export …`");
  }
  const functions = body.split(/^(?= function )/m).map((definition) =>
    // The helper itself has the name, too.
    /^ function __wasm_rot/.test(definition) ? definition : declareRotated(inlineRotations(definition)),
  );
  return `export default function start() {${functions.join("")}return retasmFunc;\n}\n`;
}
