import { driveHeldCalls } from '../frame.ts';
import { sdkV2Caller } from './sdk-v2-caller.ts';

await driveHeldCalls((place, screen) => sdkV2Caller('legacy', place, screen));
