import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { LIMITS } from '#limits.ts';
import { parseJson } from '#mcp/json.ts';
import {
  readBaggage,
  readTraceparent,
  readTracestate,
  traceContextOfHeaders,
  traceContextOfMeta,
  traceparentText,
} from '#mcp/trace-context.ts';

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01';

test('a traceparent of version 00 is read and written unchanged', () => {
  const read = readTraceparent(PARENT);
  assert.deepEqual(read, {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    parentId: '00f067aa0ba902b7',
    flags: 1,
  });
  assert.equal(traceparentText({ ...read, flags: 3 }), `${PARENT.slice(0, -2)}03`);
});

test('a later version is taken for what version 00 knows of it, and goes on as 00', () => {
  const later = readTraceparent(`cc${PARENT.slice(2, -2)}ff-what-comes-then`);
  assert.ok(later);
  assert.equal(traceparentText(later), PARENT);
});

test('anything that is not exactly a traceparent is none', () => {
  for (const text of [
    '',
    `${PARENT} `,
    ` ${PARENT}`,
    PARENT.toUpperCase(),
    PARENT.slice(0, -1),
    `${PARENT}-more`,
    `${PARENT},${PARENT}`,
    PARENT.replace('0af7651916cd43dd8448eb211c80319c', '0'.repeat(32)),
    PARENT.replace('00f067aa0ba902b7', '0'.repeat(16)),
    `ff${PARENT.slice(2)}`,
    `01${PARENT.slice(2)}-${'x'.repeat(LIMITS.traceparentChars)}`,
    PARENT.replaceAll('-', '_'),
    `${PARENT}\r\nx-evil: 1`,
  ])
    assert.equal(readTraceparent(text), undefined, JSON.stringify(text));
});

test('a tracestate is read from all its lines, and as a whole or not at all', () => {
  assert.equal(
    readTracestate(['rojo=00f067aa0ba902b7 , congo=t61rcWkgMzE', ' ,a@b=c d']),
    'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE,a@b=c d',
  );
  for (const bad of [
    '',
    ',',
    'a',
    '=b',
    'A=b',
    'a=b=c',
    'a=',
    'a=b,a=c',
    'a=b\u0001',
    'a=é',
    'a@=b',
    `${'a'.repeat(257)}=b`,
    Array.from({ length: LIMITS.tracestateMembers + 1 }, (_, at) => `k${at}=v`).join(','),
    `a=${'b'.repeat(LIMITS.tracestateChars)}`,
    Array.from({ length: 6 }, (_, at) => `k${at}=${'v'.repeat(100)}`).join(','),
  ])
    assert.equal(readTracestate([bad]), undefined, bad.slice(0, 40));
});

test('baggage is read from all its lines, and as a whole or not at all', () => {
  assert.equal(
    readBaggage(['userId=alice , serverNode=DF%2028', 'a=;p=1;q']),
    'userId=alice,serverNode=DF%2028,a=;p=1;q',
  );
  for (const bad of [
    '',
    'a',
    'a b=c',
    'a="b"',
    'a=b c',
    'a=b\\',
    'a=b;c d',
    'a=\u0000',
    'a=é',
    Array.from({ length: LIMITS.baggageMembers + 1 }, (_, at) => `k${at}=v`).join(','),
    `a=${'b'.repeat(LIMITS.baggageBytes)}`,
  ])
    assert.equal(readBaggage([bad]), undefined, bad.slice(0, 40));
});

test('headers: a second traceparent makes both worthless, and a tracestate is nothing without one', () => {
  const of = (headers: Record<string, string[]>) => traceContextOfHeaders(new Map(Object.entries(headers)));
  assert.deepEqual(of({ traceparent: [PARENT], tracestate: ['a=b', 'c=d'], baggage: ['e=f'] }), {
    traceparent: PARENT,
    tracestate: 'a=b,c=d',
    baggage: 'e=f',
  });
  assert.deepEqual(of({ traceparent: [PARENT, PARENT], tracestate: ['a=b'], baggage: ['e=f'] }), { baggage: 'e=f' });
  assert.deepEqual(of({ traceparent: [PARENT], tracestate: ['nonsense'] }), { traceparent: PARENT });
  assert.deepEqual(of({ tracestate: ['a=b'] }), {});
  assert.deepEqual(of({}), {});
});

test('_meta: only strings count', () => {
  const of = (meta: object) => {
    const doc = parseJson(Buffer.from(JSON.stringify(meta)), { depth: 8, nodes: 100 });
    assert.ok(doc.ok);
    return traceContextOfMeta(doc.value.root);
  };
  assert.deepEqual(of({ traceparent: PARENT, tracestate: 'a=b' }), { traceparent: PARENT, tracestate: 'a=b' });
  assert.deepEqual(of({ traceparent: [PARENT], tracestate: 'a=b', baggage: { a: 'b' } }), {});
  assert.deepEqual(traceContextOfMeta(undefined), {});
});

test('whatever comes, what is taken is bounded, in one line, and read again as itself', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.stringMatching(/^[a-z=,; @\t%"-]{0,60}$/),
    fc.constant('a=b'),
  );
  fc.assert(
    fc.property(fc.array(text, { maxLength: 5 }), (lines) => {
      for (const [read, max] of [
        [readTracestate, LIMITS.tracestateChars],
        [readBaggage, LIMITS.baggageBytes],
      ] as const) {
        const taken = read(lines);
        if (taken === undefined) continue;
        assert.match(taken, /^[\t\x20-\x7e]+$/);
        assert.ok(taken.length <= max + lines.length);
        assert.equal(read([taken]), taken);
      }
    }),
  );
});
