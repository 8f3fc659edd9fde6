import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WAITINGS, wayOf } from '#approvals/waiting.ts';
import type { Waiting, WaitingClient, Way } from '#approvals/waiting.ts';

const NOTHING = { url: false, form: false };
const URL = { url: true, form: false };
const modern = (elicits = NOTHING, method = 'tools/call'): WaitingClient => ({
  era: 'modern',
  protocol: '2026-07-28',
  method,
  elicits,
  isReachable: false,
  isFurtherRound: false,
  wantsTask: false,
});
const legacy = (elicits = NOTHING, protocol = '2025-11-25', isReachable = true): WaitingClient => ({
  era: 'legacy',
  protocol,
  method: 'tools/call',
  elicits,
  isReachable,
  isFurtherRound: false,
  wantsTask: false,
});

const QUIET = { tells: false, asks: false } as const;
const HOLD: Way = { kind: 'hold', ends: 'refusal', ...QUIET };
const URL_ERROR: Way = { kind: 'hold', ends: 'url_error', ...QUIET };
const FORM = { url: false, form: true };

test('a client waits in the best way that it can', () => {
  const rows: readonly (readonly [WaitingClient, Way])[] = [
    [modern(), { kind: 'rounds', tells: false, asks: false }],
    [modern(URL), { kind: 'rounds', tells: true, asks: false }],
    [modern(URL, 'prompts/get'), { kind: 'rounds', tells: true, asks: false }],
    [modern(URL, 'resources/read'), { kind: 'rounds', tells: true, asks: false }],
    [modern({ url: false, form: true }), { kind: 'rounds', tells: false, asks: true }],
    [modern(URL, 'completion/complete'), HOLD],
    [legacy(), HOLD],
    [legacy(URL), { ...URL_ERROR, tells: true }],
    [legacy(URL, '2025-11-25', false), URL_ERROR],
    [legacy(URL, '2025-06-18'), HOLD],
    [{ ...legacy(URL), wantsTask: true }, { kind: 'task' }],
    [
      { ...modern(), wantsTask: true },
      { kind: 'rounds', tells: false, asks: false },
    ],
    // A state of the gateway would take the place of the server's.
    [{ ...modern(), isFurtherRound: true }, HOLD],
    [legacy(FORM), { ...HOLD, asks: true }],
    [legacy(FORM, '2025-06-18'), { ...HOLD, asks: true }],
    [legacy(FORM, '2025-06-18', false), HOLD],
  ];
  for (const [client, way] of rows) assert.deepEqual(wayOf('auto', client, true), way, JSON.stringify(client));
});

test('nobody is sent to a page that there is not', () => {
  assert.deepEqual(wayOf('auto', modern(URL), false), { kind: 'rounds', tells: false, asks: false });
  assert.deepEqual(wayOf('auto', legacy(URL), false), HOLD);
  assert.deepEqual(wayOf('url_error', legacy(URL), false), HOLD);
});

test('what the configuration says counts, but nobody is told what their revision does not have', () => {
  const ways = (client: WaitingClient): Record<string, Way> =>
    Object.fromEntries(WAITINGS.map((waiting: Waiting) => [waiting, wayOf(waiting, client, true)]));
  assert.deepEqual(ways(modern(URL)), {
    auto: { kind: 'rounds', tells: true, asks: false },
    hold: HOLD,
    rounds: { kind: 'rounds', tells: false, asks: false },
    url_error: HOLD,
    refuse: { kind: 'refuse' },
  });
  assert.deepEqual(ways(legacy()), {
    auto: HOLD,
    hold: HOLD,
    rounds: HOLD,
    url_error: URL_ERROR,
    refuse: { kind: 'refuse' },
  });
});
