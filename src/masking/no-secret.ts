/**
 * What stands under the name of a secret and is none: `"auth": "basic"`, `"credentials": "include"`, a list of what secrets there
 * are. Everything else there is one, whatever it looks like.
 */
import type { JsonNode } from '#mcp/json.ts';

/** Types of JSON and of authentication, and words for yes, no and nothing. Nobody is let in by one of them. */
const WORDS: ReadonlySet<string> = new Set(
  (
    'string number integer boolean object array null none nil undefined true false yes no on off n/a required optional include omit same-origin ' +
    'enabled disabled basic bearer digest oauth oauth2 oidc saml mtls kerberos ntlm anonymous'
  ).split(' '),
);
/** `${TOKEN}`, `${{ secrets.TOKEN }}`, `{{ token }}`, `*****`. */
const STAND_IN = /^(?:\$\{[\w.:-]{1,64}\}|\$?\{\{[ \w.-]{1,64}\}\}|\*{3,64}|•{3,64})$/;
const WORD_CHARS_MAX = 72;

export const isNoSecret = (value: string): boolean =>
  value.length <= WORD_CHARS_MAX && (WORDS.has(value.toLowerCase()) || STAND_IN.test(value));

/** A member of this name is about a secret. */
const ABOUT =
  /^(?:name|names|type|kind|description|title|visibility|status|state|enabled|disabled|active|required|optional|provider|namespace|scopes?|algorithm|alg|version|arn|label|(?:total|key|secret)?count|total|page|perpage|\w*(?:createdat|updatedat|expiresat|rotatedat|deletedat|usedat|changedat|createddate|changeddate|rotateddate|accesseddate|lastrotated))$/;
const DEPTH_MAX = 4;

const isAbout = (key: string): boolean =>
  ABOUT.test(
    key
      .slice(0, 64)
      .toLowerCase()
      .replaceAll(/[-_. ]/g, ''),
  );

export function holdsNoSecret(node: JsonNode, depth = 0): boolean {
  switch (node.kind) {
    case 'string':
      return isNoSecret(node.value);
    case 'number':
      return false;
    case 'array':
      return depth < DEPTH_MAX && node.items.every((item) => item.kind === 'object' && holdsNoSecret(item, depth + 1));
    case 'object':
      return (
        depth < DEPTH_MAX &&
        node.members.every(
          ({ key, value }) =>
            holdsNoSecret(value, depth + 1) || (isAbout(key) && (value.kind === 'string' || value.kind === 'number')),
        )
      );
    default:
      return true;
  }
}
