import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainConfig } from '#config/explain.ts';
import { loadConfig } from '#config/load.ts';

test('every value says whether the file wrote it and where, and no secret is shown', () => {
  const loaded = loadConfig({
    file: '/etc/g.yaml',
    text: `version: 1
deployment: acme
connections:
  a:
    upstream: { type: stdio, command: x, env: { URL: "postgres://u:hunter2@h", T: env:T } }
levels: { r: { allow: ["*"] } }
limits: { jsonDepth: 32 }
`,
    env: { T: 'hunter2' },
    readFile: () => '',
  });
  assert.ok(loaded.ok);
  const values = new Map(explainConfig(loaded.value).map((value) => [value.path, value]));
  assert.deepEqual(values.get('limits.jsonDepth'), { path: 'limits.jsonDepth', value: '32', from: 'file', line: 7 });
  assert.deepEqual(values.get('shard'), { path: 'shard', value: '"a"', from: 'default', line: undefined });
  assert.equal(values.get('levels.r.allow')?.value, '["*"]');
  assert.equal(values.get('connections.a.upstream.env.URL')?.value, '[secret]');
  assert.equal(values.get('connections.a.upstream.env.T')?.value, '[secret] from env:T');
  assert.equal(values.get('limits.messageBytes')?.from, 'default');
  assert.doesNotMatch(JSON.stringify([...values]), /hunter2/);
});
