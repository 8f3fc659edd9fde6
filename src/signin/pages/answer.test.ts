import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html } from '#signin/pages/html.ts';
import { notice, onward, pageAnswer } from '#signin/pages/answer.ts';

test('after a form the browser goes on by itself, without a redirect', () => {
  const answer = onward('https://acme.okta.com/authorize?state=1', ['a=b']);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['location'], undefined);
  assert.deepEqual(answer.headers['set-cookie'], ['a=b']);
  assert.match(answer.body, /http-equiv="refresh" content="0; url=https:\/\/acme\.okta\.com\/authorize\?state=1"/);
});

test('a page has the headers of pages, a notice its status and its words', () => {
  assert.match(String(pageAnswer({ title: 't', body: html`` }).headers['content-security-policy']), /frame-ancestors/);
  const over = notice(410, 'Over', 'Begin <again>.');
  assert.deepEqual([over.status, over.body.includes('Begin &lt;again&gt;.')], [410, true]);
});
