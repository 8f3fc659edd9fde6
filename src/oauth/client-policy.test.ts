import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isInDomains, judgeClient, mayBeWelcome } from '#oauth/client-policy.ts';
import type { ClientPolicy } from '#oauth/client-policy.ts';
import { parseRedirectUri } from '#oauth/redirect-uri.ts';

const POLICY: ClientPolicy = { domains: ['claude.ai', '*.example.com'], native: 'allow', others: 'approve' };
const judged = (uris: readonly string[], policy: Partial<ClientPolicy> = {}, documentHost?: string): string =>
  judgeClient(
    {
      documentHost,
      redirects: uris.map((uri) => {
        const parsed = parseRedirectUri(uri);
        return parsed.ok ? parsed.value : assert.fail(`${uri}: ${parsed.error}`);
      }),
    },
    { ...POLICY, ...policy },
  );
const [WEB, OTHER, LOOPBACK, SCHEME] = [
  'https://claude.ai/cb',
  'https://evil.example/cb',
  'http://127.0.0.1/cb',
  'cursor://x/cb',
];

test('a domain covers itself, a wildcard everything below it, and nothing else', () => {
  const domains = ['claude.ai', '*.example.com'];
  for (const host of ['claude.ai', 'a.example.com', 'a.b.example.com'])
    assert.equal(isInDomains(host, domains), true, host);
  for (const host of [
    'example.com',
    'claude.ai.evil.example',
    'evil-claude.ai',
    'notclaude.ai',
    'x.claude.ai',
    'badexample.com',
    'example.com.evil.example',
  ])
    assert.equal(isInDomains(host, domains), false, host);
});

test('each part of a client is judged by its own rule, and the strictest counts', () => {
  const cases: readonly (readonly [string, string])[] = [
    [judged([WEB]), 'allow'],
    [judged(['https://a.example.com/cb']), 'allow'],
    [judged([OTHER]), 'approve'],
    [judged([OTHER], { others: 'deny' }), 'deny'],
    [judged([WEB, OTHER]), 'approve'],
    [judged([LOOPBACK, SCHEME]), 'allow'],
    [judged([LOOPBACK], { native: 'approve' }), 'approve'],
    [judged([SCHEME], { native: 'deny' }), 'deny'],
    // One welcome host lets no program on the machine in, nor the other way round.
    [judged([WEB, LOOPBACK], { native: 'deny' }), 'deny'],
    [judged([WEB, LOOPBACK], { native: 'approve' }), 'approve'],
    [judged([OTHER, LOOPBACK]), 'approve'],
    [judged([]), 'allow'],
    [judged([], { native: 'deny' }), 'deny'],
  ];
  for (const [at, [came, expected]] of cases.entries()) assert.equal(came, expected, `case ${at}`);
});

test('a document vouches for a web client only from a host that is welcome itself', () => {
  assert.equal(judged([WEB], {}, 'claude.ai'), 'allow');
  assert.equal(judged([WEB], {}, 'evil.example'), 'approve');
  assert.equal(judged([OTHER], {}, 'claude.ai'), 'approve');
  assert.equal(judged([LOOPBACK], {}, 'evil.example'), 'allow');
  assert.equal(judged([LOOPBACK], { native: 'deny' }, 'claude.ai'), 'deny');
});

test('a document is not fetched when no answer could make its client welcome', () => {
  const strict: ClientPolicy = { ...POLICY, native: 'deny', others: 'deny' };
  assert.equal(mayBeWelcome('evil.example', strict), false);
  assert.equal(mayBeWelcome('claude.ai', strict), true);
  assert.equal(mayBeWelcome('evil.example', POLICY), true);
  assert.equal(mayBeWelcome('evil.example', { ...strict, others: 'approve' }), true);
});
