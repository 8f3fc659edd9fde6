/** Every command that needs no running gateway, in the order of the help. */
import type { Command } from 'commander';
import { register as ledgerCheckpoint } from '#cli/ledger-checkpoint.ts';
import { register as ledgerExport } from '#cli/ledger-export.ts';
import { register as ledgerVerify } from '#cli/ledger-verify.ts';
import type { CliIo } from '#cli/io.ts';

export const OFFLINE_COMMANDS: readonly ((program: Command, io: CliIo) => void)[] = [
  ledgerVerify,
  ledgerExport,
  ledgerCheckpoint,
];
