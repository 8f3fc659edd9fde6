import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordHeader } from '#events/header.ts';
import { isPlainWord, maskDescribed } from '#masking/described.ts';
import { LIMITS } from '#limits.ts';

const mask = (text: string): string => text.replaceAll('ada@example.com', '[E]');
const MAIL = 'ada@example.com';

test('words of client and server are masked, and who called is not', () => {
  const caller = { issuer: 'https://issuer', subject: MAIL, kind: 'person', groups: [MAIL] } as const;
  const header: RecordHeader = {
    caller,
    client: { name: MAIL, version: MAIL, id: MAIL },
    connection: MAIL,
    method: MAIL,
    name: `file:///${MAIL}`,
    rpcId: `"${MAIL}"`,
    protocol: MAIL,
    tracestate: `a=${MAIL}`,
    mirrored: { 'mcp-param-a': MAIL },
    reason: 'why',
  };
  assert.deepEqual(maskDescribed(header, mask), {
    caller,
    client: { name: '[E]', version: '[E]', id: MAIL },
    connection: '[E]',
    method: '[E]',
    name: 'file:///[E]',
    rpcId: '"[E]"',
    protocol: '[E]',
    tracestate: 'a=[E]',
    mirrored: { 'mcp-param-a': '[E]' },
    reason: 'why',
  });
});

test('identifiers are asked of nobody, and a header without anything else stays the object it is', () => {
  const header: RecordHeader = {
    method: 'tools/call',
    name: 'get_note',
    rpcId: '17',
    protocol: '2025-11-25',
    client: { name: 'claude' },
  };
  const never = (): string => assert.fail('asked');
  assert.equal(maskDescribed(header, never), header);
  assert.ok(['get-note.v2', '$x', ''].every(isPlainWord));
  assert.ok(!isPlainWord(`hf_${'aBcDe'.repeat(6)}`), 'some tokens have no digit');
  assert.ok(![MAIL, '078051120', 'a b', 'x12345'].some(isPlainWord));
});

test('a word longer than anybody reads is not kept', () => {
  const name = `${'a '.repeat(LIMITS.nameChars * 2)}b`;
  assert.equal(maskDescribed({ name }, mask).name, '[SECRET]');
});
