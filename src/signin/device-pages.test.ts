import assert from 'node:assert/strict';
import { it } from 'node:test';
import { codePage, confirmPage, donePage, troublePage } from '#signin/device-pages.ts';

const NASTY = '<script>alert(1)</script>"';

it('what a client calls itself, and what a person typed, is text on every page', () => {
  for (const { html } of [
    codePage(NASTY, NASTY),
    confirmPage(NASTY, NASTY, NASTY),
    donePage(NASTY),
    troublePage(NASTY),
  ]) {
    assert.equal(html.includes('<script'), false);
    assert.equal(html.includes('1)&lt;/script&gt;&quot;'), true);
  }
});

it('the page for the code warns of codes that others sent, and asks for the code itself', () => {
  const { html } = codePage('secret', undefined);
  assert.match(html, /Somebody else sent you a code\?/);
  assert.match(html, /<input[^>]+name="user_code"/);
  assert.match(html, /name="xsrf" value="secret"/);
  assert.equal(html.includes('role="alert"'), false);
});

it('the page that confirms shows the code again and can say no', () => {
  const { html } = confirmPage('secret', 'BCDF-GHJK', 'An editor');
  assert.match(html, /BCDF-GHJK/);
  assert.match(html, /name="abort" value="yes"/);
});

it('the page that confirms says from where the code was asked for, in words of ours', () => {
  const { html } = confirmPage('secret', 'BCDF-GHJK', 'An editor', {
    ip: '192.0.2.77',
    ua: `${NASTY} Firefox/1 Linux`,
  });
  assert.match(html, /192\.0\.2\.0\/24/);
  assert.match(html, /Firefox on Linux/);
  assert.equal(html.includes('192.0.2.77') || html.includes('alert(1)'), false);
  assert.match(html, /nobody checked this name/);
  assert.doesNotMatch(confirmPage('secret', 'BCDF-GHJK', 'An editor', { ip: 7 }).html, /asked for from/);
});
