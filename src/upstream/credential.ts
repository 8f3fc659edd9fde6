/**
 * The credential Gatebook shows an upstream, as header fields. It refuses to know where a secret comes from
 * (config/secrets.ts) and what the caller sent: nothing of the caller reaches these headers (P5).
 */
import { err, ok, unreachable } from '#result.ts';
import type { Result } from '#result.ts';
import type { CredentialHeader } from '#upstream/port.ts';

/** `Secret` of config/secrets.ts. */
export type Revealable = { reveal(): string };

export type Credential =
  | { readonly type: 'bearer'; readonly secret: Revealable }
  | { readonly type: 'basic'; readonly username: string; readonly secret: Revealable }
  | { readonly type: 'header'; readonly name: string; readonly secret: Revealable };

/** Never contains the secret. */
export type CredentialRefusal = {
  readonly code: 'header_name' | 'header_value' | 'username';
  readonly message: string;
};

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** RFC 6750 section 2.1 `b64token`; what is outside of it could end the header or start another parameter. */
const BEARER = /^[A-Za-z0-9\-._~+/]+=*$/;
/** RFC 9110 section 5.5 without obs-text: visible ASCII, with spaces and tabs only inside. CR, LF and NUL end a header. */
const FIELD_VALUE = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/;
/** RFC 7617 section 2: neither part holds control characters. */
const CONTROL = /[\x00-\x1f\x7f]/;

/**
 * Fields a credential cannot be, because they frame the message (RFC 9110 section 7.6.1 and RFC 9112) or are how the
 * transport says what is being called (MCP 2026-07-28, Streamable HTTP), so a secret there would change the call.
 */
const RESERVED = new Set(
  [
    'connection proxy-connection keep-alive te trailer transfer-encoding upgrade expect host content-length content-type',
    'content-encoding accept accept-encoding last-event-id user-agent proxy-authenticate www-authenticate set-cookie',
    'traceparent tracestate baggage',
  ].flatMap((names) => names.split(' ')),
);

/** @returns the header fields to inject, names in lower case; refused when they would not be exactly one well-formed field. */
export function credentialHeaders(credential: Credential): Result<readonly CredentialHeader[], CredentialRefusal> {
  const secret = credential.secret.reveal();
  switch (credential.type) {
    case 'bearer':
      if (!BEARER.test(secret))
        return err({ code: 'header_value', message: 'the bearer token has characters outside RFC 6750 b64token' });
      return ok([['authorization', `Bearer ${secret}`]]);
    case 'basic':
      return basic(credential.username, secret);
    case 'header':
      return custom(credential.name, secret);
    default:
      return unreachable(credential);
  }
}

function basic(username: string, secret: string): Result<readonly CredentialHeader[], CredentialRefusal> {
  if (username === '' || username.includes(':') || CONTROL.test(username)) {
    return err({ code: 'username', message: 'a basic user name is not empty and has no ":" or control character' });
  }
  if (secret === '' || CONTROL.test(secret)) {
    return err({ code: 'header_value', message: 'the basic password is empty or has a control character' });
  }
  return ok([['authorization', `Basic ${Buffer.from(`${username}:${secret}`, 'utf8').toString('base64')}`]]);
}

function custom(spelledName: string, secret: string): Result<readonly CredentialHeader[], CredentialRefusal> {
  const name = spelledName.toLowerCase();
  if (!TOKEN.test(name)) return err({ code: 'header_name', message: 'the header name is not an RFC 9110 token' });
  if (RESERVED.has(name) || name.startsWith('mcp-')) {
    return err({
      code: 'header_name',
      message: `the header ${name} belongs to the transport and cannot be a credential`,
    });
  }
  if (!FIELD_VALUE.test(secret)) {
    return err({
      code: 'header_value',
      message: 'the header value is empty, or has characters other than visible ASCII and inner spaces',
    });
  }
  return ok([[name, secret]]);
}
