/**
 * Patches every built-in function in turn, after the import: with one that throws, with one that
 * makes keys itself, and with one that lies. Argument: the package's main file.
 */

import { callsOf, wrongCalls } from "./calls.mjs";

const { idempotencyKeys } = await import(process.argv[2]);

const HOLDERS = {
  globalThis, Array, Error, Function, JSON, Map, Math, Number, Object, Reflect, RegExp, String, Symbol,
  TextDecoder, TextEncoder, Uint8Array, WeakMap, WebAssembly,
};
for (const name of ["Array", "Function", "Map", "Number", "Object", "RegExp", "String", "TextDecoder", "TextEncoder", "WeakMap"]) {
  HOLDERS[`${name}.prototype`] = globalThis[name].prototype;
}
HOLDERS["TypedArray.prototype"] = Object.getPrototypeOf(Uint8Array.prototype);
HOLDERS["Array Iterator"] = Object.getPrototypeOf([][Symbol.iterator]());
HOLDERS["Generator.prototype"] = Object.getPrototypeOf(function* () {}).prototype;

// What this file itself needs while built-ins are patched.
const { apply, construct } = Reflect;
const define = Object.defineProperty;
const PatchedError = class extends Error {};
const { createSync } = idempotencyKeys;

let active = false;
let inside = false;

const PATCHES = {
  "throws": (original) =>
    function (...args) {
      if (active) throw new PatchedError("patched");
      return new.target ? construct(original, args) : apply(original, this, args);
    },
  "makes keys": (original) =>
    function (...args) {
      if (active && !inside) {
        inside = true;
        try {
          createSync("inner é", { ctx: { run: { id: "run_inner" } } });
        } finally {
          inside = false;
        }
      }
      return new.target ? construct(original, args) : apply(original, this, args);
    },
  "lies": (original) =>
    function (...args) {
      const answer = new.target ? construct(original, args) : apply(original, this, args);
      if (!active) return answer;
      switch (typeof answer) {
        case "number":
          return answer ^ 1;
        case "boolean":
          return !answer;
        case "string":
          return "lie";
      }
      return answer;
    },
};

const found = { right: 0, refused: 0, patches: 0, wrong: [] };

function tryOut(patch, place, holder, name, descriptor) {
  const patched = PATCHES[patch](descriptor.value);
  // `Array` and the like: what their instances inherit stays.
  if ("prototype" in descriptor.value) patched.prototype = descriptor.value.prototype;
  const calls = Object.values(callsOf(idempotencyKeys));
  const names = Object.keys(callsOf(idempotencyKeys));
  const ends = new Array(calls.length);
  define(holder, name, { ...descriptor, value: patched });
  for (let index = 0; index < calls.length; index++) {
    const call = calls[index][0];
    active = true;
    try {
      const end = call();
      active = false;
      ends[index] = end;
    } catch (error) {
      active = false;
      ends[index] = error;
    }
  }
  define(holder, name, descriptor);
  found.patches += 1;
  for (const [index, [, answer]] of calls.entries()) {
    const end = ends[index];
    // A refusal may turn out as another one.
    const isRefusal = typeof end === "string" && end.startsWith("ERR_");
    if (end === answer) found.right += 1;
    else if (isRefusal || (typeof end === "object" && end !== null) || end === "taken") found.refused += 1;
    else found.wrong.push(`${names[index]} where ${place} ${patch}: ${String(end)}`);
  }
  found.wrong.push(...wrongCalls(idempotencyKeys, `after ${place} ${patch}`));
}

for (const [label, holder] of Object.entries(HOLDERS)) {
  for (const name of Reflect.ownKeys(holder)) {
    const descriptor = Object.getOwnPropertyDescriptor(holder, name);
    const isPatched = typeof descriptor.value === "function" && descriptor.configurable && name !== "constructor" && name !== "eval";
    if (!isPatched) continue;
    for (const patch of Object.keys(PATCHES)) tryOut(patch, `${label}.${String(name)}`, holder, name, descriptor);
  }
}
console.log(JSON.stringify({ ...found, wrong: found.wrong.slice(0, 8), wrongs: found.wrong.length }));
