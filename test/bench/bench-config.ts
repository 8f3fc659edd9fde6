/** The configuration and the call of the benchmark. */
export const REQUEST_BODY =
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_tickets","arguments":{"queue":"parcels","limit":14}}}';

export const gatewayConfig = (site: {
  readonly port: number;
  readonly upstreamPort: number;
  readonly issuer: string;
  readonly audience: string;
  readonly workers: number;
}): string => `version: 1
deployment: bench
server: { listen: 127.0.0.1:${site.port}, workers: ${site.workers} }
data: ./data-${site.workers}
issuers: { idp: { preset: okta, issuer: "${site.issuer}", audiences: ["${site.audience}"] } }
connections:
  tickets:
    upstream: { type: http, url: "http://127.0.0.1:${site.upstreamPort}/mcp" }
    credential: { type: bearer, secret: env:BENCH_CREDENTIAL }
levels: { read: { allow: ["tools/call:list_*", "tools/call:get_*"] } }
grants: [{ clients: ["idp:bench-client"], connections: [tickets], level: read }]
rules:
  - { name: no-deletes, when: 'method == "tools/call" && name.startsWith("delete_")', then: deny }
  - { name: small-pages, when: 'has(args.limit) && args.limit > 1000', then: deny }
masking: { inline: { detectors: [SECRET], connections: ["*"] } }
limits: { callerCallsPerMinute: 10000000, callerCallsBurst: 1000000 }  # one caller is the whole load
`;
