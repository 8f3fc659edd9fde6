/**
 * The cookie that names a browser's session. By https it has the prefix `__Host-` (RFC 6265bis section 4.1.3.2), so that no
 * other host and no page without TLS can plant one; by http, to this machine only, there is no such help.
 */

import type { Headers } from '#gateway/call.ts';

export type SessionCookie = {
  readonly name: string;
  /** What `Set-Cookie` says to begin with this value, and to forget it. */
  set(value: string): string;
  readonly clear: string;
  /** Undefined when there is none, when there are two (one of them is planted), or when it is none of ours. */
  read(headers: Headers): string | undefined;
  /** Whether the request has one at all, of whatever value. */
  isShown(headers: Headers): boolean;
};

/** 32 bytes as base64url. */
const VALUE = /^[\w-]{43}$/;

function valuesOf(name: string, headers: Headers): readonly string[] {
  return (headers.get('cookie') ?? [])
    .flatMap((line) => line.split(';'))
    .flatMap((pair) => {
      const [own = '', value = ''] = pair.split('=', 2);
      return own.trim() === name ? [value.trim()] : [];
    });
}

/** @param publicUrl where browsers find the gateway */
export function createSessionCookie(publicUrl: string): SessionCookie {
  const isSecure = new URL(publicUrl).protocol === 'https:';
  const name = isSecure ? '__Host-gatebook' : 'gatebook';
  // Lax: a link from elsewhere, such as a client's, finds the person signed in; a form or a script from there does not.
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  return {
    name,
    set: (value) => `${name}=${value}; ${attributes}`,
    clear: `${name}=; ${attributes}; Max-Age=0`,
    read(headers) {
      const values = valuesOf(name, headers);
      const [value] = values;
      return values.length === 1 && value !== undefined && VALUE.test(value) ? value : undefined;
    },
    isShown: (headers) => valuesOf(name, headers).length > 0,
  };
}
