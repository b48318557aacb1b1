/**
 * Every interleaving of a few callers over one key.
 *
 * The callers and the store run the package's own transition functions. Around them is a bad world:
 * requests are under way for any time and arrive in any order, also after their sender has died;
 * they can arrive twice, and be sent again where the answer was lost; callers die between any two
 * steps, or leave while their claim is under way; callbacks fail; time passes whenever it likes, so that leases run out. After each step the promises are checked.
 *
 * A state is plain data; states seen before are not followed again.
 */

const LEASE = 2;
const FOREVER = 1_000_000;

/**
 * @param machine The transition functions.
 * @param world How bad it is: how often each mishap may happen in one history.
 * @returns How many states there are, and how the histories end.
 * @throws Error with the history, for the first promise that is broken.
 */
export function explore(machine, world) {
  const initial = {
    now: 0,
    record: null,
    /** Requests under way. */
    network: [],
    callers: Array.from({ length: world.callers }, () => ({ phase: { at: "acquire" }, sent: false, runs: 0, polls: 0, renewals: 0, tries: 0 })),
    left: { ticks: world.ticks, deaths: world.deaths, doubles: world.doubles, losses: world.losses, failures: world.failures, leaves: world.leaves },
    /** What really happened, which no caller knows: who took the key last, and the first result. */
    owner: null,
    published: null,
  };
  const seen = new Set();
  const ends = {};
  const stack = [{ state: initial, step: "start", before: undefined }];
  while (stack.length > 0) {
    const node = stack.pop();
    const id = identity(node.state);
    if (seen.has(id)) continue;
    seen.add(id);
    const next = steps(machine, world, node.state, (message, step, state) => {
      throw new Error(`${message}\n${history({ state, step, before: node })}`);
    });
    for (const [step, state] of next) stack.push({ state, step, before: node });
    if (next.length === 0) {
      for (const { phase } of node.state.callers) ends[phase.how] = (ends[phase.how] ?? 0) + 1;
    }
  }
  return { states: seen.size, ends };
}

function history(node) {
  const lines = [];
  for (let at = node; at !== undefined; at = at.before) lines.unshift(`  ${at.step}`);
  return `${lines.join("\n")}\n  record: ${JSON.stringify(node.state.record)}`;
}

/** The state as text. Requests under way have no order. */
function identity(state) {
  const network = state.network
    .map(({ from, operation }) => `${from}${operation}`)
    .sort()
    .join();
  return JSON.stringify({ ...state, network });
}

/** What steps change in place; records, requests and phases are only ever replaced. */
function copyOf(state) {
  return { ...state, network: [...state.network], callers: state.callers.map((caller) => ({ ...caller })), left: { ...state.left } };
}

const ended = ({ phase }) => phase.at === "end";

/** All states that one step leads to, with the step's name. */
function steps(machine, world, state, broken) {
  const next = [];
  const add = (step, change) => {
    const copy = copyOf(state);
    const check = (promise, message) => promise || broken(message, step, copy);
    change(copy, check);
    invariants(machine, world, copy, check);
    next.push([step, copy]);
  };

  state.callers.forEach((caller, index) => {
    if (ended(caller)) return;
    const send = (operation) => (copy) => {
      copy.network.push({ from: index, operation });
      copy.callers[index].sent = true;
    };
    const { at } = caller.phase;
    if (!caller.sent) {
      if (at === "acquire") add(`${index} asks for the key`, send("acquire"));
      if (at === "publish") add(`${index} publishes`, send("complete"));
      if (at === "release") add(`${index} releases`, send("release"));
      if (at === "wait") {
        if (caller.polls < world.polls) {
          add(`${index} asks again`, (copy) => {
            copy.callers[index].polls += 1;
            copy.callers[index].phase = { at: "acquire" };
          });
        }
        add(`${index} gives up waiting`, (copy) => end(copy.callers[index], "in progress"));
      }
    }
    if (at === "run") {
      if (caller.renewals < world.renewals) {
        add(`${index} renews`, (copy) => {
          copy.network.push({ from: index, operation: "renew" });
          copy.callers[index].renewals += 1;
        });
      }
      add(`${index}'s callback returns`, (copy) => {
        copy.callers[index].phase = machine.afterRun(true);
      });
      if (state.left.failures > 0) {
        add(`${index}'s callback throws`, (copy) => {
          copy.left.failures -= 1;
          copy.callers[index].threw = true;
          copy.callers[index].phase = machine.afterRun(false);
        });
      }
    }
    if (caller.sent && state.left.losses > 0) {
      add(`${index} hears of no answer`, (copy) => {
        copy.left.losses -= 1;
        hear(machine, world, copy.callers[index], undefined);
      });
    }
    if (at === "acquire" && caller.sent && !caller.leaving && state.left.leaves > 0) {
      add(`${index} leaves by its signal`, (copy) => {
        copy.left.leaves -= 1;
        copy.callers[index].leaving = true;
      });
    }
    if (state.left.deaths > 0) {
      add(`${index} dies`, (copy) => {
        copy.left.deaths -= 1;
        end(copy.callers[index], "dead");
      });
    }
  });

  state.network.forEach((request, place) => {
    const arrive = (copy, check) => {
      const answer = serve(machine, copy, request, check);
      const caller = copy.callers[request.from];
      // A renewal's answer changes nothing; any other is heard by who still waits for it.
      if (request.operation !== "renew" && !ended(caller) && caller.sent && expects(caller) === request.operation) {
        hear(machine, world, caller, answer, copy, check, request.from);
      }
    };
    const what = `${request.from}'s ${request.operation}`;
    add(`${what} arrives`, (copy, check) => {
      copy.network.splice(place, 1);
      arrive(copy, check);
    });
    if (state.left.doubles > 0) {
      add(`${what} arrives, and will again`, (copy, check) => {
        copy.left.doubles -= 1;
        arrive(copy, check);
      });
      add(`${what} arrives, its answer is lost, and the client sends it again`, (copy, check) => {
        copy.left.doubles -= 1;
        serve(machine, copy, request, check);
      });
    }
  });

  if (state.left.ticks > 0) {
    add("time passes", (copy) => {
      copy.left.ticks -= 1;
      copy.now += 1;
    });
  }
  return next;
}

