import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normaliseUri, templatePrefix } from '#policy/resource-uri.ts';

const full = (uri: string): string => {
  const normal = normaliseUri(uri);
  assert.ok(normal.ok, `${uri}: ${normal.ok ? '' : normal.error}`);
  return normal.value.full;
};

test('spellings of one URI have one normal form', () => {
  for (const [a, b] of [
    ['FILE:///a', 'file:///a'],
    ['https://EXAMPLE.com/a', 'https://example.com/a'],
    ['https://example.com', 'https://example.com/'],
    ['https://example.com:443/a', 'https://example.com/a'],
    ['https://example.com:/a', 'https://example.com/a'],
    ['memo://x/%61%7E%2d', 'memo://x/a~-'],
    ['memo://x/%c3%a9', 'memo://x/é'],
    ['file:/etc/a', 'file:///etc/a'],
    ['file://localhost/etc/a', 'file:///etc/a'],
    ['file://LOCALHOST/etc/a', 'file:///etc/a'],
    ['file:///C%3A/a%2Cb%5B1%5D%3B%2A', 'file:///C:/a,b[1];*'],
    ['memo://x/%7Ba%7D%7c', 'memo://x/{a}|'],
    ['memo://x/"<>^`', 'memo://x/%22%3C%3E%5E%60'],
  ] as const) {
    assert.equal(full(a), full(b), `${a} and ${b}`);
  }
});

test('what only looks alike stays different', () => {
  for (const [a, b] of [
    ['file:///A', 'file:///a'],
    ['memo://x/a', 'memo://x/a/'],
    ['memo://x/a%2Cb', 'memo://x/a,b'],
    ['https://example.com:8443/', 'https://example.com/'],
  ] as const) {
    assert.notEqual(full(a), full(b));
  }
});

test('dot segments, encoded delimiters, backslashes and doubled encodings are refused', () => {
  for (const [uri, fault] of [
    ['file:///a/../b', 'dot_segment'],
    ['file:///a/./b', 'dot_segment'],
    ['file:///a/..', 'dot_segment'],
    ['file:///a/..;x/b', 'dot_segment'],
    ['file:..', 'dot_segment'],
    ['memo:a?path=../b', 'dot_segment'],
    ['file:///a/%2e%2e/b', 'encoded_delimiter'],
    ['file:///a/.%2E/b', 'encoded_delimiter'],
    ['file:///a%2fb', 'encoded_delimiter'],
    ['file:///a%2Fb', 'encoded_delimiter'],
    ['file:///a%5cb', 'encoded_delimiter'],
    ['file:///a/%252e%252e/b', 'encoded_delimiter'],
    ['file:///a%252fb', 'encoded_delimiter'],
    ['file:///a/%25252e/b', 'encoded_delimiter'],
    ['file:///a%00b', 'encoded_delimiter'],
    ['file:///a\\..\\b', 'forbidden_character'],
    ['file:///a b', 'forbidden_character'],
    ['file:///a\nb', 'forbidden_character'],
    ['file:///a\ud800', 'forbidden_character'],
    ['file:///a%zz', 'bad_encoding'],
    ['file:///a%2', 'bad_encoding'],
    ['file:////etc/a', 'empty_segment'],
    ['file:///etc//a', 'empty_segment'],
  ] as const) {
    const normal = normaliseUri(uri);
    assert.ok(!normal.ok, uri);
    assert.equal(normal.error, fault, uri);
  }
});

test('names with dots in them and URIs within URIs are not refused', () => {
  for (const uri of [
    'file:///a/..b/c.txt',
    'file:///.hidden',
    'fetch://page/https://example.com/a',
    'memo:note',
    'test://static-text',
    'note',
  ]) {
    full(uri);
  }
});

test('the bases of a URI are what it is without fragment and query', () => {
  const normal = normaliseUri('file:///a?x=1#y');
  assert.ok(normal.ok);
  assert.deepEqual(normal.value.bases, ['file:///a?x=1', 'file:///a']);
  const plain = normaliseUri('file:///a');
  assert.deepEqual(plain, { ok: true, value: { full: 'file:///a', bases: [] } });
});

test('the literal prefix of a template is normalised and an unsafe one is refused', () => {
  const prefix = (template: string): string | undefined => {
    const result = templatePrefix(template);
    return result.ok ? result.value : undefined;
  };
  assert.equal(prefix('FILE:///docs/{+path}'), 'file:///docs/');
  assert.equal(prefix('https://example.com{/path}'), 'https://example.com');
  assert.equal(prefix('{scheme}://x'), '');
  assert.equal(prefix('file:///a/../{x}'), undefined);
});

test('a host that can be read in two ways is refused, whatever a pattern says', () => {
  for (const uri of [
    'http://@h/secret',
    'http://u@h/secret',
    'http://u:p@h/secret',
    'http://h:080/secret',
    'http:/h/secret',
    'http:h/secret',
    'http:///h/secret',
    'HTTP:////h/secret',
    'http://\uff48/secret',
    'http://h./secret',
    'https:///',
    'file:etc/passwd',
    'file://x/etc/passwd',
    'file://127.0.0.1/etc/passwd',
    'file:////etc/passwd',
    'file:///C|/secret',
    'file:/c|/secret',
    'file://localhost/C|/secret',
    // Further spellings of an address that every WHATWG parser takes for 127.0.0.1 or ::1.
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0177.0.0.1/',
    'http://0x7f.0.0.1:8080/',
    'http://[0::1]/',
    'http://[0:0:0:0:0:0:0:1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://256.256.256.256/',
    'http://h:99999/',
    'http://%68/',
    'http://h\u3002example/',
  ]) {
    assert.equal(normaliseUri(uri).ok, false, uri);
  }
  for (const uri of [
    'http://h/secret',
    'https://h.example:8443/x?y',
    'http://[::1]:8080/',
    'http://[::1]:80/',
    'http://127.0.0.1/',
    'HTTPS://EXAMPLE.com:443/',
    'file:///C:/docs',
    'file:///etc/passwd',
    'file:/etc/passwd',
    'note://a/b',
    'urn:x:y',
  ]) {
    assert.equal(normaliseUri(uri).ok, true, uri);
  }
});

test('a normal form is its own normal form', () => {
  for (const uri of ['p://::', 'P://:', 'memo://H:', 'memo://u@H:5', 'memo://[::1]:', 'HTTP://h:', 'memo:%7ea']) {
    const once = full(uri);
    assert.equal(full(once), once, uri);
  }
});

test('a long URI of nothing that ends anything costs one pass, not one for each of its characters', () => {
  for (const part of ['\ufffd', 'a', ':1', '%41', ';', '@', '.a', 'a:'])
    for (const scheme of ['FILE://', 'http://', 'memo://', 'file:///']) normaliseUri(scheme + part.repeat(200_000));
});
