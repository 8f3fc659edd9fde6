import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { cutText, shownText, sizeWords, standInsIn } from '#signin/approvals/shown-text.ts';

const TOKEN = '[EMAIL_ADDRESS:k1:abcdefghijkl2]';
const wordsOf = (text: string): string => text.replaceAll('<br />', '⏎').replaceAll(/<[^>]*>/g, '');

test('nothing unseen and no look-alike reaches the page without its code beside it', () => {
  const { text } = shownText('pay\u202e \u200b p\u0430ypal\u00a0', { isQuoted: true });
  assert.equal(/[\u202e\u200b\u00a0\ufffd]/.test(text), false);
  assert.equal(wordsOf(text), '&quot;pay\\u{202e} \\u{200b} pа\\u{430}ypal\\u{a0}&quot;'.replaceAll('&quot;', '"'));
});

test('a quoted text cannot end its quotes, nor look as if it were spelled out', () => {
  assert.equal(
    wordsOf(shownText('a" b\\n \\u{200b}\nnext', { isQuoted: true }).text),
    '"a\\&quot; b\\\\n \\\\u{200b}\\n⏎next"',
  );
});

test('text is text: it makes no mark of its own', () => {
  const { text } = shownText('<mark class="masked">x</mark><script>1</script>');
  assert.equal(/<mark|<script/.test(text), false);
});

test('a stand-in says what kind of value it stands for, and one that whoever asks wrote is told from it', () => {
  assert.match(shownText(`to ${TOKEN}`, { isMasked: true }).text, /class="masked">\[EMAIL.*\(masked email address\)/);
  assert.match(shownText('[US_SSN]', { isMasked: true }).text, /\(masked us ssn\)/);
  assert.match(shownText(`to ${TOKEN}`).text, /class="twin">\[EMAIL.*\(no mask: written so\)/);
  assert.deepEqual([standInsIn(`${TOKEN} and [PERSON]`), standInsIn('[x] [lower:k1:a]')], [2, 0]);
});

test('every text is in its own direction', () => {
  assert.match(shownText('שלום 12').text, /^<bdi>.*<\/bdi>$/);
});

test('parts of a text are the whole of it, and cut no character in two', () => {
  const unit = fc.constantFrom('a', '😀', 'é', '漢');
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (text, chars) => {
      let whole = '';
      for (let from = 0; from < text.length; from += chars) {
        const part = cutText(text, chars, from);
        assert.equal(part.isWellFormed(), true);
        whole += part;
      }
      assert.equal(whole, text);
    }),
  );
});

test('a size is told in characters and bytes', () => {
  assert.equal(sizeWords('ü'.repeat(1_200)), '1,200 characters, 2,400 bytes');
});
