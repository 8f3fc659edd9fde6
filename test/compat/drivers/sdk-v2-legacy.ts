import { drive } from './drive.ts';
import { sdkV2Deeds } from './sdk-v2-deeds.ts';

await drive((errand) => sdkV2Deeds(errand, 'legacy'));
