import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answersFor, isAsking, isSamePerson } from '#approvals/people.ts';
import { anApprovalRequest, OKTA } from '#test/fakes/approval.ts';

const person = (subject: string, issuer = OKTA) => ({ issuer, subject });
const ADA_AT_ENTRA = person('a-17', 'https://entra.example');

test('two identities are one person only when they are the same, or one list names both', () => {
  assert.equal(isSamePerson(person('ada'), person('ada'), []), true);
  assert.equal(isSamePerson(person('ada'), person('ada', 'https://entra.example'), []), false);
  assert.equal(isSamePerson(person('ada'), ADA_AT_ENTRA, [[person('ada'), ADA_AT_ENTRA]]), true);
  assert.equal(isSamePerson(person('ada'), ADA_AT_ENTRA, [[person('ada')], [ADA_AT_ENTRA]]), false);
});

test('a request is the matter of who asks, who answers for the account and who made its key; only the first two can say why', () => {
  const { requester } = anApprovalRequest();
  const account = { ...requester, owner: person('olga'), keyMaker: person('max') };
  assert.deepEqual(
    ['ada', 'olga', 'max', 'grace'].map((name) => isAsking(account, person(name), [])),
    [true, true, true, false],
  );
  assert.deepEqual(
    ['ada', 'olga', 'max', 'grace'].map((name) => answersFor(account, person(name), [])),
    [true, true, false, false],
  );
  assert.equal(isAsking(requester, ADA_AT_ENTRA, [[person('ada'), ADA_AT_ENTRA]]), true);
});
