/**
 * Names and URIs against a policy that allows everything but a few resources: whatever a real reader of URIs (node's URL,
 * fileURLToPath) takes for one of them must be denied.
 */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import type { Caller } from '#identity/caller.ts';
import { LIMITS } from '#limits.ts';
import { looseEncoding } from '#policy/loose-uri.ts';
import { createPolicy } from '#policy/policy.ts';
import type { Policy } from '#policy/policy.ts';
import { normaliseUri } from '#policy/resource-uri.ts';
import { fuzzTarget } from '../target.ts';
import type { FuzzTarget } from '../target.ts';

const CALLER: Caller = {
  issuer: 'i',
  namespace: 'okta',
  subject: 's',
  kind: 'person',
  groups: ['okta:g'],
  client: undefined,
  scopes: [],
};

function guarded(): Policy {
  const made = createPolicy({
    levels: {
      l: {
        allow: ['*'],
        deny: [
          'resources/read:file:///secret/*',
          'resources/read:http://127.0.0.1/*',
          'resources/read:https://h/secret/*',
          'tools/call:drop_*',
        ],
      },
    },
    grants: [{ groups: ['okta:g'], connections: ['c'], level: 'l' }],
    rules: [{ name: 'r', when: 'name.startsWith("file:///root/")', effect: 'deny' }],
    version: 'v',
    limits: LIMITS,
  });
  if (!made.ok) throw new Error(JSON.stringify(made.error));
  return made.value;
}

const parts = fc.array(
  fc.constantFrom(
    'secret',
    'public',
    '/',
    '//',
    '.',
    '..',
    '%2e',
    '%2F',
    '%252e',
    '\\',
    '%',
    '%73',
    '%65',
    '?',
    '#',
    ';',
    ':',
    '@',
    '127.0.0.1',
    '127.1',
    'h',
    'H',
    'localhost',
    ':80',
    '[::1]',
    '\t',
    ' ',
    '\u00e9',
    '%C3%A9',
    'e\u0301',
    '|',
    'C:',
    'a',
    '*',
    '{x}',
    '+',
    ',',
    '%2C',
    '\uff0f',
    '\u3002',
    '~',
    '%7e',
  ),
  { maxLength: 10 },
);
const made = fc
  .tuple(
    fc.constantFrom(
      'file:',
      'FILE://',
      'file:///',
      'file://localhost/',
      'http://',
      'HTTP://',
      'https://h/',
      'memo://',
      'urn:',
      '',
    ),
    parts,
  )
  .map(([scheme, rest]) => scheme + rest.join(''));

const isWithin = (path: string, folder: string): boolean => path.startsWith(folder);

/** What node's own reader of `file:` URLs opens on a POSIX system. */
function fileOpened(url: URL): string | undefined {
  try {
    return url.protocol === 'file:' ? fileURLToPath(url, { windows: false }) : undefined;
  } catch {
    return undefined;
  }
}

function verifyUri(uri: string, isAllowed: boolean): void {
  const normal = normaliseUri(uri);
  if (!normal.ok) {
    assert.ok(!isAllowed, 'an unsafe URI was allowed');
    return;
  }
  const again = normaliseUri(normal.value.full);
  assert.ok(again.ok && again.value.full === normal.value.full, 'a normal form has another normal form');
  const url = URL.parse(uri);
  if (url === null || !/^(?:file|https?|wss?|ftp):$/.test(url.protocol)) return;
  const seen = normaliseUri(url.href);
  assert.ok(seen.ok, 'what a URL parser reads is refused, but not what it was written as');
  assert.equal(looseEncoding(seen.value.full), looseEncoding(normal.value.full), 'a URL parser reads another resource');
  if (!isAllowed) return;
  const opened = fileOpened(url);
  assert.ok(
    opened === undefined || !isWithin(opened.replace(/\/{2,}/g, '/'), '/secret/'),
    'a denied file would be opened',
  );
  assert.ok(opened === undefined || !isWithin(opened, '/root/'), 'a rule was passed');
  assert.ok(url.protocol !== 'http:' || url.host !== '127.0.0.1', 'a denied host would be asked');
  assert.ok(
    url.protocol !== 'https:' || url.host !== 'h' || !isWithin(url.pathname, '/secret/'),
    'a denied path would be asked for',
  );
}

export function uriTarget(policy: Policy = guarded()): FuzzTarget {
  const decide = (method: string, name: string, args: unknown = {}) =>
    policy.decide({ caller: CALLER, connection: 'c', method, name, args, findings: [], nowMs: 0 });
  return fuzzTarget({
    name: 'policy',
    corpus: [
      'file:///secret/a',
      'file:/public/a?b#c',
      'http://127.0.0.1/',
      'https://h/secret/x;v=1',
      'memo://u@x/%7Ea',
      'file:///docs/{+path}',
      'drop_all',
      'get_note',
    ].map((text) => Buffer.from(text)),
    words: [
      'file:///',
      'http://',
      'secret',
      '/',
      '..',
      '%2e',
      '%2f',
      '%25',
      '%00',
      '\\',
      '@',
      ':',
      '?',
      '#',
      ';',
      '127.0.0.1',
      'localhost',
      '\0',
      '\u00e9',
      '\ufeff',
      '{',
      '}',
      '*',
      'drop_',
    ],
    made: made.map((text) => Buffer.from(text)),
    run(input) {
      const name = input.toString('utf8').slice(0, LIMITS.nameChars);
      const ref = { type: 'ref/resource', uri: name };
      return {
        name,
        read: decide('resources/read', name),
        subscribe: decide('resources/subscribe', name),
        complete: decide('completion/complete', name, { ref }),
        call: decide('tools/call', name),
      };
    },
    verify(_input, { name, read, subscribe, complete, call }) {
      verifyUri(name, read.effect === 'allow');
      assert.equal(subscribe.effect, read.effect, 'subscribing is judged otherwise than reading');
      if (!name.includes('{'))
        assert.equal(complete.effect, read.effect, 'completing for a resource is judged otherwise than reading it');
      assert.equal(call.effect, name.startsWith('drop_') || name.startsWith('file:///root/') ? 'deny' : 'allow');
      return read.effect === 'allow' ? 'accepted' : 'refused';
    },
  });
}
