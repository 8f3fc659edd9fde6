import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html } from '#signin/pages/html.ts';
import { page } from '#signin/pages/layout.ts';

const plain = page({ title: 'Sign <in>', body: html`<p>body</p>` });

test('nobody frames a page, keeps it, or gets anything to run in it', () => {
  const policy = plain.headers['content-security-policy'] ?? '';
  for (const directive of [
    "default-src 'none'",
    "style-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ])
    assert.ok(policy.split('; ').includes(directive), directive);
  assert.equal(plain.headers['x-frame-options'], 'DENY');
  assert.equal(plain.headers['cache-control'], 'no-store');
  assert.equal(plain.headers['x-content-type-options'], 'nosniff');
  assert.equal(plain.headers['referrer-policy'], 'same-origin');
  assert.doesNotMatch(plain.html, /<script|<iframe|\bon\w+=|style="/);
});

test('a page says what language it is in, how wide the screen is, and what it is called', () => {
  assert.match(plain.html, /^<!doctype html>\s*<html lang="en">/);
  assert.match(plain.html, /<meta name="viewport"/);
  assert.match(plain.html, /<title>Sign &lt;in&gt; · Gatebook<\/title>/);
  assert.equal(plain.html.match(/<h1>/g)?.length, 1);
});

test('a form may lead where the page says, and a source that would be more than one is a mistake', () => {
  const led = page({ title: 't', body: html``, formTo: ['https://acme.okta.com', 'cursor:', 'http://127.0.0.1:8080'] });
  assert.match(
    led.headers['content-security-policy'] ?? '',
    /form-action 'self' https:\/\/acme\.okta\.com cursor: http:\/\/127\.0\.0\.1:8080;/,
  );
  for (const source of [
    "https://a.example; script-src 'unsafe-inline'",
    'https://a.example *',
    '*',
    "'unsafe-inline'",
    'https://a.example/path',
    '',
  ])
    assert.throws(() => page({ title: 't', body: html``, formTo: [source] }), source);
});

test('a page that goes on leads somewhere, by itself and by a link', () => {
  const led = page({ title: 't', body: html``, leadsTo: 'https://a.example/cb?code="1"&x=y' }).html;
  assert.match(led, /<meta http-equiv="refresh" content="0; url=https:\/\/a\.example\/cb\?code=%221%22&amp;x=y" \/>/);
  assert.match(led, /<a rel="noreferrer" href="https:\/\/a\.example\/cb/);
  assert.throws(() => page({ title: 't', body: html``, leadsTo: 'javascript:alert(1)' }));
  assert.doesNotMatch(plain.html, /http-equiv/);
});

test('the stylesheet is ours, in the version the page was made for', () => {
  assert.match(plain.html, /<link rel="stylesheet" href="\/signin\/style\.css\?[\w-]{12}" \/>/);
});
