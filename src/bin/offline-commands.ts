/** Every command but `serve`, in the order of the help. */
import type { Command } from 'commander';
import { register as breakGlass } from '#cli/break-glass.ts';
import { register as clientsDecide } from '#cli/clients-decide.ts';
import { register as clientsList } from '#cli/clients-list.ts';
import { register as clientsShow } from '#cli/clients-show.ts';
import { register as configCheck } from '#cli/config-check.ts';
import { register as approvalsDecide } from '#cli/approvals-decide.ts';
import { register as approvalsList } from '#cli/approvals-list.ts';
import { register as approvalsWatch } from '#cli/approvals-watch.ts';
import { register as approvalsState } from '#cli/approvals-state.ts';
import { register as configExplain } from '#cli/config-explain.ts';
import { register as configSchema } from '#cli/config-schema.ts';
import { register as connect } from '#cli/connect.ts';
import { register as definitionsAccept } from '#cli/definitions-accept.ts';
import { register as definitionsList } from '#cli/definitions-list.ts';
import { register as definitionsShow } from '#cli/definitions-show.ts';
import { register as eventsExport } from '#cli/events-export.ts';
import { register as eventsSearch } from '#cli/events-search.ts';
import { register as eventsShow } from '#cli/events-show.ts';
import { register as eventsTail } from '#cli/events-tail.ts';
import type { CliIo } from '#cli/io.ts';
import { register as keysCreate } from '#cli/keys-create.ts';
import { register as keysList } from '#cli/keys-list.ts';
import { register as keysRevoke } from '#cli/keys-revoke.ts';
import { register as ledgerBackup } from '#cli/ledger-backup.ts';
import { register as ledgerCheckpoint } from '#cli/ledger-checkpoint.ts';
import { register as ledgerExport } from '#cli/ledger-export.ts';
import { register as ledgerReindex } from '#cli/ledger-reindex.ts';
import { register as ledgerVerify } from '#cli/ledger-verify.ts';
import { register as login } from '#cli/login.ts';
import { register as logout } from '#cli/logout.ts';
import { register as mask } from '#cli/mask.ts';
import { register as policyTest } from '#cli/policy-test.ts';
import { register as revoke } from '#cli/revoke.ts';
import { register as sessionsList } from '#cli/sessions-list.ts';
import { register as sessionsShow } from '#cli/sessions-show.ts';

export const OFFLINE_COMMANDS: readonly ((program: Command, io: CliIo) => void)[] = [
  configCheck,
  configExplain,
  configSchema,
  policyTest,
  eventsSearch,
  eventsShow,
  eventsExport,
  eventsTail,
  sessionsList,
  sessionsShow,
  ledgerVerify,
  ledgerExport,
  ledgerCheckpoint,
  ledgerBackup,
  ledgerReindex,
  mask,
  definitionsList,
  definitionsShow,
  definitionsAccept,
  keysCreate,
  keysList,
  keysRevoke,
  clientsList,
  clientsShow,
  clientsDecide,
  approvalsList,
  approvalsWatch,
  approvalsState,
  approvalsDecide,
  revoke,
  breakGlass,
  login,
  logout,
  connect,
];
