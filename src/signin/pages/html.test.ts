import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { escapeHtml, html, outwardAddress, outwardLink } from '#signin/pages/html.ts';

test('a value never ends the text or the attribute it stands in', () => {
  const name = `"><script>alert(1)</script><img src=x onerror='alert(2)'>\``;
  const { text } = html`<p title="${name}">${name}</p>`;
  assert.equal(text.match(/[<>]/g)?.length, 4);
  assert.equal(text.match(/"/g)?.length, 2);
  assert.doesNotMatch(text, /['`]/);
});

test('whatever a value is, only what is escaped of it gets into the page', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const { text } = html`<i>${value}</i>`;
      assert.match(text, /^<i>[^<>"'`]*<\/i>$/);
      assert.ok(text.isWellFormed());
    }),
  );
});

test('HTML made by a template stays HTML, alone and in lists, and nothing is said where there is nothing', () => {
  const items = ['a', '<b>'].map((item) => html`<i>${item}</i>`);
  assert.equal(html`<b>${items}${undefined}${html`<i>${3}</i>`}</b>`.text, '<b><i>a</i><i>&lt;b&gt;</i><i>3</i></b>');
});

test('what looks like HTML but was not made by a template is refused as a value', () => {
  const forged = JSON.parse('{"text":"<script>"}') as string;
  assert.throws(() => html`${forged}`);
});

test('characters that show a text as another are seen', () => {
  assert.equal(escapeHtml('pay\u202egnp.exe'), 'pay\ufffdgnp.exe');
  for (const hidden of ['\u0000', '\u0085', '\u200b', '\u2066', '\u2028', '\ufeff', '\u{e0041}', '\ud800', '\u00ad'])
    assert.equal(escapeHtml(`a${hidden}b`), 'a\ufffdb');
  assert.equal(escapeHtml('क्‍ष 👩‍💻 Ärger'), 'क्‍ष 👩‍💻 Ärger');
});

test('a value without quotes around it is a mistake of the template', () => {
  assert.throws(() => html`<a title=${'x onclick=alert(1)'}></a>`, /quotes/);
});

test('a link or a form of a template leads to a path of our own and nowhere else', () => {
  assert.equal(html`<a href="${'/me?x=1&y'}"></a>`.text, '<a href="/me?x=1&amp;y"></a>');
  for (const elsewhere of [
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    'me',
    '',
    '/\t/evil.example',
  ])
    assert.throws(() => html`<form action="${elsewhere}"></form>`, /path of our own/, elsewhere);
});

test('a link away leads somewhere: it runs nothing', () => {
  assert.equal(
    outwardLink('https://a.example/?q="x"', 'on').text,
    '<a rel="noreferrer" href="https://a.example/?q=%22x%22">on</a>',
  );
  assert.equal(outwardAddress('cursor://callback?code=1'), 'cursor://callback?code=1');
  assert.equal(outwardLink('app:\'x">', '').text, '<a rel="noreferrer" href="app:&#39;x&quot;&gt;"></a>');
  for (const nowhere of [
    'javascript:alert(1)',
    ' JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    '/me',
  ])
    assert.throws(() => outwardLink(nowhere, 'x'), /nowhere/, nowhere);
});
