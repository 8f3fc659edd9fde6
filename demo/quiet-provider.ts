/**
 * oidc-provider prints warnings, when it is loaded and when it is created, for people who put it into production. In the demo they would stand
 * between `npm start` and the commands it prints, and advise what does not concern the demo.
 */
export async function withoutAdvice<T>(create: () => T | Promise<T>): Promise<T> {
  const { info, warn } = console;
  console.info = () => undefined;
  console.warn = () => undefined;
  try {
    return await create();
  } finally {
    Object.assign(console, { info, warn });
  }
}
