/**
 * A server over stdio that keeps every line it is sent in the file `argv[2]`, and answers each request with the lines of the file
 * `argv[3]`, in which ID and TOKEN stand for what the request has as its id and as its progress token.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [, , seenFile = '', answerFile = ''] = process.argv;

createInterface({ input: process.stdin }).on('line', (line) => {
  appendFileSync(seenFile, `${line}\n`);
  const id = /"id"\s*:\s*(\d+)/.exec(line)?.[1];
  if (id === undefined) return;
  const token = /"progressToken"\s*:\s*([^,}\s]+)/.exec(line)?.[1] ?? 'null';
  process.stdout.write(readFileSync(answerFile, 'utf8').replaceAll('ID', id).replaceAll('TOKEN', token));
});
