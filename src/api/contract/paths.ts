/** Every path of the API, once. `{name}` stands for one segment, as OpenAPI writes it. */
export const API_PATHS = {
  openApi: '/api/openapi.json',
  checkpoint: '/api/v1/checkpoint',
  revocations: '/api/v1/revocations',
  breakGlass: '/api/v1/break-glass',
  keys: '/api/v1/keys',
  key: '/api/v1/keys/{id}',
  clients: '/api/v1/clients',
  client: '/api/v1/clients/{id}',
  clientDecision: '/api/v1/clients/{id}/decision',
  definitions: '/api/v1/definitions',
  definition: '/api/v1/definitions/one',
  acceptances: '/api/v1/definitions/acceptances',
  approvals: '/api/v1/approvals',
  approval: '/api/v1/approvals/{id}',
  approvalDecision: '/api/v1/approvals/{id}/decision',
  events: '/api/v1/events',
  facets: '/api/v1/events/facets',
  histogram: '/api/v1/events/histogram',
  export: '/api/v1/events/export',
  tail: '/api/v1/events/tail',
  event: '/api/v1/events/{shard}/{index}',
  sessions: '/api/v1/sessions',
  session: '/api/v1/sessions/{id}',
  proof: '/api/v1/events/{shard}/{index}/proof',
} as const;

export type ApiPath = (typeof API_PATHS)[keyof typeof API_PATHS];
