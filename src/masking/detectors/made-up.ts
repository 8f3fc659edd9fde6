/** Stand-ins for secrets, which examples and documentation are full of: they hide nothing. */

const STAND_IN =
  /^(?:[<[{(]|\$[{(A-Za-z_]|%[A-Za-z_({]|\*{3}|\.{3}|x{4,}|X{4,}|•|…)|\*{4,}|(?:^|[-_ ])(?:your|my|example|sample|placeholder|changeme|redacted|replace|insert|dummy|fake)(?:[-_ ]|$)|^(?:changeme|redacted|example|placeholder|masked|hidden|removed|secret|password|undefined|null|none|true|false|nil|string|empty)$|process\.env|os\.environ|getenv|secrets\.|vault:|env:|ENV\[|import\.meta|self\.|this\.|config\.|settings\.|params\.|args\.|options\.|request\.|req\.|ctx\./i;

/** Enough to tell. */
const LOOKED_AT = 64;

export function looksMadeUp(value: string): boolean {
  const start = value.slice(0, LOOKED_AT);
  return STAND_IN.test(start) || isRepeated(start);
}

/** `aaaaaaaa`, `000000`: one or two different characters. */
const isRepeated = (value: string): boolean => value.length >= 6 && new Set(value).size <= 2;
