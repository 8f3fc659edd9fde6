import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ownKindOf } from '#identity/own-tokens.ts';

it('a token is told apart by its form alone: with a dot a JWT, with the prefix a key, else an access token', () => {
  assert.deepEqual(
    ['a.b.c', 'gbk_a.b', 'gbk_abc', 'abc_gbk_', '', 'GBK_abc'].map((token) => ownKindOf(token)),
    [undefined, undefined, 'api_key', 'access_token', 'access_token', 'access_token'],
  );
});
