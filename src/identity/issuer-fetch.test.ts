import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fetchIssuerDocument, TIMED_OUT } from '#identity/issuer-fetch.ts';
import { LIMITS } from '#limits.ts';
import { startFakeIssuer } from '#test/fakes/issuer.ts';
import type { FakeIssuer, FakeIssuerMode } from '#test/fakes/issuer.ts';

const never = new AbortController().signal;
const outcome = async (url: string, signal = never): Promise<string> => {
  const fetched = await fetchIssuerDocument(url, { fetch, limits: LIMITS, signal });
  if (fetched.ok) return 'fetched';
  return fetched.error.reason === 'status' ? `status ${fetched.error.status}` : fetched.error.reason;
};

describe('document of an issuer', () => {
  let issuer: FakeIssuer;
  before(async () => {
    issuer = await startFakeIssuer();
  });
  after(() => issuer.close());
  const inMode = (mode: FakeIssuerMode, signal = never): Promise<string> => {
    issuer.mode = mode;
    return outcome(issuer.jwksUri, signal);
  };

  it('is fetched as it is', async () => {
    issuer.mode = 'ok';
    const fetched = await fetchIssuerDocument(issuer.jwksUri, { fetch, limits: LIMITS, signal: never });
    assert.ok(fetched.ok);
    assert.match(fetched.value.toString(), /"keys":\[/);
  });

  it('is not looked for behind a redirect', async () => {
    assert.equal(await inMode('redirect'), 'redirected');
  });

  it('is refused with any status but 200', async () => {
    assert.equal(await inMode('error'), 'status 500');
    assert.equal(await outcome(`${issuer.url}/nothing`), 'status 404');
  });

  it('of 10 MB is refused', async () => {
    assert.equal(await inMode('huge'), 'too_large');
  });

  it('is measured after decompression', async () => {
    const packed = gzipSync(Buffer.alloc(LIMITS.issuerDocumentBytes + 1));
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length }).end(packed);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      assert.equal(await outcome(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`), 'too_large');
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('is given up when time is up, before the headers and in the middle of the body', async () => {
    for (const mode of ['slow', 'trickle'] as const) {
      const deadline = new AbortController();
      const seen = issuer.fetches.jwks;
      const waiting = inMode(mode, deadline.signal);
      while (issuer.fetches.jwks === seen) await new Promise(setImmediate);
      deadline.abort(TIMED_OUT);
      assert.equal(await waiting, 'timed_out', mode);
    }
  });

  it('is given up when the gateway stops', async () => {
    assert.equal(await inMode('slow', AbortSignal.abort('stopped')), 'stopped');
  });

  it('is never asked for over plain http beyond this machine', async () => {
    let asked = 0;
    const counting = async (): Promise<Response> => {
      asked += 1;
      return new Response('{}');
    };
    const fetched = await fetchIssuerDocument('http://idp.example.com/jwks', {
      fetch: counting,
      limits: LIMITS,
      signal: never,
    });
    assert.deepEqual(fetched, { ok: false, error: { reason: 'url_refused' } });
    assert.equal(asked, 0);
  });

  it('is unreachable when nobody listens', async () => {
    const gone = await startFakeIssuer({ algorithm: 'ES256' });
    await gone.close();
    assert.equal(await outcome(gone.jwksUri), 'unreachable');
  });
});
