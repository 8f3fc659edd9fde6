import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { parseCompactJws } from '#identity/jws.ts';
import { LIMITS } from '#limits.ts';
import { signingInput, withSignature } from '#test/fakes/forge.ts';

const SIGNATURE = Buffer.from([1, 2, 3, 4]);
const token = (header: object | string, payload: object | string): string =>
  withSignature(signingInput({ header, payload }), SIGNATURE);
const fault = (text: string): string => {
  const parsed = parseCompactJws(text, LIMITS);
  return parsed.ok ? 'accepted' : parsed.error;
};
const GOOD = token({ alg: 'RS256' }, { iss: 'x' });

describe('compact JWS', () => {
  it('is taken apart into header, claims, signing input and signature', () => {
    const parsed = parseCompactJws(GOOD, LIMITS);
    assert.ok(parsed.ok);
    assert.equal(parsed.value.header['alg'], 'RS256');
    assert.equal(parsed.value.claims['iss'], 'x');
    assert.deepEqual(parsed.value.signature, SIGNATURE);
    assert.equal(parsed.value.signingInput.toString(), GOOD.slice(0, GOOD.lastIndexOf('.')));
  });

  it('needs exactly three segments, none of them empty', () => {
    const [header, payload, signature] = GOOD.split('.');
    for (const text of [
      '',
      '.',
      '..',
      '...',
      `${header}`,
      `${header}.${payload}`,
      `${header}.${payload}.`,
      `.${payload}.${signature}`,
      `${header}..${signature}`,
      `${GOOD}.`,
      `${GOOD}.${signature}`,
      `.${GOOD}`,
    ]) {
      assert.equal(fault(text), 'malformed_token', text);
    }
  });

  it('has one spelling: trailing bits, padding, the other alphabet and whitespace are refused in every segment', () => {
    // 4 bytes end in a segment of two characters with four spare bits: A and B decode to the same byte.
    const twin = (segment: string): string =>
      segment.slice(0, -1) + String.fromCharCode(segment.charCodeAt(segment.length - 1) + 1);
    const odd = token('{"alg":"RS256"} ', '{"iss":"abc"} ');
    assert.equal(fault(odd), 'accepted');
    const segments = odd.split('.');
    for (const [index, segment] of segments.entries()) {
      assert.notEqual(segment.length % 4, 0, 'the test needs spare bits in each segment');
      assert.deepEqual(Buffer.from(twin(segment), 'base64url'), Buffer.from(segment, 'base64url'));
      for (const other of [
        twin(segment),
        `${segment}=`,
        `${segment}==`,
        ` ${segment}`,
        `${segment}\n`,
        `${segment}+`,
        `${segment}/`,
        `${segment}%`,
      ]) {
        assert.equal(fault(segments.with(index, other).join('.')), 'non_canonical_base64url', other);
      }
    }
  });

  it('is refused when a name comes twice in the header or the claims, also when spelled with escapes', () => {
    assert.equal(fault(token('{"alg":"none","alg":"RS256"}', '{}')), 'header_duplicate_key');
    assert.equal(fault(token('{"alg":"RS256"}', '{"sub":"a","\\u0073ub":"b"}')), 'payload_duplicate_claim');
  });

  it('is refused when header or claims are no JSON object in valid UTF-8', () => {
    for (const text of [
      '[]',
      '"x"',
      'null',
      '1',
      '',
      ' ',
      '{',
      '{}x',
      '\ufeff{}',
      '{"a":"\\ud800"}',
      '{"a":1e}',
      "{'a':1}",
    ]) {
      if (text !== '') assert.equal(fault(token(text, {})), 'header_not_json', text);
      if (text !== '') assert.equal(fault(token({}, text)), 'payload_not_json', text);
    }
    const invalid = withSignature(`${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}.e30`, SIGNATURE);
    assert.equal(fault(invalid), 'header_not_json');
  });

  it('is refused when it is too large, too deep or has too many values', () => {
    assert.equal(fault('a'.repeat(1024 * 1024)), 'token_too_large');
    assert.equal(fault(token({}, '{"a":'.repeat(20) + '1' + '}'.repeat(20))), 'payload_not_json');
    assert.equal(fault(token({}, { a: Array.from({ length: LIMITS.tokenJsonNodes }, () => 1) })), 'payload_not_json');
  });

  it('keeps claims named like members of every object as claims', () => {
    const parsed = parseCompactJws(token({}, '{"__proto__":{"sub":"x"}}'), LIMITS);
    assert.ok(parsed.ok);
    assert.equal(parsed.value.claims['sub'], undefined);
    assert.equal(parsed.value.claims['constructor'], undefined);
  });

  it('never throws, and accepts no text but the one spelling of what it read', () => {
    fc.assert(
      fc.property(
        fc.nat(GOOD.length - 1),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
        (at, character) => {
          const changed = GOOD.slice(0, at) + character + GOOD.slice(at + 1);
          const parsed = parseCompactJws(changed, LIMITS);
          if (parsed.ok)
            assert.equal(withSignature(parsed.value.signingInput.toString(), parsed.value.signature), changed);
        },
      ),
    );
    fc.assert(fc.property(fc.string(), (text) => void parseCompactJws(text, LIMITS)));
  });
});
