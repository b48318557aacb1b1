/** Registers the playground's tests for one browser. */

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { findBrowser, notInstalled } from "../support/browsers.mjs";
import * as access from "./access.mjs";
import * as checks from "./checks.mjs";
import { startBrowser } from "./driver.mjs";
import * as speed from "./speed.mjs";
import { startPlayground } from "./stage.mjs";
import * as tabs from "./tabs.mjs";

const pictures = fileURLToPath(new URL("../../../.tools/scratch/playground", import.meta.url));

const CHECKS = {
  "hashes are those of Node, for every scope": checks.hashesAreThoseOfNode,
  "the scope's part of the material is set apart": checks.theScopesPartIsSetApart,
  "a collision is warned of, and each way to it makes the same hash": checks.aCollisionIsWarnedOfAndShown,
  "what the package refuses is shown beside the field": checks.refusalsAreShownInPlace,
  "a long text is shortened only to look at": checks.aLongTextIsShortenedOnlyToLookAt,
  "the reset plan depends on what one holds": checks.theResetPlanDependsOnWhatIsHeld,
  "tokens cross from the page to Node and back": checks.tokensAreMadeAndRead,
  "the code to copy runs, and its comments are true": checks.theCodeIsTrue,
  "copy buttons copy, or select where the browser refuses": checks.copyButtonsCopyOrSelect,
  "a page without crypto.subtle says so": checks.aPageWithoutSubtleSaysSo,
  "a page without WebAssembly says so": checks.aPageWithoutWebAssemblySaysSo,
  "changes are announced once typing pauses": checks.changesAreAnnouncedOnceTypingPauses,
  "tabs are as the ARIA guide says": tabs.tabsAreThoseOfTheGuide,
  "the address is a link to what is shown": tabs.theAddressIsALink,
  "strange addresses do no harm": tabs.strangeAddressesDoNoHarm,
  "a payload is shown in canonical form": tabs.payloadsAreCanonical,
  "each fault is said beside its field": tabs.faultsAreSaidBesideTheirField,
  "a TTL is put right by a click": tabs.aTtlIsPutRight,
  "the header is answered as by a server": tabs.theHeaderIsAnsweredAsByAServer,
  "nothing covers the results": tabs.nothingCoversTheResults,
  "throughput is measured on a click": speed.throughputIsMeasuredOnAClick,
  "throughput counts keys whose hash was read": speed.everyHashIsRead,
  "the headings and landmarks make an outline": access.theOutlineMakesSense,
  "colour scheme and reduced motion are heeded": access.theVisitorsWishesAreHeeded,
  "Tab goes through everything, visibly, and out again": access.tabGoesThroughEverything,
  "the keyboard is enough": access.theKeyboardIsEnough,
};

/** What `make test` runs: does it work at all, and can people use it. */
export const SMOKE = {
  only: [
    "hashes are those of Node, for every scope",
    "a collision is warned of, and each way to it makes the same hash",
    "what the package refuses is shown beside the field",
    "tokens cross from the page to Node and back",
    "the address is a link to what is shown",
    "the header is answered as by a server",
    "throughput counts keys whose hash was read",
    "Tab goes through everything, visibly, and out again",
  ],
  states: ["ambiguous", "a request"],
  widths: [320],
};

/**
 * @param {string} name The browser.
 * @param {"light" | "dark"} scheme What its visitor prefers.
 * @param {{ only?: string[], states?: string[], widths: number[] }} options The checks to run, by
 * default all; and in which states, on screens how wide, axe-core looks at the page and pictures are taken.
 */
export function testPlayground(name, scheme, { only = Object.keys(CHECKS), states, widths }) {
  const installed = findBrowser(name) !== undefined;
  const missing = notInstalled(name);
  const skip = installed || process.env.CI === "true" ? false : missing;

  describe(`${name}, ${scheme}`, { skip }, () => {
    let playground;
    let browser;
    let pkg;
    before(async () => {
      assert.ok(installed, missing);
      playground = await startPlayground();
      browser = await startBrowser(name, scheme);
      const entry = join(playground.installed, "node_modules/idempotency-keys/dist/page.js");
      pkg = await import(pathToFileURL(entry).href);
    });
    after(async () => {
      await browser?.close();
      await playground?.stop();
    });

    for (const check of only) {
      test(check, async () => {
        const open = ({ at = "", ...options } = {}) => browser.open(playground.url + at, options);
        const { page, problems } = await open();
        await CHECKS[check]({ open, page, pkg, scheme, installed: playground.installed });
        assert.deepEqual([...new Set(problems)], []);
        await page.close();
      });
    }

    test("axe-core finds nothing, and nothing is wider than the screen", async (context) => {
      mkdirSync(pictures, { recursive: true });
      const screenshot = async (page, width, state) => {
        await page.evaluate(() => scrollTo(0, 0));
        const file = `${name}-${scheme}-${width}-${state}.png`.replaceAll(" ", "-");
        await page.screenshot({ path: join(pictures, file), fullPage: true });
      };
      await access.nothingKeepsPeopleOut({ open: (options) => browser.open(playground.url, options), screenshot, states, widths });
      context.diagnostic(`${await browser.version}: pictures are in ${pictures}`);
    });

    test("the page can't send anything anywhere", async () => {
      const { page } = await browser.open(playground.url);
      const sent = await page.evaluate(async () => {
        const beacon = new Promise((resolve) => addEventListener("securitypolicyviolation", ({ effectiveDirective }) => resolve(effectiveDirective)));
        const answer = await fetch("/index.html").then(
          () => "sent",
          () => "refused",
        );
        return [answer, await beacon];
      });
      assert.deepEqual(sent, ["refused", "connect-src"]);
      await page.close();
    });
  });
}
