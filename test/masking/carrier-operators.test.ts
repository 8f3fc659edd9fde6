/** Every carrier with every operator, through a whole gateway: the value is gone, and what is left is still the message it was. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OperatorName } from '#masking/operators/operator.ts';
import { parseJson, toValue, type JsonValue } from '#mcp/json.ts';
import { answerWith } from '../fakes/mcp-server.ts';
import { toolCall } from '../e2e/harness.ts';
import { CARRIERS, type Carrier, type Lane, type LeakGateway } from './leak-carriers.ts';
import { isFoundIn } from './leak-values.ts';
import { startLeakGateway } from './leaks.ts';

/** As gatebook.yaml spells them; to block is for what callers get. */
const OPERATORS: readonly (readonly [OperatorName, inline: string, store: string])[] = [
  ['redact', 'redact', 'redact'],
  ['replace', '{ replace: "(removed)" }', '{ replace: "(removed)" }'],
  ['partial', '{ partial: 4 }', '{ partial: 4 }'],
  ['token', 'token', 'token'],
  ['format', 'format', 'format'],
  ['drop', 'drop', 'drop'],
  ['block', 'block', 'token'],
];
const MAIL = 'grace.hopper@navy.example.org';
const CARD = '4012888888881881';
const valueOf = ({ name }: Carrier): string => (name === 'arguments: number' ? CARD : MAIL);

const JSON_LIMITS = { depth: 64, nodes: 10_000 };
type Said = { readonly bytes: Buffer; readonly value: JsonValue; readonly direction: 'request' | 'response' };

