import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerIn, answersIn, inputRequired, urlElicitations } from '#gateway/input-required.ts';
import { LIMITS } from '#limits.ts';
import { parseJson } from '#mcp/json.ts';

const LOOK = { url: 'https://mcp.example/approvals/apr_1', message: 'Look.' };

test('a client is told to come back, and its user is asked only what there is to ask', () => {
  assert.deepEqual(inputRequired('s', {}), { resultType: 'input_required', requestState: 's' });
  assert.deepEqual(inputRequired('s', { look: LOOK }), {
    resultType: 'input_required',
    inputRequests: { gatebook_approval: { method: 'elicitation/create', params: { mode: 'url', ...LOOK } } },
    requestState: 's',
  });
});

test('a form asks for what the rule asks for', () => {
  const fieldsOf = (asks: { reason: boolean; ticket: string | undefined }): unknown => {
    const text = JSON.stringify(inputRequired('s', { asks }));
    const { inputRequests } = JSON.parse(text) as {
      inputRequests: Record<string, { params: { mode: string; requestedSchema: { required: string[] } } }>;
    };
    const params = inputRequests['gatebook_statement']?.params;
    assert.equal(params?.mode, 'form');
    return params.requestedSchema.required;
  };
  assert.deepEqual(fieldsOf({ reason: true, ticket: undefined }), ['reason']);
  assert.deepEqual(fieldsOf({ reason: false, ticket: 'OPS-[0-9]+' }), ['ticket']);
  assert.deepEqual(fieldsOf({ reason: true, ticket: 'OPS-[0-9]+' }), ['reason', 'ticket']);
});

test('an elicitation of the error has an id of its own, as its revision demands', () => {
  assert.deepEqual(urlElicitations({ id: 'apr_1', ...LOOK }), {
    elicitations: [{ mode: 'url', elicitationId: 'apr_1', ...LOOK }],
  });
});

function answers(inputResponses: unknown) {
  const doc = parseJson(Buffer.from(JSON.stringify({ inputResponses })), { depth: 20, nodes: 99 });
  assert.ok(doc.ok && doc.value.root.kind === 'object');
  return answersIn(doc.value.root);
}

test('what a user answered is taken as it was meant, and one no is a no', () => {
  const accept = { action: 'accept' };
  assert.deepEqual(answers({ gatebook_approval: accept }), { said: 'accept' });
  assert.deepEqual(
    answers({ gatebook_approval: accept, gatebook_statement: { ...accept, content: { reason: 'r', ticket: 7 } } }),
    { said: 'accept', statement: { reason: 'r', ticket: '' } },
  );
  assert.deepEqual(answers({ gatebook_approval: accept, gatebook_statement: { action: 'decline' } }), {
    said: 'decline',
  });
  for (const none of [undefined, 'accept', {}, { other: accept }, { gatebook_approval: { action: 'ACCEPT' } }])
    assert.deepEqual(answers(none), { said: undefined });
});

test('of what a user says no more is looked at than could be kept of it', () => {
  const said = { action: 'accept', content: { reason: 'x'.repeat(1_000_000), ticket: 'y'.repeat(1_000_000) } };
  const doc = parseJson(Buffer.from(JSON.stringify(said)), { depth: LIMITS.jsonDepth, nodes: LIMITS.jsonNodes });
  assert.ok(doc.ok);
  const { statement } = answerIn(doc.value.root);
  for (const text of [statement?.reason ?? '', statement?.ticket ?? ''])
    assert.ok(text.length >= LIMITS.approvalReasonChars && text.length < 10_000, `${text.length}`);
});
