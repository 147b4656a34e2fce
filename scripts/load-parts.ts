/** Tests call the engine's functions straight away, so its parts are there before them. */
import { loadParts } from '../src/parts.ts';

await loadParts();
