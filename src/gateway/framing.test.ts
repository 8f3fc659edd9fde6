import assert from 'node:assert/strict';
import { test } from 'node:test';
import { framingFault } from '#gateway/framing.ts';

const fault = (httpVersion: string, headers: Readonly<Record<string, readonly string[]>>) =>
  framingFault({ httpVersion }, new Map(Object.entries({ host: ['a'], ...headers })));

test('a request of HTTP/1.0 or 1.1 with one host is no fault, chunked only in 1.1', () => {
  for (const version of ['1.0', '1.1']) assert.equal(fault(version, {}), undefined);
  assert.equal(fault('1.0', { host: [] }), undefined);
  assert.equal(fault('1.1', { 'transfer-encoding': ['Chunked'] }), undefined);
  assert.equal(fault('1.0', { 'transfer-encoding': ['chunked'] }), 'transfer_encoding');
});

test('another version is refused, two hosts, and every coding but chunked', () => {
  for (const version of ['0.9', '2.0', '1.2', '']) assert.equal(fault(version, {}), 'http_version');
  assert.equal(fault('1.1', { host: ['a', 'a'] }), 'host');
  for (const codings of [['gzip, chunked'], ['chunked', 'chunked'], ['xchunked'], ['chunked, identity'], ['']])
    assert.equal(fault('1.1', { 'transfer-encoding': codings }), 'transfer_encoding');
});
