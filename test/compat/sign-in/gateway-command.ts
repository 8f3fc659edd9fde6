/**
 * A whole Gatebook in a process of its own, for people who sign in. Two things are not as `gatebook serve` has them: the
 * host of client documents is found on loopback, and its clock is put on when it is told to, since a token lasts ten minutes.
 */
import { readFileSync } from 'node:fs';
import { composeGateway } from '../../../src/bin/compose.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { nodeDisk } from '../../../src/ledger/node-disk.ts';

export type GatewayOrder = {
  readonly file: string;
  readonly port: number;
  readonly ca: string;
  readonly aheadMs: number;
};

const order = JSON.parse(process.argv[2] ?? '') as GatewayOrder;
const systemNow = Date.now.bind(Date);
let { aheadMs } = order;
Date.now = () => systemNow() + aheadMs;

const loaded = loadConfig({
  file: order.file,
  text: readFileSync(order.file, 'utf8'),
  env: process.env,
  readFile: (path) => readFileSync(path, 'utf8'),
});
if (!loaded.ok) throw new Error(loaded.error.map(({ line, message }) => `${line}: ${message}`).join('\n'));
const line = (...words: readonly unknown[]): void => console.error(...words);
const composed = await composeGateway({
  loaded: loaded.value,
  disk: nodeDisk,
  log: { debug: () => undefined, info: () => undefined, warn: line, error: line },
  env: { PATH: process.env['PATH'] },
  documentNetwork: { resolve: async () => ['127.0.0.1'], ca: order.ca },
});
if (!composed.ok) throw new Error(composed.error.message);
const gateway = composed.value;
gateway.server.listen(order.port, '127.0.0.1', () => process.stdout.write('listening\n'));
process.on('message', (ahead) => {
  aheadMs = Number(ahead);
  process.send?.('moved');
});
process.once('SIGTERM', () => void gateway.stop().then(() => process.exit(0)));
