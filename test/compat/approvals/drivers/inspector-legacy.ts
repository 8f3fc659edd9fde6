import { driveInspector } from './inspector.ts';

await driveInspector('legacy');
