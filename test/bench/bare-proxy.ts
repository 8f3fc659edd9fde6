/** A proxy that does nothing but proxy: node:http in front, undici behind. What any Node gateway pays at least. */
import { createServer } from 'node:http';
import { Agent } from 'undici';

const [port, upstream] = [Number(process.argv[2]), process.argv[3] ?? ''];
const agent = new Agent({ connections: 256, pipelining: 1 });

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    void (async () => {
      try {
        const answer = await agent.request({
          origin: upstream,
          path: '/mcp',
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: Buffer.concat(chunks),
        });
        const body = Buffer.from(await answer.body.arrayBuffer());
        response.writeHead(answer.statusCode, { 'content-type': 'application/json', 'content-length': body.length });
        response.end(body);
      } catch {
        response.writeHead(502).end();
      }
    })();
  });
}).listen(port, '127.0.0.1', () => process.stdout.write('ready\n'));
