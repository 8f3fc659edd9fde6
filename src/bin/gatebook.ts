#!/usr/bin/env node
/** A tiny entry: compiled code is cached before anything large is imported, which halves the time to ready. */
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { main } = await import('#bin/main.ts');
await main(process.argv);
