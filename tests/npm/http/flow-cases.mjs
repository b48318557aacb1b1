/** Requests at once, leases, and stores that fail. */
import { codeOf, counting, gate, isReplay, newKey, same, sleep, start, until } from "./cases.mjs";

/** The store, but for some of its operations. */
function with_(store, changes) {
  const operation =
    (name) =>
    (...all) =>
      store[name](...all);
  return { acquire: operation("acquire"), renew: operation("renew"), complete: operation("complete"), release: operation("release"), ...changes };
}

const down = () => Promise.reject(new Error("the store is down"));

export const FLOW_CASES = {
  async "100 at once without waiting: 1 run, 99 times 409"(setting) {
    const { opened, open } = gate();
    const { state, send } = await start(setting, async (...all) => (await opened, counting(...all)));
    const key = newKey();
    let refused = 0;
    const asked = Array.from({ length: 100 }, async () => {
      const answer = await send("/a", { key });
      if (answer.status === 409 && ++refused === 99) open();
      return answer;
    });
    const answers = await Promise.all(asked);
    same([state.runs, refused], [1, 99], "runs and refusals");
    same(answers.filter(({ status }) => status === 201).length, 1, "answers");
    const problems = answers.filter(({ status }) => status === 409);
    same(
      problems.every((answer) => codeOf(answer) === "in-progress" && answer.headers.get("retry-after") === "1"),
      true,
      "problems",
    );
  },

  async "100 at once that wait: 1 run, 100 equal bodies"(setting) {
    const { state, send } = await start(setting, async (...all) => (await sleep(150), counting(...all)), { waitTimeout: "15s" });
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 100 }, () => send("/a", { key })));
    same(state.runs, 1, "runs");
    same([...new Set(answers.map(({ status, text }) => `${status} ${text}`))], ['201 {"run":1}'], "answers");
    same(answers.filter(isReplay).length, 99, "replays");
  },

  async "a process that died in the handler: 409 until its lease is over, then taken over"(setting) {
    const { opened, open } = gate();
    const store = await setting.newStore();
    // A process that is dead renews nothing.
    const dead = with_(store, { renew: () => new Promise(() => {}), complete: () => new Promise(() => {}), release: () => new Promise(() => {}) });
    const first = await start(setting, () => opened, { store: dead, lease: 1500 });
    const second = await start(setting, counting, { store, lease: 1500 });
    const key = newKey();
    const lost = first.raw("/a", { key }).catch(() => undefined);
    await until(() => first.state.runs === 1, "the first run");
    same(codeOf(await second.send("/a", { key })), "in-progress", "at once");
    let answer;
    for (let tries = 0; tries < 200 && answer?.status !== 201; tries++) {
      await sleep(50);
      answer = await second.send("/a", { key });
    }
    same([answer.status, second.state.runs, second.state.onces[0].takenOver], [201, 1, true], "after the lease");
    same(second.state.events.find(({ type }) => type === "run").takenOver, true, "event");
    open(new Response("too late"));
    void lost;
  },

  async "a handler three times as long as the lease: one run"(setting) {
    const { state, send } = await start(setting, async (...all) => (await sleep(3600), counting(...all)), { lease: 1200 });
    const key = newKey();
    const first = send("/a", { key });
    await until(() => state.runs === 1, "the first run");
    await sleep(2400);
    same(codeOf(await send("/a", { key })), "in-progress", "meanwhile");
    same([(await first).status, (await send("/a", { key })).text, state.runs], [201, '{"run":1}', 1], "afterwards");
  },

  async "a client that is gone before the answer: the handler goes on, and the retry gets the answer"(setting) {
    const { opened, open } = gate();
    const { state, raw, send } = await start(setting, async (...all) => (await opened, counting(...all)));
    const key = newKey();
    const client = new AbortController();
    const gone = raw("/a", { key, signal: client.signal }).catch(() => undefined);
    await until(() => state.runs === 1, "the first run");
    client.abort();
    await sleep(100);
    same([state.onces[0].signal.aborted, codeOf(await send("/a", { key }))], [false, "in-progress"], "meanwhile");
    open();
    await gone;
    let answer = await send("/a", { key });
    for (let tries = 0; tries < 100 && answer.status === 409; tries++) {
      await sleep(20);
      answer = await send("/a", { key });
    }
    same([answer.status, answer.text, isReplay(answer), state.runs], [201, '{"run":1}', true, 1], "the retry");
  },

  async "a lease that was lost to another: 409, and then the other's answer"(setting) {
    const { opened, open } = gate();
    const store = await setting.newStore();
    const stalled = with_(store, { renew: () => new Promise(() => {}) });
    const first = await start(setting, async () => (await opened, new Response("first")), { store: stalled, lease: 200 });
    const second = await start(setting, () => new Response("second"), { store, lease: 200 });
    const key = newKey();
    const answered = first.send("/a", { key });
    await until(() => first.state.runs === 1, "the first run");
    let taken;
    for (let tries = 0; tries < 100 && taken?.status !== 200; tries++) {
      await sleep(30);
      taken = await second.send("/a", { key });
    }
    same(taken.text, "second", "the one who took over");
    open();
    same(codeOf(await answered), "in-progress", "the one who lost the lease");
    same((await first.send("/a", { key })).text, "second", "its retry");
  },

  async "a store that is down before the handler: 503, and no run"(setting) {
    const store = await setting.newStore();
    let isDown = true;
    const flaky = with_(store, { acquire: (...all) => (isDown ? down() : store.acquire(...all)) });
    const { state, send } = await start(setting, counting, { store: flaky });
    const key = newKey();
    const answer = await send("/a", { key });
    same([answer.status, codeOf(answer), answer.headers.get("retry-after"), state.runs], [503, "store-unavailable", "1", 0], "answer");
    same(
      state.events.map(({ type, operation }) => operation ?? type),
      ["acquire", "refused"],
      "events",
    );
    isDown = false;
    same((await send("/a", { key })).status, 201, "the retry");
  },

  async "a store that is down after the handler: the handler's answer, after two seconds at most"(setting) {
    const store = await setting.newStore();
    let renewals = 0;
    const flaky = with_(store, { complete: down, renew: (...all) => (renewals++, store.renew(...all)) });
    const { state, send } = await start(setting, counting, { store: flaky });
    const key = newKey();
    const since = Date.now();
    const answer = await send("/a", { key });
    same([answer.status, answer.text], [201, '{"run":1}'], "answer");
    same(Date.now() - since < 6000, true, `answered after ${Date.now() - since} ms`);
    same(
      state.events.some(({ type, operation }) => type === "store-error" && operation === "complete"),
      true,
      "event",
    );
    same(renewals > 0, true, "the lease is renewed while storing is tried again");
  },

  async "after the time to live: a new run, with another body, too"(setting) {
    const { state, send } = await start(setting, counting, { ttl: 1000 });
    const key = newKey();
    same((await send("/a", { key, body: "1" })).text, '{"run":1}', "first");
    same((await send("/a", { key, body: "2" })).status, 422, "before");
    await sleep(1100);
    same((await send("/a", { key, body: "2" })).text, '{"run":2}', "after");
    same(state.runs, 2, "runs");
  },

  async "a store with sealed results keeps no answer in the open"(setting) {
    const inner = await setting.newStore();
    const seen = [];
    const store = with_(inner, {
      complete: (hash, holder, result, ttl) => (seen.push(result), inner.complete(hash, holder, `sealed:${btoa(result)}`, ttl)),
      async acquire(hash, claim) {
        const answer = await inner.acquire(hash, claim);
        return answer.status === "done" ? { ...answer, result: atob(answer.result.slice(7)) } : answer;
      },
    });
    const { send } = await start(setting, counting, { store });
    const key = newKey();
    for (const _ of [1, 2]) same((await send("/a", { key })).text, '{"run":1}', "answer");
    same(seen.length, 1, "sealed");
  },
};