const isObject = (value: JsonValue): value is { [key: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON-RPC 2.0 sections 4 and 5. */
const isMessage = (value: JsonValue): boolean =>
  isObject(value) &&
  value['jsonrpc'] === '2.0' &&
  (typeof value['method'] === 'string' || ['result', 'error'].filter((key) => key in value).length === 1);

/** The messages in what was passed on: bodies, lines, events of a stream. */
function messagesIn(text: string, direction: Said['direction']): readonly Said[] {
  return text.split('\n').flatMap((line): readonly Said[] => {
    const bytes = Buffer.from(line.replace(/^data: ?/, ''));
    const doc = parseJson(bytes, JSON_LIMITS);
    if (!doc.ok || !line.includes('"jsonrpc"')) return [];
    const value = toValue(doc.value.root);
    assert.ok(isMessage(value), `no message of JSON-RPC: ${line}`);
    return [{ bytes: doc.value.bytes, value, direction }];
  });
}

type Exchange = {
  readonly passed: string;
  readonly told: string;
  readonly messages: readonly Said[];
  readonly from: number;
};

async function exchange(gateway: LeakGateway, carrier: Carrier, lane: Lane): Promise<Exchange> {
  const { size: from } = gateway.composed.ledger.watermark();
  const { length: before } = gateway.server.seen;
  const told = await carrier.run({ gateway, lane, text: valueOf(carrier) });
  const sent = gateway.server.seen.slice(before);
  const bodies = sent.map(({ body }) => body).join('\n');
  const isUp = carrier.where === 'request';
  const passed = isUp ? `${sent.map(({ rawHeaders }) => rawHeaders.join('\n')).join('\n')}\n${bodies}` : told;
  return { passed, told, from, messages: messagesIn(isUp ? bodies : told, isUp ? 'request' : 'response') };
}

/** Numbered anew for each client. */
const DRAWN: ReadonlySet<string> = new Set(['id', 'session']);

/** What differs between the message as it came and as it was passed on, where the value did not stand. */
function differences(plain: JsonValue, masked: JsonValue, value: Planted, isDrop: boolean, at = ''): readonly string[] {
  if (Array.isArray(plain) && Array.isArray(masked)) {
    if (plain.length !== masked.length) return isDrop ? [] : [`${at}: ${plain.length} items, then ${masked.length}`];
    return plain.flatMap((item, index) => differences(item, masked[index] ?? null, value, isDrop, `${at}/${index}`));
  }
  if (isObject(plain) && isObject(masked)) {
    const holding = Object.keys(plain).filter((key) => isFoundIn(value.value, key));
    const kept = Object.keys(plain).filter((key) => !holding.includes(key) && !DRAWN.has(key));
    const unknown = Object.keys(masked).filter((key) => !(key in plain));
    const others =
      unknown.length === holding.length || isDrop ? [] : [`${at}: ${unknown.join()} beside what was there`];
    return [
      ...others,
      ...kept.flatMap((key) => {
        const [was, is] = [plain[key] ?? null, masked[key]];
        if (is === undefined) return isDrop && holds(was, value) ? [] : [`${at}/${key} is gone`];
        return differences(was, is, value, isDrop, `${at}/${key}`);
      }),
    ];
  }
  if (typeof plain === 'object' || typeof masked === 'object')
    return plain === masked ? [] : [`${at}: ${JSON.stringify(plain)}, then ${JSON.stringify(masked)}`];
  return plain === masked || holds(plain, value) ? [] : [`${at}: ${plain}, then ${masked}`];
}
/** What is looked for, and how the carrier spells it where that is not searched for everywhere. */
type Planted = { readonly value: string; readonly spelled: string };

function holds(value: JsonValue, planted: Planted): boolean {
  const text = JSON.stringify(value);
  return isFoundIn(planted.value, text) || text.includes(planted.spelled);
}

type Row = { readonly carrier: Carrier; readonly masked: Exchange };

async function useOperator(gateway: LeakGateway, [, inline, store]: (typeof OPERATORS)[number]): Promise<void> {
  const connections = '[masked, maskedpipe, maskedsse]';
  const masking = `masking: { store: { operator: ${store} }, inline: { detectors: default, operator: ${inline}, connections: ${connections} } }`;
  const outcome = await gateway.reload((text) => text.replace(/masking: \{ .*$/m, masking));
  assert.ok(outcome.ok, JSON.stringify(outcome));
}

async function rowsWith(gateway: LeakGateway, operator: (typeof OPERATORS)[number]): Promise<readonly Row[]> {
  await useOperator(gateway, operator);
  const rows: Row[] = [];
  for (const carrier of CARRIERS) rows.push({ carrier, masked: await exchange(gateway, carrier, 'masked') });
  gateway.flushRefusals();
  return rows;
}

test('every carrier with every operator: the value is gone from both copies, and the message is still what it was', async (t) => {
  const gateway = await startLeakGateway(t);
  const plain = new Map<string, Exchange>();
  for (const carrier of CARRIERS) plain.set(carrier.name, await exchange(gateway, carrier, 'plain'));
  const wrong: string[] = [];
  for (const operator of OPERATORS) {
    const [name] = operator;
    const rows = await rowsWith(gateway, operator);
    const { masker } = gateway.composed.gateway;
    const records = await gateway.records();
    for (const [index, { carrier, masked }] of rows.entries()) {
      const value = valueOf(carrier);
      const planted = { value, spelled: carrier.spelled?.(value) ?? value };
      const say = (what: string): void => void wrong.push(`${carrier.name}, ${name}: ${what}`);
      const kept = records.slice(masked.from, rows[index + 1]?.masked.from);
      const book = kept
        .map(({ header, payload }) => `${JSON.stringify(header)}\n${payload?.toString() ?? ''}`)
        .join('\n');
      if (isFoundIn(value, book)) say('it is in the book');
      for (const { payload } of kept)
        if (payload !== null && !parseJson(payload, JSON_LIMITS).ok) say(`the book has no JSON: ${payload.toString()}`);
      if (carrier.wire !== 'masked') continue;
      if (isFoundIn(value, masked.passed)) say('it is passed on');
      if (carrier.name === 'tracestate') continue;
      const how = kept.flatMap(({ header }) => header?.masking ?? []).map(({ inline }) => inline);
      // an argument that is gone has no header that says what it is
      if (carrier.name === 'Mcp-Param header' && name === 'drop') {
        const refused = kept.some(({ header }) => header?.reason === 'ambiguous_header');
        if (!refused || masked.messages.length > 0) say('it goes up with a header that is not clear');
        continue;
      }
      if (!how.includes(name)) say(`the record does not say so: ${how.join()}`);
      const before = plain.get(carrier.name)?.messages ?? [];
      if (name === 'block') {
        const refused = kept.filter(({ header }) => header?.reason === 'masking_block');
        if (refused.length === 0 || refused.some(({ payload }) => payload !== null)) say('it is not refused');
        if (carrier.where === 'request' && masked.messages.length >= before.length) say('it goes up');
        if (carrier.where === 'answer' && !/"code":"denied"/.test(masked.told)) say(`no error: ${masked.told}`);
        continue;
      }
      if (masked.messages.length !== before.length)
        say(`${before.length} messages, then ${masked.messages.length}: ${masked.passed}`);
      for (const [at, { bytes, value: message, direction }] of masked.messages.entries()) {
        const was = before[at]?.value ?? null;
        for (const what of differences(was, message, planted, name === 'drop')) say(what);
        const doc = parseJson(bytes, JSON_LIMITS);
        assert.ok(doc.ok);
        const secrets = masker.secretsOf([]);
        const again = masker.maskMessage(doc.value, { direction, connection: 'masked', method: '', secrets });
        if (!again.ok || !again.value.send.equals(bytes)) say(`masked again it changes: ${bytes.toString()}`);
      }
    }
    assert.equal(rows.length, CARRIERS.length);
  }
  assert.deepEqual(wrong, []);
});

test('a value in content and in structuredContent becomes the same in both, with every operator', async (t) => {
  const gateway = await startLeakGateway(t);
  for (const operator of OPERATORS) {
    const [name] = operator;
    await useOperator(gateway, operator);
    for (const value of [MAIL, CARD]) {
      gateway.server.answering = answerWith({
        content: [
          { type: 'text', text: JSON.stringify({ v: value }) },
          { type: 'text', text: value },
        ],
        structuredContent: { v: value, list: [value] },
      });
      const { text, json } = await gateway.post('masked', JSON.stringify(toolCall('get_note')));
      assert.equal(isFoundIn(value, text), false);
      if (name === 'block') {
        assert.match(text, /"code":"denied","executed":"unknown"/);
        continue;
      }
      const { content, structuredContent } = json['result'] as {
        content: readonly { text: string }[];
        structuredContent: { v?: string; list: readonly string[] };
      };
      const [inJson, inText] = content.map((part) => part.text);
      const places = [(JSON.parse(inJson ?? '') as { v?: string }).v, structuredContent.v, structuredContent.list[0]];
      if (name === 'drop') assert.deepEqual([...places, inText], [undefined, undefined, undefined, '']);
      else assert.deepEqual([...places, inText], [inText, inText, inText, inText], name);
    }
  }
});
