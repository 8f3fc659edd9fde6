import assert from 'node:assert/strict';
import { test } from 'node:test';
import { furtherKeysOf, maskingSettings } from '#config/masking-settings.ts';
import { ConfigSchema } from '#config/schema.ts';
import { Secret } from '#config/secrets.ts';

const rulesOf = (...rules: object[]) => {
  const { masking } = ConfigSchema.parse({ version: 1, deployment: 'acme', masking: { rules } });
  return maskingSettings({ masking }).rules ?? [];
};

test('a rule that says nothing more than what it does applies to everything, in both copies', () => {
  const [rule] = rulesOf({ operator: 'redact' });
  assert.deepEqual(rule, { copies: new Set(['inline', 'store']), operator: 'redact' });
  const [exempt] = rulesOf({ exempt: true, copy: 'inline', connections: ['*'], direction: 'both' });
  assert.deepEqual(exempt, { copies: new Set(['inline']), operator: undefined });
});

test('pointers are read, and everything else is passed on', () => {
  const [rule] = rulesOf({
    operator: { partial: 2 },
    entities: ['PERSON'],
    connections: ['crm'],
    tools: ['find_*'],
    names: ['prompts/*'],
    pointers: ['/params/**/a~1b'],
    direction: 'request',
    audience: { groups: ['okta:support'] },
  });
  assert.deepEqual(rule, {
    entities: new Set(['PERSON']),
    connections: new Set(['crm']),
    tools: ['find_*'],
    names: ['prompts/*'],
    pointers: [['params', '**', 'a/b']],
    direction: 'request',
    groups: ['okta:support'],
    copies: new Set(['inline', 'store']),
    operator: { partial: 2 },
  });
});

test('further keys are bytes', () => {
  const key = Buffer.alloc(32, 9);
  const maskingKeys = new Map([['k2', new Secret(`${key.toString('base64')}\n`)]]);
  assert.deepEqual(furtherKeysOf({ maskingKeys }).get('k2'), new Uint8Array(key));
  assert.equal(furtherKeysOf({ maskingKeys }).get('k2')?.buffer.byteLength, 32);
});
