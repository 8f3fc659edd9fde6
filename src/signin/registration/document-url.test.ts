import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namesDocument, parseDocumentUrl } from '#signin/registration/document-url.ts';

const RULES = { ports: [443], allowsLocalNames: false };
const parsed = (text: string, rules: Partial<typeof RULES> = {}): string => {
  const result = parseDocumentUrl(text, { ...RULES, ...rules });
  return result.ok ? result.value.href : result.error;
};

test('an id that begins like a URL names a document, and any other does not', () => {
  for (const id of ['https://claude.ai/c.json', 'HTTPS://claude.ai/c.json', 'http://claude.ai/c.json'])
    assert.equal(namesDocument(id), true);
  for (const id of ['claude', 'c1', 'ftp://claude.ai/c', '']) assert.equal(namesDocument(id), false);
});

test('a document has one spelling of its address, on a public name and a usual port', () => {
  for (const id of [
    'https://claude.ai/oauth/client.json',
    'https://vscode.dev/c?v=1',
    'https://xn--bcher-kva.example/c',
  ])
    assert.equal(parsed(id), id);
  const cases: Readonly<Record<string, string>> = {
    'http://claude.ai/c': 'spelling',
    'HTTPS://claude.ai/c': 'spelling',
    'https://CLAUDE.ai/c': 'spelling',
    'https://claude.ai:443/c': 'spelling',
    'https://claude.ai/a/../c': 'spelling',
    'https://claude.ai/a/%2e%2e/c': 'spelling',
    'https://claude.ai\\c': 'spelling',
    'https://cl\u0430ude.ai/c': 'spelling',
    'https://claude.ai/c ': 'spelling',
    'https://claude.ai/c#x': 'fragment',
    'https://claude.ai/c#': 'fragment',
    'https://me@claude.ai/c': 'userinfo',
    'https://@claude.ai/c': 'userinfo',
    'https://claude.ai/': 'path',
    'https://claude.ai': 'spelling',
    'https://claude.ai:8443/c': 'port',
    'https://claude.ai:22/c': 'port',
    'https://127.0.0.1/c': 'host',
    'https://[::1]/c': 'host',
    'https://[::ffff:7f00:1]/c': 'host',
    'https://2130706433/c': 'spelling',
    'https://localhost/c': 'host',
    'https://a.localhost/c': 'host',
    'https://printer.local/c': 'host',
    'https://wiki.internal/c': 'host',
    'https://metadata/c': 'host',
    'https://claude.ai./c': 'host',
    'https://.claude.ai/c': 'host',
    [`https://claude.ai/${'x'.repeat(600)}`]: 'too_long',
    nonsense: 'spelling',
  };
  assert.deepEqual(Object.fromEntries(Object.keys(cases).map((id) => [id, parsed(id)])), cases);
});

test('the operator opens other ports and names of the own network', () => {
  assert.equal(parsed('https://claude.ai:8443/c', { ports: [443, 8_443] }), 'https://claude.ai:8443/c');
  assert.equal(parsed('https://apps.corp/c', { allowsLocalNames: true }), 'https://apps.corp/c');
});
