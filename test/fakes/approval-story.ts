/** The records of one approval in a real book: asked, told, decided by a vote with its reason, used, answered. */
import type { Book } from '#test/fakes/book.ts';
import type { RecordHeader } from '#events/header.ts';
import type { LedgerEntry } from '#ledger/record.ts';
import type { Masked } from '#masking/masked.ts';
import { ALICE } from '#test/fakes/event-records.ts';
import { idOf } from '#test/fakes/gateway.ts';

export const STORY = `apr_${idOf(7)}`;
const GRACE = { issuer: ALICE.issuer, subject: 'grace', kind: 'person', groups: [] } as const;

const held = (approval: string): Pick<RecordHeader, 'decision'> => ({
  decision: { effect: 'hold', rule: 'hold-deletes', policy: '0123456789abcdef', approval },
});

export async function writeStory(
  book: Book,
  approval = STORY,
): Promise<{ readonly asked: number; readonly intent: number }> {
  let acts = 0;
  const act = async (st: string, header: RecordHeader, message?: object): Promise<number> => {
    acts += 1;
    const entry: LedgerEntry = {
      kind: 'control',
      call: idOf(100 + acts),
      ref: null,
      st,
      header: JSON.stringify({
        connection: 'crm',
        method: 'tools/call',
        name: 'delete_customer',
        ...held(approval),
        ...header,
      }) as Masked<string>,
      payload: message === undefined ? null : (Buffer.from(JSON.stringify(message)) as Masked<Buffer>),
      mask: { n: 0 },
      pol: '0123456789abcdef',
      subject: `${ALICE.issuer}\n${ALICE.subject}`,
    };
    const appended = await book.ledger.append(entry);
    if (!appended.ok) throw new Error(appended.error.reason);
    return appended.value.n;
  };
  const call = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'delete_customer', arguments: { id: 7 } },
  };
  const asked = await act(
    'approval_requested',
    { caller: ALICE, detail: { approvers: ['okta:leads'], needed: 1, expires: '2026-11-26T12:00:00.000Z' } },
    call,
  );
  await act('approval_told', { caller: GRACE, detail: { notifier: 'ops', kind: 'webhook' } });
  await act('approval_vote', { caller: GRACE, reason: 'ticket 17', detail: { vote: 'approve', scope: 'once' } });
  const intent = await book.begin('delete_customer', { id: 7 }, held(approval));
  await book.end(intent, 'gone');
  return { asked, intent };
}
