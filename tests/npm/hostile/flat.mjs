/**
 * Makes keys without keeping any, and looks at the memory on the way: heap and wasm. Run with
 * --expose-gc. Arguments: the package's main file, and how many keys to make.
 */

import { callsOf } from "./calls.mjs";

const [file, total] = process.argv.slice(2);
const COUNT = Number(total);
const memories = [];
WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(target, args) {
    const instance = Reflect.construct(target, args);
    memories.push(instance.exports.memory);
    return instance;
  },
});
const { idempotencyKeys } = await import(file);
const { createSync, createMany, planReset } = idempotencyKeys;

const heap = () => {
  gc();
  gc();
  return process.memoryUsage().heapUsed;
};

const LIST = Array.from({ length: 50 }, (_, index) => `item-${index}`);
const MADE_A_ROUND = 100;
let sum = 0;

/** A hundred keys of all kinds, in a run that is new every now and then; and a few refusals. */
function round(number) {
  const ctx = { run: { id: `run_${number >> 4}` }, attempt: { number: (number & 3) + 1 } };
  for (let index = 0; index < 44; index++) sum += createSync(`order-${number}-${index}`, { ctx }).hash.length;
  for (let index = 0; index < 5; index++) sum += createSync(["é", index, true], { ctx, scope: "attempt" }).hash.length;
  sum += createMany(LIST, { ctx, scope: "global" }).length;
  sum += createSync("long".repeat(number % 64 === 0 ? 20_000 : 1), { ctx }).hash.length;
  if (number % 16 === 0) {
    sum += planReset(LIST, { ctx }).candidates.length;
    try {
      createSync([null]);
    } catch (error) {
      sum += error.message.length;
    }
  }
}

for (const [call] of Object.values(callsOf(idempotencyKeys))) call();
const ROUNDS = COUNT / MADE_A_ROUND;
const early = Math.ceil(ROUNDS / 10);
for (let number = 0; number < early; number++) round(number);
const [heapEarly, coresEarly, wasmEarly] = [heap(), memories.length, memories.at(-1).buffer.byteLength];
for (let number = early; number < ROUNDS; number++) round(number);
console.log(
  JSON.stringify({
    made: ROUNDS * MADE_A_ROUND,
    heapGrowth: heap() - heapEarly,
    cores: [coresEarly, memories.length],
    wasm: [wasmEarly, memories.at(-1).buffer.byteLength],
    sum,
  }),
);
