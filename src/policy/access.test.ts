import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller } from '#identity/caller.ts';
import { createAccess } from '#policy/access.ts';
import { compileGrants } from '#policy/grants.ts';
import { compileLevels } from '#policy/levels.ts';

const CALLER: Caller = {
  issuer: 'i',
  namespace: 'okta',
  subject: 'a',
  kind: 'person',
  groups: ['okta:dev'],
  client: undefined,
  scopes: [],
};

test('what is worked out for one caller object is not given to another of other groups', () => {
  const { levels } = compileLevels({ a: { allow: ['tools/call:a'], deny: [] } });
  const access = createAccess(compileGrants([{ groups: ['okta:dev'], connections: ['c'], level: 'a' }]), levels);
  const first = access(CALLER, 'c');
  assert.ok(first !== undefined);
  assert.equal(access(CALLER, 'c'), first);
  assert.equal(access({ ...CALLER, groups: [] }, 'c'), undefined);
  assert.equal(access(CALLER, 'd'), undefined);
});

test('a caller who names many connections under a star is answered each time', () => {
  const { levels } = compileLevels({ a: { allow: ['*'], deny: [] } });
  const access = createAccess(compileGrants([{ groups: ['okta:dev'], connections: ['*'], level: 'a' }]), levels);
  for (let n = 0; n < 600; n += 1) assert.equal(access(CALLER, `c${n}`)?.first, 'a');
});

test('a template is denied only when every URI it can make is denied', () => {
  const { levels } = compileLevels({
    a: { allow: ['*'], deny: ['resources/read:file:///a/*', 'resources/read:file:///b/*.key'] },
  });
  const access = createAccess(compileGrants([{ groups: ['okta:dev'], connections: ['*'], level: 'a' }]), levels)(
    CALLER,
    'c',
  );
  const denied = (prefix: string) =>
    access?.denied({ kind: 'prefix', method: 'resources/read', prefix, name: prefix }) !== undefined;
  assert.ok(denied('file:///a/'));
  assert.ok(denied('file:///a/x'));
  assert.ok(!denied('file:///'));
  assert.ok(!denied('file:///b/'));
});
