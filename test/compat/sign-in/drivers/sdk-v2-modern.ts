import { driveSdkV2 } from './sdk-v2-session.ts';

driveSdkV2({ pin: '2026-07-28' });
