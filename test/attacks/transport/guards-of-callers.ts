/** What stands between one caller and what is another’s. */
import type { Guard, Patch } from '../identity/guards.ts';
import { unmasked, without } from './guard-patches.ts';

const UNDERSTAND = 'src/gateway/steps/understand.ts';
const RESPOND = 'src/gateway/steps/respond.ts';
const KEEP = 'src/gateway/steps/keep-to-caller.ts';
const BIND = 'src/gateway/steps/bind-answer.ts';
const BINDINGS = 'src/bindings/bindings.ts';
const FOLLOW = 'src/gateway/steps/follow-binding.ts';
const EVENT_IDS = 'src/gateway/event-ids.ts';
const CONVERSATION = 'src/upstream/conversation.ts';
const MESSAGE_DECISION = 'src/policy/message-decision.ts';

const everybodysTasks: Patch = without(
  BINDINGS,
  '      const own = rows.find((row) => ids.owner.equals(row.owner));\n',
  '      const own = rows[0];\n',
);

const keptBackNowhere: Patch = without(
  KEEP,
  '    return ok(reason === undefined ? understood : { ...understood, keptBack: reason });',
  '    void reason;\n    return ok(understood);',
);

export const BINDING_GUARDS: readonly Guard[] = [
  {
    guard: 'a task is its caller’s alone',
    attacks: [
      'task-get',
      'task-result',
      'task-cancel',
      'task-get-modern',
      'task-update',
      'task-listen',
      'task-after-restart',
      'task-list',
      'task-news',
      'task-question',
    ],
    patches: [everybodysTasks],
  },
  {
    guard: 'a task nobody was given is nobody’s',
    attacks: ['task-unknown'],
    patches: [
      without(
        FOLLOW,
        "    if (looked.value.whose !== 'own') return err(unknownTask(call, message, looked.value.whose));\n    makers.push(looked.value.made);\n",
        "    makers.push(looked.value.whose === 'own' ? looked.value.made : { call: '', method: 'tools/call', name: 'get_note' });\n    void unknownTask;\n",
      ),
    ],
  },
  {
    guard: 'the id of a living task is not given out again',
    attacks: ['task-taken-over'],
    patches: [
      without(
        'src/store/binding-table.ts',
        "      return 'taken';\n",
        "      database.prepare('DELETE FROM bindings WHERE digest = ?').run(digest);\n",
      ),
    ],
  },
  {
    guard: 'a task is bound to the call that made it',
    attacks: ['task-result-secret', 'task-list'],
    patches: [
      without(
        BIND,
        '  return made === undefined ? ok(understood) : bind(understood, made, gateway);',
        '  void bind;\n  void made;\n  return ok(understood);',
      ),
    ],
  },
  {
    guard: 'news and questions are kept back from all but their caller',
    attacks: ['task-news', 'task-question', 'news-of-unreadable'],
    patches: [keptBackNowhere],
  },
  {
    guard: 'what is kept back is not released',
    attacks: ['task-news'],
    patches: [without(RESPOND, "answer.role === 'late' || answer.keptBack !== undefined", "answer.role === 'late'")],
  },
  {
    guard: 'a task is permitted as its call is',
    attacks: ['task-past-policy'],
    patches: [
      without(
        'src/policy/policy.ts',
        '  const { method, name } = input.follows ?? input;\n',
        "  const { method, name } = input.follows === undefined ? input : { method: 'tools/call', name: 'get_note' };\n",
      ),
    ],
  },
  {
    guard: 'a state is its caller’s, for its call, at its connection',
    attacks: ['state-of-another', 'state-for-another-tool', 'state-at-another-connection'],
    patches: [everybodysTasks],
  },
  {
    guard: 'a call made again is authorised again',
    attacks: ['state-past-policy'],
    patches: [
      without(
        'src/gateway/steps/await-approval.ts',
        "      return err({ code: 'denied', reason: decision.reason, decision });\n",
        '      return ok({ ...call, approval: undefined });\n',
      ),
      without(
        'src/gateway/steps/authorize.ts',
        "  if (decision.effect === 'deny') {\n",
        "  const isRetry = call.message.kind === 'request' && call.follows !== undefined;\n  if (decision.effect === 'deny' && !isRetry) {\n",
      ),
    ],
  },
];

const anybodysSession: Patch = without(
  'src/gateway/sessions.ts',
  'held === undefined || held.caller !== owner.caller || held.connection !== owner.connection',
  'held === undefined',
);

