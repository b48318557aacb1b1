/** The playground in every browser, both colour schemes, on a phone, a tablet and a desk. */

import { testPlayground } from "./run.mjs";

const widths = [320, 768, 1280];
for (const browser of ["Chromium", "Firefox"]) {
  for (const scheme of ["light", "dark"]) {
    testPlayground(browser, scheme, { widths });
  }
}
