/**
 * A process of its own that opens connections to 127.0.0.1 and does nothing with them. Arguments: port, count. Prints
 * `open <n>` when all are; ends with its standard input. From several loopback addresses, as of several sources.
 */
import { connect } from 'node:net';

const [port = 0, count = 0] = process.argv.slice(2).map(Number);
const AT_ONCE = 250;
const SOURCES = 8;

const openOne = (at: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.1.${1 + (at % SOURCES)}` });
    socket.once('connect', resolve);
    socket.once('error', reject);
  });

for (let at = 0; at < count; at += AT_ONCE) {
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - at) }, (_, more) => openOne(at + more)));
}
process.stdout.write(`open ${count}\n`);
process.stdin.once('end', () => process.exit(0));
process.stdin.resume();
