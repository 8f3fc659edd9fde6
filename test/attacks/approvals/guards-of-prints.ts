/** What a yes is for: all of it is in the fingerprint. */
import type { Guard } from '../identity/guards.ts';
import { without } from '../transport/guard-patches.ts';

const PRINT = 'src/approvals/fingerprint.ts';
const parts = (left: string) => without(PRINT, '[kind, caller, connection, method, name, policy]', `[${left}]`);
const params = (leftOut: string) => without(PRINT, 'new Set(leftOut)', `new Set([...leftOut, '${leftOut}'])`);

export const PRINT_GUARDS: readonly Guard[] = [
  {
    guard: 'the arguments are in the fingerprint, byte for byte',
    attacks: ['arguments-swapped', 'number-beyond-2-53', 'number-spelled', 'argument-added', 'value-twin'],
    patches: [params('arguments')],
  },
  {
    guard: 'the arguments are in the fingerprint as spelled, not as JavaScript reads them',
    attacks: ['number-beyond-2-53', 'number-spelled'],
    patches: [
      without(
        PRINT,
        'put(doc.text.slice(keyStart, value.end));',
        'put(`${key} ${JSON.stringify(JSON.parse(doc.text.slice(value.start, value.end)))} ${keyStart > 0}`);',
      ),
    ],
  },
  {
    guard: 'no object has a key twice',
    attacks: ['key-twice'],
    patches: [without('src/mcp/json.ts', 'if (!this.#isLenient && isRepeated(', 'if (this.#isLenient && isRepeated(')],
  },
  {
    guard: 'the name is in the fingerprint',
    attacks: ['name-twin', 'other-tool'],
    patches: [
      parts('kind, caller, connection, method, policy'),
      without(PRINT, ', name, policy, definition }', ', policy, definition }'),
      params('name'),
    ],
  },
  {
    guard: 'the connection is in the fingerprint',
    attacks: ['connection-swapped'],
    patches: [
      parts('kind, caller, method, name, policy'),
      without(PRINT, 'client, connection, method', 'client, method'),
    ],
  },
  {
    guard: 'the caller is in the fingerprint',
    attacks: ['other-caller'],
    patches: [
      parts('kind, connection, method, name, policy'),
      without(PRINT, 'const { caller, client,', 'const { client,'),
    ],
  },
  {
    guard: 'the client is in the fingerprint',
    attacks: ['other-client'],
    patches: [
      without(PRINT, 'of [client, definition]', 'of [definition]'),
      without(PRINT, 'caller, client, connection, method, name', 'caller, connection, method, name'),
    ],
  },
  {
    guard: '`_meta` is in the fingerprint',
    attacks: ['meta-added'],
    patches: [without(PRINT, '  if (hasMeta) putMembers(doc, meta, OWN_META, put);\n', '  void OWN_META;\n')],
  },
  {
    guard: 'a state that nobody gave, and answers nobody asked for, are in the fingerprint',
    attacks: ['states-added', 'state-forged'],
    patches: [
      without(
        PRINT,
        '...(isContinued === true ? FURTHER_ROUNDS : [])',
        '...(isContinued === undefined ? FURTHER_ROUNDS : FURTHER_ROUNDS)',
      ),
    ],
  },
  {
    guard: 'a state is for the call it was given for, and what goes up is what was agreed to',
    attacks: ['state-of-other-arguments'],
    patches: [
      without(
        'src/gateway/steps/await-approval.ts',
        "!isSamePrint(Buffer.from(round.print, 'base64url'), fingerprint)",
        "isSamePrint(Buffer.from(round.print, 'latin1'), fingerprint)",
      ),
      without(
        'src/gateway/steps/inject-credential.ts',
        '  if (!isWhatWasApproved(call, gateway))',
        '  if (!isWhatWasApproved(call, gateway) && call.approval === undefined)',
      ),
    ],
  },
  {
    guard: 'a state is for the caller it was given to',
    attacks: ['state-of-another'],
    patches: [
      without(
        'src/gateway/steps/open-hold-state.ts',
        'if (state.caller !== callerKey(verified.caller))',
        "if (callerKey(verified.caller) === '')",
      ),
    ],
  },
];
