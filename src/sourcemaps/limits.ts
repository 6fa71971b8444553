import { MAX_BODY_INFLATED_BYTES } from '../wire/limits.ts';

/** Of a map as JSON. It is in memory as bytes, as text and parsed, at two bytes a character where it has other than Latin letters: of the 128 MB of a Worker. */
export const MAX_MAP_BYTES = MAX_BODY_INFLATED_BYTES;
/** Files of one release that can have a map. */
export const MAX_MAPS_PER_RELEASE = 500;
/** Of a project: the releases that got a map last. */
export const MAX_RELEASES_WITH_MAPS = 20;
/** Of a project, packed; releases that got a map longest ago go first. */
export const MAX_STORED_BYTES = 1024 * 1024 * 1024;
/** As long as a label's value may be in rollups. */
export const MAX_RELEASE_CHARS = 256;
export const MAX_FILE_CHARS = 512;
