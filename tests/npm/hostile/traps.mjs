/**
 * Makes each export of the module in turn panic in mid-call, on each call of the package: a real
 * Rust panic (an allocation of all addresses there are), which leaves the instance locked for good. The
 * hook is the wrapped `WebAssembly.Instance`; nothing in the package knows of it.
 * Argument: the package's main file.
 */

import { callsOf, wrongCalls } from "./calls.mjs";

const ALL_ADDRESSES = 2 ** 32 - 16;
let started = 0;
let trapped;

WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(target, args) {
    started += 1;
    const real = Reflect.construct(target, args).exports;
    const hooked = {};
    for (const [name, value] of Object.entries(real)) {
      hooked[name] =
        typeof value !== "function"
          ? value
          : (...values) => {
              if (trapped === name) {
                trapped = undefined;
                real.reserve(ALL_ADDRESSES);
              }
              return value(...values);
            };
    }
    return { exports: hooked };
  },
});

const { idempotencyKeys } = await import(process.argv[2]);
const found = { traps: 0, refused: 0, started: 0, wrong: wrongCalls(idempotencyKeys, "before any trap") };

const module = await exportsOf();
for (const name of module) {
  for (const call of Object.keys(callsOf(idempotencyKeys))) {
    const [run, answer] = callsOf(idempotencyKeys)[call];
    const before = started;
    trapped = name;
    let end;
    try {
      end = run();
    } catch (error) {
      end = error;
    }
    const hit = trapped === undefined;
    trapped = undefined;
    if (hit) {
      found.traps += 1;
      const isClear = end?.code === "ERR_ENGINE" && end.cause instanceof WebAssembly.RuntimeError;
      if (isClear) found.refused += 1;
      else found.wrong.push(`${call} with a panic in ${name}: ${end}`);
    } else if (end !== answer) {
      found.wrong.push(`${call} with no panic: ${end}`);
    }
    found.wrong.push(...wrongCalls(idempotencyKeys, `after ${call} with a panic in ${name}`));
    if (hit && started !== before + 1) found.wrong.push(`${started - before} cores started after a panic in ${name}`);
  }
}
found.started = started;
console.log(JSON.stringify({ ...found, wrong: found.wrong.slice(0, 8), exports: module.length }));

/** The names of the instance's functions, of which a call uses some. */
async function exportsOf() {
  const names = new Set();
  const { Instance } = WebAssembly;
  WebAssembly.Instance = new Proxy(Instance, {
    construct(target, args) {
      const instance = Reflect.construct(target, args);
      for (const name of Object.keys(instance.exports)) names.add(name);
      return instance;
    },
  });
  trapped = "create";
  try {
    void idempotencyKeys.createSync("a").hash;
  } catch {
    // Given up, so that the next call starts an instance.
  }
  void idempotencyKeys.createSync("a").hash;
  WebAssembly.Instance = Instance;
  names.delete("memory");
  return [...names];
}
