import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasGithubChecksum } from '#masking/detectors/github-checksum.ts';

test('a token ends with the checksum of what stands before, or is none', () => {
  // made for this test: the CRC-32 of thirty times `a` in base 62
  const token = `ghp_${'a'.repeat(30)}1yLcDB`;
  assert.equal(hasGithubChecksum(`${token.slice(0, -1)}!`), false);
  assert.equal(hasGithubChecksum(`ghp_b${token.slice(5)}`), false);
  assert.equal(hasGithubChecksum(token), true);
});