function end(caller, how) {
  caller.phase = { at: "end", how };
  caller.sent = false;
}

/** The operation whose answer the caller waits for. */
function expects({ phase }) {
  return { acquire: "acquire", publish: "complete", release: "release" }[phase.at];
}

/** The caller hears an answer, or an error where `answer` is undefined: then it does as flight.ts does. */
function hear(machine, world, caller, answer, state, check, index) {
  caller.sent = false;
  switch (caller.phase.at) {
    case "acquire": {
      if (answer === undefined) return end(caller, "store error");
      caller.phase = machine.afterAcquire(answer);
      if (caller.leaving) {
        if (caller.phase.at === "run") caller.phase = { at: "release" };
        else end(caller, "left");
        return;
      }
      if (caller.phase.at === "run") {
        caller.runs += 1;
        check(caller.runs === 1, `${index} runs its callback a second time`);
        check(caller.took, `${index} runs its callback without having got the key`);
        state.callers.forEach((other, former) => {
          const open = former !== index && other.runs > 0 && !other.threw;
          check(!open || caller.phase.takenOver, `${index} isn't told that ${former} began and may have done the work`);
        });
      }
      if (caller.phase.at === "end") {
        check(caller.phase.result === state.published, `${index} is given ${caller.phase.result}, but ${state.published} was published`);
      }
      return;
    }
    case "publish": {
      if (answer === undefined) {
        caller.tries += 1;
        if (caller.tries > world.retries) end(caller, "not published");
        return;
      }
      caller.phase = machine.afterPublish(answer);
      check(
        caller.phase.how !== "published" || state.published === `result of ${index}`,
        `${index} returns its own result, but ${state.published} was published`,
      );
      return;
    }
    case "release":
      return end(caller, caller.leaving ? "left" : "failed");
  }
}

/** The store carries a request out. */
function serve(machine, state, { from, operation }, check) {
  const holder = `h${from}`;
  const before = state.record ?? undefined;
  let transition;
  switch (operation) {
    case "acquire":
      transition = machine.acquire(before, { holder, token: "t", leaseMs: LEASE, ttlMs: FOREVER }, state.now);
      break;
    case "renew":
      transition = machine.renew(before, holder, LEASE, FOREVER, state.now);
      break;
    case "complete":
      transition = machine.complete(before, holder, `result of ${from}`, FOREVER, state.now);
      break;
    case "release":
      transition = machine.release(before, holder, state.now);
  }
  const { answer, record } = transition;
  state.record = record ?? null;
  if (operation === "acquire") {
    const took = answer.status === "acquired" || answer.status === "takenOver";
    if (took) {
      const theirs = before?.state === "held" && before.holder !== holder;
      check(!theirs || before.leaseEnd <= state.now, `${holder} takes the key within the lease of ${before?.holder}`);
      check(!theirs || answer.status === "takenOver", `${holder} is told "${answer.status}"`);
      const again = state.callers[from].told;
      check(
        again !== "takenOver" || theirs || before === undefined || answer.status === again,
        `${holder} was told "${again}", and is now told "${answer.status}"`,
      );
      state.callers[from].told = answer.status;
      state.owner = holder;
      state.callers[from].took = true;
    }
    check(answer.status !== "held" || before.holder !== holder, `${holder} is told to wait for itself`);
  } else if (answer) {
    check(state.owner === holder, `${holder}'s ${operation} is accepted, but the key is ${state.owner}'s`);
    if (operation === "complete") {
      check(!state.callers[from].threw, `${holder} publishes, but its callback failed`);
      state.published ??= `result of ${from}`;
    }
    if (operation === "release") state.owner = null;
  } else if (operation === "complete" || operation === "renew") {
    check(!(before?.state === "held" && before.holder === holder), `${holder}'s ${operation} is refused, but the key is its own`);
  }
  return answer;
}

/** What holds at any moment. */
function invariants(machine, world, { now, record, published, callers, network, left }, check) {
  if (published !== null) {
    check(record?.state === "done", "a published result is gone");
    check(record.result === published, `the published result was ${published} and is ${record?.result}`);
  }
  if (record?.state === "done") check(published !== null, "there is a result that nobody published");
  if (record?.state === "held") {
    check(record.leaseEnd <= now + LEASE, "a lease is longer than it was asked for");
  }
  if (callers.every(ended) && network.length === 0) {
    const { status } = machine.acquire(record ?? undefined, { holder: "next", token: "t", leaseMs: LEASE, ttlMs: FOREVER }, now + LEASE).answer;
    check(status !== "held", "the key is stuck for good");
    const failedAlone = callers.every(({ phase }) => phase.how === "failed");
    // A claim that arrives again after all is over holds the key, until its lease is over; a takeover is remembered.
    check(!failedAlone || record === null || record.takenOver || left.doubles < world.doubles, "all callbacks failed, and something is stored");
  }
}
