import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isToolName } from '#mcp/tool-name.ts';

test('a tool’s name has letters, digits and a few signs, and no more than 128 of them', () => {
  for (const name of ['get_note', 'a', 'repo/list.v2-x', 'x'.repeat(128)]) assert.ok(isToolName(name), name);
  for (const name of ['', 'a b', 'ada@example.com', '[SECRET:1]', 'x'.repeat(129), 'a\n', 'é'])
    assert.ok(!isToolName(name), name);
});
