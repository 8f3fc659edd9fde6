/**
 * oidc-provider prints advice with `console` when it is loaded and when it is made, such as that this version of Node is no
 * LTS one. Our log is JSON on stderr, and what concerns an operator is said there by us.
 */
export async function quietly<T>(make: () => T | Promise<T>): Promise<T> {
  const { info, warn } = console;
  const nothing = (): void => undefined;
  Object.assign(console, { info: nothing, warn: nothing });
  try {
    return await make();
  } finally {
    Object.assign(console, { info, warn });
  }
}
