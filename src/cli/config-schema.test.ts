import assert from 'node:assert/strict';
import { test } from 'node:test';
import { register } from '#cli/config-schema.ts';
import { runCommand } from '#test/fakes/cli.ts';

test('the printed schema is JSON Schema that admits no unknown key', async () => {
  const run = await runCommand(register, ['config', 'schema'], { cwd: '/' });
  assert.equal(run.code, 0);
  const schema = JSON.parse(run.stdout) as Record<string, unknown>;
  assert.equal(schema['$schema'], 'https://json-schema.org/draft/2020-12/schema');
  assert.equal(schema['additionalProperties'], false);
  assert.deepEqual(schema['required'], ['version', 'deployment']);
});
