/** The parts of oidc-provider (which ships no types) that the demo issuer uses. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export type JwtParts = { header: Record<string, unknown> | undefined; payload: Record<string, unknown> };
  export type GrantContext = {
    readonly oidc: {
      readonly client: { readonly clientId: string };
      readonly params: Readonly<Record<string, string | undefined>>;
    };
    body: unknown;
  };
  export type AccessTokenModel = { resourceServer?: object; save(): Promise<string>; readonly expiration: number };
  export type GrantModel = { addOIDCScope(scope: string): void; save(): Promise<string> };
  export type InteractionModel = { readonly uid: string; readonly prompt: { readonly name: string } };
  export type InteractionOutcome =
    | { readonly login: { readonly accountId: string } }
    | { readonly error: string; readonly error_description: string };

  export class Provider {
    constructor(issuer: string, configuration: object);
    readonly AccessToken: new (properties: object) => AccessTokenModel;
    readonly Grant: new (properties: object) => GrantModel;
    callback(): (request: IncomingMessage, response: ServerResponse) => void;
    registerGrantType(
      name: string,
      handler: (context: GrantContext) => Promise<void>,
      parameters: readonly string[],
    ): void;
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<InteractionModel>;
    interactionFinished(request: IncomingMessage, response: ServerResponse, outcome: InteractionOutcome): Promise<void>;
    on(event: string, listener: (...details: readonly unknown[]) => void): void;
  }
  export const errors: { readonly InvalidGrant: new (detail: string) => Error };
}
