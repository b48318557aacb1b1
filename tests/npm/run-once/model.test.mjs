/** The state machine holds its promises in every interleaving, and the check sees when it doesn't. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { explore } from "./explore.mjs";
import { loadMachine } from "./machine.mjs";

const none = { ticks: 0, deaths: 0, doubles: 0, losses: 0, failures: 0, leaves: 0, renewals: 0, polls: 0, retries: 0 };

const WORLDS = {
  "two callers: a death, a renewal, a lost answer": { ...none, callers: 2, ticks: 3, deaths: 1, losses: 1, renewals: 1, polls: 1, retries: 1 },
  "two callers: a failure, a request that arrives twice, a lost answer": {
    ...none,
    callers: 2,
    ticks: 2,
    doubles: 1,
    losses: 1,
    failures: 1,
    polls: 1,
    retries: 1,
  },
  "three callers: a death, leases that run out": { ...none, callers: 3, ticks: 2, deaths: 1, polls: 1 },
  "three callers: a failure, a request that arrives twice": { ...none, callers: 3, doubles: 1, failures: 1, polls: 1 },
  "three callers: a death, one that leaves": { ...none, callers: 3, ticks: 3, deaths: 1, leaves: 1 },
  "three callers: a death, a failure after a takeover": { ...none, callers: 3, ticks: 3, deaths: 1, failures: 1 },
  "two callers: a death, a takeover whose answer is lost": { ...none, callers: 2, ticks: 3, deaths: 1, doubles: 2, renewals: 1 },
};
/** Minutes rather than seconds. */
const LONG_WORLDS = {
  "two callers, all of it": { ...none, callers: 2, ticks: 4, deaths: 2, doubles: 1, losses: 1, failures: 1, renewals: 1, polls: 1, retries: 1 },
  "three callers, most of it": { ...none, callers: 3, ticks: 2, deaths: 1, doubles: 1, failures: 1, polls: 1 },
};
const worlds = process.env.RUN_ONCE_LONG ? { ...WORLDS, ...LONG_WORLDS } : WORLDS;

describe("every interleaving keeps the promises", async () => {
  const machine = await loadMachine();
  for (const [name, world] of Object.entries(worlds)) {
    test(name, (t) => {
      const { states, ends } = explore(machine, world);
      t.diagnostic(`${states} states; ends: ${JSON.stringify(ends)}`);
      assert.ok(states > 10_000, `only ${states} states`);
      assert.ok(ends.published > 0 && ends.hit > 0, JSON.stringify(ends));
    });
  }
});

const NOT_MINE = 'if (current?.state !== "held" || current.holder !== holder) {\n    return { answer: false, record: current };\n  }\n  ';
const HELD = 'if (current?.state !== "held") {\n    return { answer: false, record: current };\n  }\n  ';
const NOT_THE_HOLDER = "if (current?.holder !== holder) return";

const FORGETS = ["if (!current.takenOver) return", "return"];

/** Mistakes in the rules: what reads so, what it becomes, the promise that then breaks, and the world if it has to be a certain one. */
const MISTAKES = [
  ["anybody publishes", NOT_THE_HOLDER, "if (current === undefined) return", /complete is accepted, but the key is/],
  ["anybody releases", `${NOT_MINE}if (!current.takenOver)`, `${HELD}if (!current.takenOver)`, /release is accepted, but the key is/],
  ["anybody renews", `${NOT_MINE}const leaseEnd`, `${HELD}const leaseEnd`, /renew is accepted, but the key is/],
  [
    "a holder whose lease is over can't publish",
    NOT_THE_HOLDER,
    "if (current?.holder !== holder || current.leaseEnd <= now) return",
    /complete is refused, but the key is its own/,
  ],
  ["a lease bars others a moment too short", "current.leaseEnd > now)", "current.leaseEnd > now + 1)", /takes the key within the lease/],
  ["a lease never ends", "if (another && current.leaseEnd > now)", "if (another)", /the key is stuck for good/],
  [
    "a holder that asks again is not recognised",
    "current !== undefined && current.holder !== claim.holder",
    "current !== undefined",
    /told to wait for itself/,
  ],
  ["a result is overwritten by the next claim", 'if (current?.state === "done") {', "if (false) {", /a published result is gone/],
  ["a takeover is not reported", 'status: takenOver ? "takenOver" : "acquired"', 'status: "acquired"', /is told "acquired"/],
  ["a release leaves the record", "answer: true, record: undefined", "answer: true, record: current", /is accepted, but the key is null's/],
  ["a takeover that is given back leaves its holder the key", 'holder: "", leaseEnd', "leaseEnd", /is accepted, but the key is null's/],
  ["a takeover that is given back bars others", "leaseEnd: Math.min(current.leaseEnd, now)", "leaseEnd: Infinity", /a lease is longer than|stuck for good/],
  [
    "a takeover is forgotten when its callback throws",
    FORGETS[0],
    FORGETS[1],
    /isn't told that \d began/,
    { ...none, callers: 3, ticks: 2, deaths: 1, failures: 1 },
  ],
  [
    "a takeover is forgotten when its caller leaves",
    FORGETS[0],
    FORGETS[1],
    /isn't told that \d began/,
    { ...none, callers: 3, ticks: 2, deaths: 1, leaves: 1 },
  ],
  [
    "a takeover is forgotten when its holder asks again",
    "another || current?.takenOver === true",
    "another",
    /isn't told that \d began|was told "takenOver", and is now told/,
    { ...none, callers: 2, ticks: 2, deaths: 1, doubles: 1 },
  ],
  [
    "a caller that should wait runs its callback",
    'return { at: "wait", leaseMs: answer.leaseMs }',
    'return { at: "run", takenOver: false }',
    /runs its callback without having got the key/,
  ],
  ["a caller returns a result that was refused", 'how: published ? "published" : "lost"', 'how: "published"', /returns its own result, but .* was published/],
  ["a failed callback is published", 'at: storable ? "publish" : "release"', 'at: "publish"', /publishes, but its callback failed/],
];

describe("a mistake in the rules is seen", () => {
  const small = [
    { ...none, callers: 2, ticks: 2, polls: 1 },
    { ...none, callers: 2, ticks: 2, renewals: 1, failures: 2 },
    { ...none, callers: 2, ticks: 2, deaths: 1, doubles: 1, failures: 1 },
  ];
  for (const [name, find, replace, promise, world] of MISTAKES) {
    test(name, async () => {
      const machine = await loadMachine([find, replace]);
      const broken = (world === undefined ? small : [world]).map((world) => {
        try {
          explore(machine, world);
          return "nothing";
        } catch (error) {
          return error.message;
        }
      });
      const told = broken.find((message) => promise.test(message));
      assert.ok(told !== undefined, `found:\n${broken.join("\n")}`);
      assert.match(told, /\n {2}start\n( {2}.*\n)* {2}record: /, "with the history that led there");
    });
  }
});
