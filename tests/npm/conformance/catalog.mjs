/**
 * Operations on the SDK's catalog of options. Here every key carries its own, so that there is
 * nothing to overwrite, to evict or to reset; a bare hash, or anything but a key, has none.
 */

import { decode } from "./decode.mjs";
import { cases, expectation } from "../support/vectors.mjs";
import { contextOf, emptyCatalog, inContext } from "./context.mjs";
import { show } from "./report.mjs";

export async function catalog(subject, file, report) {
  for (const entry of cases(file)) {
    const { results } = decode(expectation(entry, subject.version));
    const run = new Run(subject, report, entry.id, results);
    for (const op of entry.input.ops) {
      await inContext(run.around, () => run[op.op](decode(op)));
    }
    report.equal(`${entry.id}, reports`, results.length, run.reported);
    emptyCatalog();
  }
}

/** One case: its keys by name, and what they were made from. */
class Run {
  /** The context that the operations run in. */
  around = undefined;
  reported = 0;
  #keys = new Map();
  #own = new Map();

  constructor(subject, report, id, results) {
    Object.assign(this, { subject, report, id, results });
  }

  /** Compares with the recorded result, or with ours where the rule of this file differs. */
  #reports(actual, own) {
    const index = this.reported++;
    const id = `${this.id}, ${index}`;
    const recorded = this.results[index];
    const expected = this.subject.isOurs && own ? own : recorded;
    if (JSON.stringify(expected) !== JSON.stringify(recorded)) this.report.differs("options that the catalog lost or overwrote");
    this.report.equal(id, expected, actual);
  }

  #keep(name, key, material, scope) {
    this.#keys.set(name, key);
    this.#own.set(name, { key: Array.isArray(material) ? material.join("-") : material, scope });
  }

  #optionsOf(key) {
    return this.subject.sdk.getIdempotencyKeyOptions(key) ?? null;
  }

  ctx({ ctx }) {
    this.around = contextOf(ctx);
  }

  async create({ as, key, options }) {
    const created = await this.subject.sdk.createIdempotencyKey(key, options);
    this.#keep(as, created, key, options?.scope ?? "run");
    this.#reports({ hash: String(created) });
  }

  async make({ as, key }) {
    const made = await this.subject.sdk.makeIdempotencyKey(key);
    this.#keep(as, made, key, "run");
    if (made === key) this.#own.set(as, null);
    this.#reports({ value: String(made) });
  }

  get(op) {
    if (!("of" in op)) return this.#reports({ options: this.#optionsOf(op.key) });
    this.#reports({ options: this.#optionsOf(this.#keys.get(op.of)) }, { options: this.#own.get(op.of) });
  }

  reset() {
    const { resetIdempotencyKeyCatalog } = this.subject.sdk;
    resetIdempotencyKeyCatalog?.();
    this.#reports({ reset: resetIdempotencyKeyCatalog ? true : "unsupported" });
  }

  sameObject({ of }) {
    const [first, second] = [0, 1].map(() => this.#optionsOf(this.#keys.get(of)));
    // In the main entry a getter gives them out, in a new object each time.
    this.#reports({ same: this.subject.main ? show(first) === show(second) : first === second });
  }

  async createMany({ prefix, from, to, scope }) {
    for (let index = from; index < to; index++) {
      const material = `${prefix}${index}`;
      this.#keep(material, await this.subject.sdk.createIdempotencyKey(material, { scope }), material, scope);
    }
  }

  countKnown({ prefix, from, to }) {
    const known = [];
    for (let index = from; index < to; index++) {
      if (this.#optionsOf(this.#keys.get(`${prefix}${index}`))) known.push(index);
    }
    this.#reports({ known: known.length, first: known[0] ?? -1, last: known.at(-1) ?? -1 });
  }
}
