import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linksOf } from '#api/links.ts';

const PUBLIC = 'https://mcp.example.com';

test('a page links to itself and to the next, with what was asked and only that', () => {
  assert.equal(
    linksOf(PUBLIC, '/api/v1/sessions', { caller: 'ada', limit: 2, since: undefined, after: 'one' }, 'two'),
    '<https://mcp.example.com/api/v1/sessions?caller=ada&limit=2&after=one>; rel="self", ' +
      '<https://mcp.example.com/api/v1/sessions?caller=ada&limit=2&after=two>; rel="next"',
  );
});

test('the last page links to itself alone, and nothing a caller asked for ends the link', () => {
  assert.equal(
    linksOf(PUBLIC, '/api/v1/sessions', { caller: 'a>,"; rel="next"' }, undefined),
    '<https://mcp.example.com/api/v1/sessions?caller=a%3E%2C%22%3B+rel%3D%22next%22>; rel="self"',
  );
});
