import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { headersOf } from '#gateway/steps/receive.ts';
import { verifySignature } from '#signin/slack/signature.ts';

const SECRET = 'signing-secret-of-the-app';
const NOW_MS = 1_800_000_000_000;
const VALID_MS = 5 * 60_000;
const BODY = Buffer.from('payload=%7B%22type%22%3A%22block_actions%22%7D');

const signed = (atMs = NOW_MS, body: Buffer = BODY, secret = SECRET): readonly [string, string] => {
  const timestamp = String(Math.floor(atMs / 1_000));
  return [timestamp, `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body.toString()}`).digest('hex')}`];
};
const verify = ([timestamp, signature]: readonly [string, string], body: Buffer = BODY, ...more: string[]) =>
  verifySignature(
    {
      headers: headersOf(['X-Slack-Request-Timestamp', timestamp, 'X-Slack-Signature', signature, ...more]),
      body,
    },
    SECRET,
    { nowMs: NOW_MS, validMs: VALID_MS },
  );
const faultOf = (...asked: Parameters<typeof verify>): string | undefined => {
  const verified = verify(...asked);
  return verified.ok ? undefined : verified.error;
};

test('what Slack documents as its example verifies', () => {
  const body =
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
  const verified = verifySignature(
    {
      headers: headersOf([
        'X-Slack-Request-Timestamp',
        '1531420618',
        'X-Slack-Signature',
        'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
      ]),
      body: Buffer.from(body),
    },
    '8f742231b10e8888abcd99yyyzzz85a5',
    { nowMs: 1_531_420_618_000, validMs: VALID_MS },
  );
  assert.ok(verified.ok);
});

test('a signature is for these bytes, this time and this secret', () => {
  assert.equal(faultOf(signed()), undefined);
  assert.equal(faultOf(signed(), Buffer.from(`${BODY.toString()} `)), 'signature_forged');
  assert.equal(faultOf(signed(NOW_MS, BODY, 'another')), 'signature_forged');
  const [, signature] = signed();
  assert.equal(faultOf([String(NOW_MS / 1_000 - 1), signature]), 'signature_forged');
});

test('a request that is older than five minutes, or from the future, is not taken however well it is signed', () => {
  assert.equal(faultOf(signed(NOW_MS - VALID_MS)), undefined);
  assert.equal(faultOf(signed(NOW_MS - VALID_MS - 1_000)), 'signature_old');
  assert.equal(faultOf(signed(NOW_MS + VALID_MS + 1_000)), 'signature_old');
});

test('without a signature, with two of them, or with something else in its place nothing is taken', () => {
  const [timestamp, signature] = signed();
  assert.equal(faultOf([timestamp, '']), 'unsigned');
  assert.equal(faultOf([timestamp, signature.slice(0, -1)]), 'unsigned');
  assert.equal(faultOf([timestamp, signature.toUpperCase()]), 'unsigned');
  assert.equal(faultOf(['1e12', signature]), 'unsigned');
  assert.equal(faultOf([timestamp, signature], BODY, 'X-Slack-Signature', signature), 'unsigned');
  assert.equal(faultOf([timestamp, signature], BODY, 'X-Slack-Request-Timestamp', timestamp), 'unsigned');
});
