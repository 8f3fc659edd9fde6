/** The parts of oidc-provider (which ships no types) that are used: by the authorization server and by the demo issuer. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export type JwtParts = { header: Record<string, unknown> | undefined; payload: Record<string, unknown> };
  export type Params = Record<string, string | readonly string[] | undefined>;

  /** Metadata of RFC 7591, in camel case. */
  export type Client = {
    readonly clientId: string;
    readonly clientName?: string;
    readonly clientUri?: string;
    readonly logoUri?: string;
    readonly clientAuthMethod: string;
    readonly redirectUris: readonly string[];
    grantTypeAllowed(type: string): boolean;
    metadata(): Record<string, unknown>;
  };
  export type Model = {
    readonly jti: string;
    readonly kind: string;
    readonly accountId?: string;
    readonly clientId?: string;
    readonly consumed?: unknown;
  };
  export type AccessTokenModel = { resourceServer?: object; save(): Promise<string>; readonly expiration: number };
  export type GrantModel = {
    addOIDCScope(scope: string): void;
    addResourceScope(resource: string, scope: string): void;
    save(): Promise<string>;
  };
  export type InteractionModel = {
    readonly uid: string;
    readonly params: Params;
    readonly deviceCode?: string;
  };

  export type InteractionOutcome =
    | { readonly login: { readonly accountId: string } }
    | { readonly error: string; readonly error_description: string };

  /** Koa's context, as far as it is used. */
  export type Context = {
    readonly path: string;
    readonly method: string;
    readonly ip: string;
    status: number;
    body: unknown;
    type: string;
    set(headers: Readonly<Record<string, string>>): void;
  };
  export type OidcContext = Context & {
    readonly oidc: {
      readonly route: string;
      readonly client?: Client;
      readonly params: Params;
      readonly entities: Readonly<Record<string, Model | undefined>> & { readonly Account?: object };
      readonly resourceServers: Readonly<Record<string, unknown>>;
      readonly result?: { readonly login?: unknown; readonly consent?: { readonly grantId?: string } };
      readonly session?: { readonly state?: { readonly secret?: string } };
    };
  };
  /** What Koa's middleware around the library sees. */
  export type RequestContext = Context & {
    /** Of an unfinished request not all of it is there. */
    readonly oidc: Partial<Pick<OidcContext['oidc'], 'client' | 'params'>>;
    readonly response: { get(name: string): string };
    redirect(to: string): void;
    remove(name: string): void;
  };
  export type GrantContext = {
    readonly oidc: {
      readonly client: { readonly clientId: string };
      readonly params: Readonly<Record<string, string | undefined>>;
    };
    body: unknown;
  };

  export class Provider {
    constructor(issuer: string, configuration: object);
    static readonly ctx: OidcContext | undefined;
    /** Koa's: believes `X-Forwarded-*`. */
    proxy: boolean;
    readonly AccessToken: new (properties: object) => AccessTokenModel;
    readonly Grant: (new (properties: object) => GrantModel) & { find(id: string): Promise<GrantModel | undefined> };
    readonly Client: {
      find(id: string): Promise<Client | undefined>;
      readonly prototype: { compareClientSecret(this: { readonly clientSecret?: string }, shown: string): boolean };
    };
    callback(): (request: IncomingMessage, response: ServerResponse) => void;
    use(middleware: (context: RequestContext, next: () => Promise<void>) => Promise<void>): void;
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<InteractionModel>;
    interactionResult(request: IncomingMessage, response: ServerResponse, result: object): Promise<string>;
    interactionFinished(request: IncomingMessage, response: ServerResponse, outcome: InteractionOutcome): Promise<void>;
    registerGrantType(
      name: string,
      handler: (context: GrantContext) => Promise<void>,
      parameters: readonly string[],
    ): void;
    on(event: string, listener: (...details: readonly unknown[]) => void): void;
  }
  type ErrorClass = new (description?: string) => Error & { statusCode: number; expose: boolean };
  export const errors: {
    readonly InvalidGrant: new (detail?: string) => Error;
    readonly InvalidClientMetadata: new (description: string) => Error;
    readonly InvalidClientAuth: new (detail?: string) => Error;
    readonly InvalidTarget: ErrorClass;
    readonly SessionNotFound: ErrorClass;
    readonly TemporarilyUnavailable: ErrorClass;
    readonly CustomOIDCProviderError: new (error: string, description: string) => Error & { statusCode: number };
  };

  export type Check = { readonly reason: string };
  export type Prompt = { readonly name: string; readonly checks: Check[] & { clear(): void; add(check: Check): void } };
  export const interactionPolicy: {
    readonly Check: new (
      reason: string,
      description: string,
      error: string,
      check: (context: OidcContext) => boolean,
    ) => Check;
    readonly Prompt: new (settings: { readonly name: string; readonly requestable: boolean }) => Prompt;
    readonly base: () => Prompt[] & { get(name: string): Prompt | undefined; add(prompt: Prompt, at?: number): void };
  };
}