export const CALLER_GUARDS: readonly Guard[] = [
  {
    guard: 'a session is its caller’s',
    attacks: ['session-post', 'session-delete'],
    patches: [anybodysSession],
  },
  {
    guard: 'who subscribes must be allowed to read',
    attacks: ['subscribe-unreadable'],
    patches: [
      without(
        'src/policy/method-use.ts',
        '  if (READS_RESOURCE.has(method)) return resourceUse(name);\n',
        "  if (READS_RESOURCE.has(method)) return { kind: 'implicit', method, name: '' };\n",
      ),
    ],
  },
  {
    guard: 'so must who listens, for each resource',
    attacks: ['listen-unreadable'],
    patches: [
      without(
        MESSAGE_DECISION,
        '  for (const uri of message.subscribedUris) {\n',
        '  for (const uri of message.subscribedUris.slice(0, 1)) {\n',
      ),
    ],
  },
];

const someoneIsMeant: readonly Patch[] = [
  without(
    CONVERSATION,
    'this.#open.size !== 1 || this.#abandoned.size > 0 || this.#parts.speaker.caller === undefined',
    'this.#open.size !== 1',
  ),
];

const answersAnything: Patch = without(
  'src/gateway/steps/claim-asked.ts',
  '  if (idKey !== undefined && gateway.asked.answer({ binding, idKey })) return ok(call);\n',
  '  if (idKey !== undefined || binding === gateway.publicUrl) return ok(call);\n',
);

export const LISTENING_GUARDS: readonly Guard[] = [
  {
    guard: 'a stream of no call brings no answers',
    attacks: ['listen-answer-of-another'],
    patches: [
      without(
        UNDERSTAND,
        "  if (asked === undefined) return isJson && message.idText === undefined ? 'final' : 'late';\n",
        "  if (asked === undefined) return 'during';\n",
      ),
    ],
  },
  {
    guard: 'what comes on such a stream, or on a resumed one, is masked like any answer',
    attacks: ['listen-secret', 'resumed-secret'],
    patches: [unmasked],
  },
  {
    guard: 'and kept back like any news',
    attacks: ['listen-task-news', 'listen-news-unreadable'],
    patches: [keptBackNowhere],
  },
  {
    guard: 'no two questions under one id',
    attacks: ['listen-question-twice'],
    patches: [
      without(
        'src/gateway/asked-ids.ts',
        '      if (before !== undefined && !(isReplay && before.call === call)) return false;\n',
        '      void isReplay;\n',
      ),
    ],
  },
  {
    guard: 'who listens, listens in a session of their own',
    attacks: ['listen-session-of-another'],
    patches: [anybodysSession],
  },
  {
    guard: 'a client answers what it was asked',
    attacks: ['answer-to-question-of-another'],
    patches: [answersAnything],
  },
  {
    guard: 'an event id is of the session it was given to, and so is its call (both)',
    attacks: ['event-id-of-another'],
    patches: [
      without(
        EVENT_IDS,
        '{ authTagLength: TAG_BYTES }).setAAD(Buffer.from(binding));',
        '{ authTagLength: TAG_BYTES });',
      ),
      without(EVENT_IDS, '        .setAAD(Buffer.from(binding))\n        .setAuthTag', '        .setAuthTag'),
      without(
        'src/gateway/resumable-calls.ts',
        '    return entry?.binding === binding ? entry : undefined;\n',
        '    return entry;\n',
      ),
    ],
  },
  {
    guard: 'event ids of servers are not shown, nor taken',
    attacks: ['event-id-of-the-server'],
    patches: [
      without(
        'src/gateway/steps/find-resumption.ts',
        'gateway.eventIds.open(binding, lastId);',
        '(gateway.eventIds.open(binding, lastId) ?? { call: undefined, upstreamId: lastId });',
      ),
    ],
  },
];

export const SHARED_GUARDS: readonly Guard[] = [
  {
    guard: 'on a shared process nobody is taken for whom a question is for',
    attacks: ['shared-question'],
    patches: someoneIsMeant,
  },
  {
    guard: 'nor for whom news are for',
    attacks: ['shared-news'],
    patches: someoneIsMeant,
  },
  {
    guard: 'only who was asked may answer (both)',
    attacks: ['shared-answer-unasked'],
    patches: [
      answersAnything,
      without(
        CONVERSATION,
        '    if (idText === undefined || asked === undefined || !isSameSender(asked, request))\n',
        '    if (idText === undefined)\n',
      ),
    ],
  },
  {
    guard: 'only who made a call may cancel it',
    attacks: ['shared-cancel'],
    patches: [without(CONVERSATION, 'call.idKey === idKey && isSameSender(call, request)', 'call.idKey === idKey')],
  },
  {
    guard: 'news of a subscription go to who made it',
    attacks: ['shared-subscription-id'],
    patches: [
      without(
        CONVERSATION,
        '    if (call !== undefined) call.messages.push(restored(doc, wireId, call), false);\n',
        '    if (call !== undefined) for (const other of this.#open.values()) other.messages.push(restored(doc, wireId, other), false);\n',
      ),
    ],
  },
];
