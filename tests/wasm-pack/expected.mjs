/** What the suite has to report, whatever the target. */

import assert from "node:assert/strict";

export function assertWhole({ first, wrongErrors, passed, failures, shown, suites }) {
  assert.deepEqual(shown, [], `${failures} checks failed`);
  assert.equal(failures, 0);
  assert.equal(suites, 15);
  assert.ok(passed > 16_000, `${passed} checks`);
  assert.deepEqual(wrongErrors, []);
  assert.deepEqual(first, {
    text: "3896e0f6b8240f86c45b3260bfe55bf98032f548c0b3d7737ae66fd190197410",
    json: '["3896e0f6b8240f86c45b3260bfe55bf98032f548c0b3d7737ae66fd190197410"]',
    options: { key: "send-email", scope: "run" },
    frozen: true,
    uuid: "3896e0f6-b824-8f86-845b-3260bfe55bf9",
    material: "send-email-run_abc123",
  });
}
