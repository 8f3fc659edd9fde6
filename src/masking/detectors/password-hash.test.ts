import assert from 'node:assert/strict';
import { test } from 'node:test';
import { found } from '#test/fakes/detect.ts';

test('hashes of passwords are found as a whole', () => {
  for (const hash of [
    '$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW',
    '$6$rounds=5000$saltsalt$Zq8kxZ3mNq7RtW2vYb9cLdPfA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0UvWxYz12345678901234567890',
    '$1$mERrsalt$hx5rVt7rPNoS4wqbXKX7m0',
    '$apr1$x8kz3mNq$7RtW2vYb9cLdPfA1b2C3d.',
    '$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$RdescudvJCsgt3ub+b4dWRWJTmaaJObG',
    'pbkdf2_sha256$600000$saltsalt$RdescudvJCsgt3ub+b4dWRWJTmaaJObGaaaabbbb=',
    '{SSHA}RdescudvJCsgt3ub+b4dWRWJTmaaJObG',
  ])
    assert.deepEqual(found('SECRET', `root:${hash}:19000:0:`), [hash], hash);
});

test('amounts, variables and templates are no hashes', () => {
  for (const text of ['costs $1$ or $5$', '$6$', 'echo $1$2$3', '{SHA}', '${VERSION}$1$abc', 'a$2$b'])
    assert.deepEqual(found('SECRET', text), [], text);
});
