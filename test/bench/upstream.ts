/** The MCP server of the benchmark: answers every request with the same 2 KB tool result. Port on argv, 127.0.0.1. */
import { createServer } from 'node:http';
import { ANSWER_RESULT } from './bench-answer.ts';

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { id } = JSON.parse(Buffer.concat(chunks).toString()) as { id: number };
    const body = `{"jsonrpc":"2.0","id":${id},"result":${ANSWER_RESULT}}`;
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  });
}).listen(Number(process.argv[2]), '127.0.0.1', () => process.stdout.write('ready\n'));
